"""Looking back: an asset's versions, what differs between two, and between two releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.value import AssetId, AssetRef, ReleaseId
from dagster_project.registry.digest import plain
from dagster_project.registry.overrides import pick
from dagster_project.registry.problem import nearest
from dagster_project.registry.version_rows import contents, member_rows, version_rows
from dagster_project.registry.write_yaml import to_yaml

if TYPE_CHECKING:
    from dagster_project.store.database import Database


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None where it is absent (or its default)."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class VersionDiff:
    text: str
    """Unified diff of the canonical YAML; empty when the content is the same."""
    changed: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    left: ReleaseId
    right: ReleaseId
    changes: tuple[tuple[AssetId, AssetRef | None, AssetRef | None], ...]
    """Asset, its version left, its version right; None where it is absent."""


@dataclass(frozen=True, slots=True)
class RegistryAct:
    """Who changed what answers are made of (Z4)."""

    seq: int
    act: str
    by: str
    reason: str
    at: datetime
    before_release: ReleaseId | None
    after_release: ReleaseId
    changes: tuple[dict[str, object], ...]


def history(database: Database, asset_id: AssetId) -> tuple[AssetVersion, ...]:
    """All versions of an asset, newest first. Raises: AssetNotFound naming the nearest."""
    with database.pool.connection() as connection:
        rows = version_rows(connection, asset_id)
        if not rows:
            near = nearest(asset_id, {row.id for row in version_rows(connection)})
            hint = f"Did you mean {near!r}?" if near else "See `canvas assets list`."
            raise AssetNotFound(f"no asset {asset_id!r} in the registry.", hint)
        return tuple(row.version(contents(connection, [row])[asset_id]) for row in reversed(rows))


def find_version(database: Database, asset_id: AssetId, wanted: str = "latest") -> AssetVersion:
    """One version by number, or `draft`, `published`, `latest`. Raises: AssetNotFound."""
    with database.pool.connection() as connection:
        rows = version_rows(connection, asset_id)
        row = pick(rows, wanted)
        if row is not None:
            return row.version(contents(connection, [row])[asset_id])
    have = ", ".join(f"{v.number} ({v.status})" for v in history(database, asset_id))
    raise AssetNotFound(f"{asset_id} has no version {wanted!r}.", f"It has: {have}.")


def acts(
    database: Database, asset_id: AssetId | None = None, limit: int = 50
) -> tuple[RegistryAct, ...]:
    """The newest acts first; of one asset, only those that moved it."""
    kind, _, name = (asset_id or "").partition(":")
    with database.pool.connection() as connection:
        rows = connection.execute(
            'SELECT seq, act, "by", reason, at, before_release, after_release, changes'
            " FROM canvas.registry_act WHERE %(kind)s = '' OR changes @> jsonb_build_array("
            "jsonb_build_object('kind', %(kind)s::text, 'name', %(name)s::text))"
            " ORDER BY seq DESC LIMIT %(limit)s",
            {"kind": kind, "name": name, "limit": limit},
        )
        return tuple(
            RegistryAct(seq, act, who, why, at, before, after, tuple(changes))
            for seq, act, who, why, at, before, after, changes in rows
        )


def diff_versions(left: ConfigAsset, right: ConfigAsset, labels: tuple[str, str]) -> VersionDiff:
    """What changed from left to right, as text and field by field."""
    lines = unified_diff(
        to_yaml(left).splitlines(keepends=True),
        to_yaml(right).splitlines(keepends=True),
        *labels,
    )
    before = {"header": plain(left.header), "spec": plain(left.spec)}
    after = {"header": plain(right.header), "spec": plain(right.spec)}
    return VersionDiff("".join(lines), tuple(_changes(before, after, "")))


def _changes(before: object, after: object, at: str) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _changes(before.get(key), after.get(key), f"{at}.{key}" if at else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from _changes(left, right, f"{at}[{index}]")
    else:
        yield FieldChange(at.removeprefix("header."), before, after)


def compare_releases(database: Database, left: ReleaseId, right: ReleaseId) -> ReleaseDiff:
    """The assets whose versions differ. Raises: AssetNotFound for an unknown release."""
    with database.pool.connection() as connection:
        both = [member_rows(connection, release_id) for release_id in (left, right)]
    for release_id, found in zip((left, right), both, strict=True):
        if not found:
            raise AssetNotFound(f"no release {release_id!r}.", "See `canvas assets releases list`.")
    before, after = both
    changes = tuple(
        (i, before[i].ref if i in before else None, after[i].ref if i in after else None)
        for i in sorted({*before, *after})
        if (i not in before) or (i not in after) or before[i].number != after[i].number
    )
    return ReleaseDiff(left, right, changes)
