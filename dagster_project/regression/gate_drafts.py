"""R6: what is to be published, laid over the release in force, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.overrides import with_overrides
from dagster_project.registry.problem import nearest
from dagster_project.registry.releases import current_release_id, load_release
from dagster_project.registry.version_rows import version_rows
from dagster_project.regression.mixed_release import laid_over, what_does_not_fit
from dagster_project.store.database import Database

CONTROL = 10
NOTHING_IN_FORCE = Release(id=ReleaseId("none"), versions={})
"""Stands in for a release while nothing was ever published."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be published, by whom and why."""

    asset_ids: Sequence[AssetId] | None
    by: str
    reason: str
    control: int = CONTROL
    accept: Collection[str] = ()
    remove: Sequence[AssetId] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts over what is in force."""

    base: Release | None
    tested: Release
    numbers: dict[AssetId, int]


def lay_drafts(database: Database, wish: Wish) -> Drafts:
    """Raises: AssetNotFound, ConfigError when they do not hold together over it."""
    base_id = current_release_id(database)
    base = load_release(database, base_id) if base_id is not None else None
    with database.pool.connection() as connection:
        rows = {row.id: row.number for row in version_rows(connection, status="draft")}
    for asset_id in (*(wish.asset_ids or ()), *wish.remove):
        if asset_id not in rows and (base is None or asset_id not in base.versions):
            raise AssetNotFound(f"no asset {asset_id!r} to act on.", "See `canvas assets list`.")
    wanted = {
        asset_id: number
        for asset_id, number in rows.items()
        if asset_id not in wish.remove and (wish.asset_ids is None or asset_id in wish.asset_ids)
    }
    start = base or NOTHING_IN_FORCE
    swaps = {asset_id: f"{_name(asset_id)}:{number}" for asset_id, number in wanted.items()}
    found = with_overrides(database, start, {str(i): ref for i, ref in swaps.items()}).versions
    over = {asset_id: found[asset_id] for asset_id in wanted}
    tested = laid_over(start, {**over, **dict.fromkeys(wish.remove)})
    if findings := what_does_not_fit(tested):
        raise ConfigError(findings)
    return Drafts(base, tested, wanted)


def check_wish(wish: Wish, suites: Mapping[str, Suite]) -> None:
    """Raises: InvalidRequest, AssetNotFound for an accepted case that no suite has."""
    _attributed(wish)
    _known_cases(wish, suites)


def _name(asset_id: AssetId) -> str:
    return asset_id.partition(":")[2]


def _attributed(wish: Wish) -> None:
    if not wish.by.strip() or not wish.reason.strip():
        raise InvalidRequest(
            f"A publish needs a name and a reason; by is {wish.by!r}, reason {wish.reason!r}.",
            "Give --by and --reason.",
        )


def _known_cases(wish: Wish, suites: Mapping[str, Suite]) -> None:
    """An accepted case that is misspelt would leave the gate shut without a word."""
    known = {"all"}
    for name, suite in suites.items():
        known |= {text for case in suite.cases for text in (case.id, f"{name}/{case.id}")}
    generated = ("gen-", *(f"{name}/gen-" for name in suites))
    for text in wish.accept:
        if text not in known and not text.startswith(generated):
            near = nearest(text, known)
            hint = f"Did you mean {near!r}?" if near else "See `canvas golden list`."
            raise AssetNotFound(f"no golden case {text!r} to accept.", hint)
