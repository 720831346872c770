"""The bench an inspection works on: the composed product and the release that is looked at.

A run pinned to a release looks at that release. Any other looks at the working copy: the release
in force with the site's files as they are now laid over it, so that an edit can be tried before it
is published. Nothing is read from what a process loaded earlier.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, Release
from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.inspection.inspection import Inspection, failed
from dagster_project.inspection.site_findings import as_observation, findings_by_asset
from dagster_project.registry.usage import LastUse, last_used_all
from dagster_project.traces.redact import PROCESS_WALL
from sources.errors import SourceError

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas
    from dagster_project.store.settings import Settings

USES_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Bench:
    """Looks at the assets of `release`."""

    canvas: Canvas
    release: Release
    in_force: Release
    findings: Mapping[AssetId | None, tuple[Finding, ...]] = field(default_factory=dict)
    """Of the site's files."""
    refused: frozenset[AssetId] = frozenset()
    uses: Mapping[AssetId, LastUse] = field(default_factory=dict)
    """The newest ask that read each asset."""

    def version(self, asset_id: AssetId) -> AssetVersion | None:
        """What an ask would use now; for a refused file the published version, if there is one."""
        return self.release.versions.get(asset_id)

    def inspect(self, asset_id: AssetId) -> Inspection:
        """The kind's real work on one asset. Never raises: one bad asset must not hide the rest."""
        return without_secrets(self._inspect(asset_id))

    def _inspect(self, asset_id: AssetId) -> Inspection:
        told = tuple(map(as_observation, self.findings.get(asset_id, ())))
        version = self.version(asset_id)
        if asset_id in self.refused:
            stands_in = (
                f"{version.ref} goes on answering" if version else "nothing stands in for it"
            )
            return Inspection(summary=f"the file was refused; {stands_in}", findings=told)
        if version is None:
            return failed("exists", f"{asset_id} is not in release {self.release.id}")
        inspection = self._look(version)
        return inspection.model_copy(update={"findings": (*told, *inspection.findings)})

    def inspect_models(self, asset_id: AssetId) -> Inspection:
        """How the models of a policy stand. Never raises."""
        version = self.version(asset_id)
        if version is None or asset_id in self.refused:
            return Inspection(summary="the policy was refused: see its other check")
        return without_secrets(self._guarded(version, _models))

    def _look(self, version: AssetVersion) -> Inspection:
        from dagster_project.inspection.look import look

        return self._guarded(version, look)

    def _guarded(
        self,
        version: AssetVersion,
        look: Callable[[Canvas, Release, AssetVersion], Inspection],
    ) -> Inspection:
        try:
            return look(self.canvas, self.release, version)
        except (CanvasError, SourceError) as error:
            return failed("inspection", str(error))
        except Exception as error:  # a bug: told in full, as a failing check of this asset alone
            met = failed("inspection", f"a bug met while looking: {error!r}")
            return met.model_copy(update={"document": f"```\n{traceback.format_exc()}\n```"})


def _models(canvas: Canvas, release: Release, version: AssetVersion) -> Inspection:
    from dagster_project.inspection.look import look_at_models

    return look_at_models(canvas, release, version) or Inspection(summary="it names no models")


@contextmanager
def open_bench(settings: Settings, release_id: str | None = None) -> Iterator[Bench]:
    """A bench over the release named, else over the working copy.

    Raises: StoreError, AssetNotFound.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.registry.load import load_site

    with Canvas.open(settings) as canvas:
        in_force = canvas.release()
        uses = last_used_all(canvas.database, datetime.now(UTC) - USES_SINCE)
        if release_id is not None:
            release = canvas.release(ReleaseId(release_id))
            yield Bench(canvas, release, in_force, uses=uses)
            return
        site = load_site(settings.home)
        release = working_copy(in_force, site.assets.values())
        findings = findings_by_asset(site.findings)
        yield Bench(canvas, release, in_force, findings, site.refused, uses)


def without_secrets(inspection: Inspection) -> Inspection:
    """As it may be written into a log."""
    if not PROCESS_WALL.meets(inspection.model_dump_json().encode()):
        return inspection
    return Inspection.model_validate(_cleaned(inspection.model_dump(mode="json")))


def _cleaned(value: object) -> object:
    match value:
        case str():
            return PROCESS_WALL.clean_text(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {key: _cleaned(item) for key, item in value.items()}
        case _:
            return value


def working_copy(release: Release, assets: Iterable[ConfigAsset]) -> Release:
    """The release with each file whose content differs laid over it, as a draft."""
    edited = {asset.id: _draft(asset) for asset in assets if not _holds(release, asset)}
    if not edited:
        return release
    content = [release.id, *sorted(f"{k}={v.asset.content_hash}" for k, v in edited.items())]
    return Release(
        id=ReleaseId(f"working-{sha256('|'.join(content).encode()).hexdigest()[:12]}"),
        versions={**release.versions, **edited},
        warnings=(*release.warnings, *(f"draft of {asset_id}" for asset_id in sorted(edited))),
    )


def _holds(release: Release, asset: ConfigAsset) -> bool:
    held = release.versions.get(asset.id)
    return held is not None and held.asset.content_hash == asset.content_hash


def _draft(asset: ConfigAsset) -> AssetVersion:
    return AssetVersion(
        asset=asset,
        number=None,
        status="draft",
        created_by="the site's files",
        created_at=datetime.now(UTC),
        reason="not yet published",
    )
