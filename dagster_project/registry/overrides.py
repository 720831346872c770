"""A release with other versions of some assets, for one run (A12, X1)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.value import STAGES, AssetId, ReleaseId, Stage
from dagster_project.registry.problem import listed, nearest
from dagster_project.registry.references import bound_stage
from dagster_project.registry.version_rows import VersionRow, contents, version_rows

if TYPE_CHECKING:
    from psycopg import Connection

    from dagster_project.store.database import Database


def with_overrides(
    database: Database, release: Release, overrides: dict[str, str], stage: Stage | None = None
) -> Release:
    """The release as one run sees it; its id is the base's with a suffix of its own.

    Keys are `kind:name` or `stage:kind:name`, values `name:version` or `name:draft`. With `stage`,
    overrides of other stages are left out; without, all apply.
    Raises: AssetNotFound naming the nearest, InvalidRequest.
    """
    wanted = {
        _target(key): value for key, value in overrides.items() if stage is None or _for(key, stage)
    }
    if not wanted:
        return release
    with database.pool.connection() as connection:
        swapped = {
            asset_id: _version(connection, release, asset_id, value)
            for asset_id, value in wanted.items()
        }
    _hold_stages(overrides, swapped)
    mark = "\n".join(f"{i}:{v.asset.content_hash}" for i, v in sorted(swapped.items()))
    return Release(
        id=ReleaseId(f"{release.id}+{sha256(mark.encode()).hexdigest()[:8]}"),
        versions={**release.versions, **swapped},
        warnings=(
            *release.warnings,
            *(f"{i} is overridden by {v.ref}" for i, v in swapped.items()),
        ),
    )


def _for(key: str, stage: Stage) -> bool:
    first, _, rest = key.partition(":")
    return first == stage or ":" not in rest


def _target(key: str) -> AssetId:
    """`kind:name` of an override's key."""
    parts = key.split(":")
    if len(parts) == 3:
        if parts[0] not in STAGES:
            near = nearest(parts[0], STAGES)
            raise InvalidRequest(
                f"override {key!r}: no stage {parts[0]!r}.", f"Did you mean {near or STAGES}?"
            )
        parts = parts[1:]
    if len(parts) != 2 or not all(parts):
        raise InvalidRequest(
            f"override {key!r} does not name an asset.", "Write kind:name or stage:kind:name."
        )
    if parts[0] not in FOLDERS:
        near = nearest(parts[0], FOLDERS)
        raise AssetNotFound(
            f"override {key!r}: no kind {parts[0]!r}.", f"Did you mean {near or listed(FOLDERS)}?"
        )
    return AssetId(":".join(parts))


def _version(
    connection: Connection, release: Release, asset_id: AssetId, value: str
) -> AssetVersion:
    kind, _, name = asset_id.partition(":")
    given, _, wanted = value.rpartition(":")
    if given != name:
        raise InvalidRequest(
            f"override {asset_id} to {value!r}: the version must be of the same asset.",
            f"Write {name}:<number> or {name}:draft.",
        )
    rows = version_rows(connection, asset_id)
    if not rows:
        known = sorted({row.name for row in version_rows(connection) if row.kind == kind})
        known += [v.asset.header.name for v in release.by_kind.get(cast("Kind", kind), ())]
        near = nearest(name, known)
        hint = f"Did you mean {near!r}?" if near else f"There are: {listed(set(known))}."
        raise AssetNotFound(f"no {kind} {name!r} in the registry.", hint)
    row = pick(rows, wanted)
    if row is None:
        have = ", ".join(f"{row.number} ({row.status})" for row in rows[-8:])
        raise AssetNotFound(f"{asset_id} has no version {wanted!r}.", f"It has: {have}.")
    return row.version(contents(connection, [row])[asset_id])


def pick(rows: list[VersionRow], wanted: str) -> VersionRow | None:
    """The version of one asset by its number or by `draft`, `published`, `latest`."""
    if wanted == "latest":
        return rows[-1] if rows else None
    return next((row for row in reversed(rows) if wanted in (str(row.number), row.status)), None)


def _hold_stages(overrides: dict[str, str], swapped: dict[AssetId, AssetVersion]) -> None:
    """A stage that never reads the asset would make the override a silent nothing."""
    for key in overrides:
        stage, _, target = key.partition(":")
        version = swapped.get(AssetId(target))
        if stage in STAGES and version is not None:
            stages = bound_stage(version.asset)
            if stage not in stages:
                raise InvalidRequest(
                    f"override {key!r}: {stage} does not read {target}.",
                    f"It is read by {', '.join(stages)}.",
                )
