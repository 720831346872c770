"""A11, A17: a version of a config asset, and the release that published versions make together."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Literal

from dagster_project.contracts.assets import AssetHeader, AssetSpec, Kind
from dagster_project.contracts.value import AssetId, AssetRef, ReleaseId, Value

VersionStatus = Literal["draft", "published", "superseded", "rollback"]


class ConfigAsset(Value):
    """A parsed, valid asset: its header, its spec, and where its text stands."""

    header: AssetHeader
    spec: AssetSpec
    content_hash: str
    """sha256 over the canonical JSON of header and spec: same content, same hash."""
    path: str = ""
    """Relative to the site's folder; empty when it came from the store."""

    @property
    def id(self) -> AssetId:
        return self.header.id


class AssetVersion(Value):
    """Version `number` of an asset; None is a draft that has no number yet."""

    asset: ConfigAsset
    number: int | None
    status: VersionStatus
    created_by: str
    created_at: datetime
    reason: str

    @property
    def ref(self) -> AssetRef:
        return AssetRef(f"{self.asset.header.name}:{self.number or 'draft'}")


class Release(Value):
    """All asset versions that answer together. Immutable; its id follows from its content."""

    id: ReleaseId
    versions: dict[AssetId, AssetVersion]
    warnings: tuple[str, ...] = ()
    """For example that a draft stands in because nothing is published."""

    def get(self, kind: Kind, name: str) -> AssetVersion | None:
        return self.versions.get(AssetId(f"{kind}:{name}"))

    @cached_property
    def by_kind(self) -> dict[Kind, tuple[AssetVersion, ...]]:
        grouped: dict[Kind, list[AssetVersion]] = {}
        for _, version in sorted(self.versions.items()):
            grouped.setdefault(version.asset.header.kind, []).append(version)
        return {kind: tuple(found) for kind, found in grouped.items()}
