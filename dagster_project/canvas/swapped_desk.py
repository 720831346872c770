"""A release with other versions of some assets, ready to answer: for all stages or for some."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import cast

from dagster_project.canvas.desks import Desks
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import ConfigError, InvalidRequest
from dagster_project.contracts.value import STAGES, AssetId, ReleaseId, Stage
from dagster_project.pipeline.desk import Desk
from dagster_project.registry.load import load_site
from dagster_project.registry.references import bound_stage
from dagster_project.registry.versions import sync, with_overrides
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings


def swapped_desk(
    database: Database,
    desks: Desks,
    release: Release,
    overrides: dict[str, str],
    first: Stage = "route_plan",
) -> Desk:
    """The desk for the stages from `first` on. An override of one stage (`compose:mapping:x`)
    applies to that stage only.

    Raises: AssetNotFound, InvalidRequest for an override that no such stage reads.
    """
    names = first == "route_plan"
    if not overrides:
        return desks.get(release, names=names)
    whole = with_overrides(database, release, overrides)
    staged = {cast("Stage", key.split(":")[0]) for key in overrides if key.count(":") > 1}
    if not staged:
        return desks.get(whole, names=names)
    plain = {key: value for key, value in overrides.items() if key.count(":") == 1}
    desk = desks.get(with_overrides(database, release, plain), names=names)
    by_stage: dict[Stage, Desk] = {
        stage: desks.get(
            with_overrides(database, release, overrides, stage),
            names=stage == "route_plan" and names,
        )
        for stage in STAGES
        if stage in staged
    }
    return replace(desk, release=_named(release, desk.release, by_stage), by_stage=by_stage)


def _named(base: Release, plain: Release, by_stage: dict[Stage, Desk]) -> Release:
    """The plain release under a name that says of all stages what they read."""
    marks = [plain.id, *(f"{stage}={desk.release.id}" for stage, desk in by_stage.items())]
    mark = sha256("\n".join(marks).encode()).hexdigest()[:8]
    own = (
        f"{stage}: {warning}"
        for stage, desk in by_stage.items()
        for warning in desk.release.warnings
        if warning not in plain.warnings
    )
    return plain.model_copy(
        update={"id": ReleaseId(f"{base.id}+{mark}"), "warnings": (*plain.warnings, *own)}
    )


def record_drafts(settings: Settings, database: Database, overrides: dict[str, str]) -> None:
    """What `draft` means is what the site's files say now.

    Effects: records them as drafts, when an override names one. Raises: ConfigError when the file
    of such an asset is refused: an older draft would be tested in its place.
    """
    drafts = {
        AssetId(":".join(key.split(":")[-2:]))
        for key, version in overrides.items()
        if version.endswith(":draft")
    }
    if not drafts:
        return
    site = load_site(settings.home)
    if drafts & site.refused:
        raise ConfigError(site.errors)
    sync(database, site, by="canvas", reason="recorded for a swap test")


def hold_to_stages(release: Release, overrides: dict[str, str], stages: tuple[Stage, ...]) -> None:
    """An override that none of the stages reads would be a silent nothing. Raises: InvalidRequest.

    `release` has the overrides in it, or at least the assets they name.
    """
    for key in overrides:
        stage, _, rest = key.partition(":")
        scoped = ":" in rest
        version = release.versions.get(AssetId(rest if scoped else key))
        readers = bound_stage(version.asset) if version is not None else ()
        wanted = (cast("Stage", stage),) if scoped else readers
        if version is not None and not set(wanted) & set(stages):
            raise InvalidRequest(
                f"override {key!r}: none of {', '.join(stages)} reads it.",
                f"It is read by {', '.join(wanted)}: start there.",
            )
