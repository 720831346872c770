"""R5: what would go back for a red night, and where to; or that nothing would.

    culprits found                 → their assets, as in the last green release
    no culprit, or an unknown one  → all that changed since the last green release
    the data's or chance's doing   → nothing

An asset that left the blamed version since the night stays out: somebody took care of it already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.night import Culprit, Night
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.releases import load_release, release_in_force
from dagster_project.regression.changed import Change, changed_assets
from dagster_project.regression.mixed_release import mixed
from dagster_project.regression.nights import last_green

if TYPE_CHECKING:
    from dagster_project.store.database import Database


@dataclass(frozen=True, slots=True)
class RollbackTargets:
    """Where a red night's blamed assets stand, stood, and would stand again."""

    green: Night
    """The last green night before it."""
    in_force: Release
    after: Release
    """In memory: what would be in force."""
    targets: dict[AssetId, int | None]
    changed: dict[str, Change]
    """Every asset that changed between the two nights."""
    culprits: tuple[Culprit, ...]
    named: bool
    """A culprit was found; else the targets are all that changed."""


def rollback_targets(database: Database, night: Night) -> RollbackTargets | None:
    """None: nothing that could go back is to blame. Raises: StoreError."""
    green = last_green(database, night.suite, before=night.seq)
    if night.verdict.colour == "green" or not night.seq or green is None:
        return None
    before, red = _stored(database, green.release_id), _stored(database, night.release_id)
    if before is None or red is None:
        return None
    changed = changed_assets(before, red)
    blamed, culprits, named = _blamed(night, changed)
    in_force = release_in_force(database)
    back = [
        asset_id for asset_id in blamed if _number(in_force, asset_id) == _number(red, asset_id)
    ]
    targets = {asset_id: _number(before, asset_id) for asset_id in back}
    if not targets:
        return None
    after = mixed(in_force, before, back)
    return RollbackTargets(green, in_force, after, targets, changed, culprits, named)


def _blamed(
    night: Night, changed: dict[str, Change]
) -> tuple[list[AssetId], tuple[Culprit, ...], bool]:
    found = [culprit for culprit in night.culprits if culprit.cause == "config"]
    if found:
        blamed = {AssetId(asset_id) for culprit in found for asset_id in culprit.assets}
        return sorted(blamed & {AssetId(asset_id) for asset_id in changed}), night.culprits, True
    if night.culprits and all(culprit.cause != "unknown" for culprit in night.culprits):
        return [], night.culprits, False
    everything = Culprit(
        cause="unknown",
        assets=changed,
        explanation="No culprit was found; all that changed since the last green night would go"
        " back.",
    )
    return [AssetId(asset_id) for asset_id in changed], (*night.culprits, everything), False


def _stored(database: Database, release_id: str) -> Release | None:
    """None: it was made of drafts or in memory, and is stored nowhere."""
    try:
        return load_release(database, ReleaseId(release_id))
    except AssetNotFound:
        return None


def _number(release: Release, asset_id: AssetId) -> int | None:
    version = release.versions.get(asset_id)
    return None if version is None else version.number
