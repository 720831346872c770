"""B5: the golden cases that a change can touch, by what they read, and a sample of the others.

Lineage says what an answer read, not what it might have read: whatever shapes plans touches every
case, and so does an asset of which nobody can tell. The sample guards against the rest.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.value import AssetId
from dagster_project.regression import nights
from dagster_project.regression.changed import first_stage

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_NIGHTS = 5
"""How far back a case's lineage is looked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to run of each suite; suites without a case to run are left out."""

    cases: dict[str, tuple[GoldenCase, ...]]
    control: dict[str, frozenset[str]]
    """Ids of the cases that the change does not touch, as far as lineage says."""
    never_ran: dict[str, frozenset[str]]
    """Ids of those that have no lineage yet: they run, whatever changed."""

    @property
    def total(self) -> int:
        return sum(len(cases) for cases in self.cases.values())

    @property
    def controls(self) -> int:
        return sum(len(ids) for ids in self.control.values())


def affected(
    database: Database,
    suites: Mapping[str, Suite],
    asset_ids: Collection[AssetId],
    before: Release,
    after: Release,
    control: int,
    seed: int,
) -> Selection:
    """Cases whose newest answers read what changed, and `control` others, the same for a seed.

    Skipped cases are left out. Raises: StoreError.
    """
    touched = touched_by(asset_ids, before, after)
    read = {name: lineage(database, suite) for name, suite in suites.items()}
    chosen: dict[str, set[str]] = {name: set() for name in suites}
    others: list[tuple[str, str]] = []
    for name, suite in suites.items():
        for case in _to_run(suite):
            assets = _read_by(case, suite, read[name])
            if touched is None or assets is None or assets & touched:
                chosen[name].add(case.id)
            else:
                others.append((name, case.id))
    sample = random.Random(seed).sample(others, min(control, len(others)))
    control_ids = {n: frozenset(c for m, c in sample if m == n) for n in suites}
    cases = {
        name: tuple(c for c in _to_run(suite) if c.id in chosen[name] | control_ids[name])
        for name, suite in suites.items()
    }
    return Selection(
        cases={name: found for name, found in cases.items() if found},
        control={name: ids for name, ids in control_ids.items() if ids},
        never_ran={
            name: frozenset(c.id for c in found if c.id not in read[name])
            for name, found in cases.items()
            if any(c.id not in read[name] for c in found)
        },
    )


def touched_by(
    asset_ids: Iterable[AssetId], before: Release, after: Release
) -> frozenset[AssetId] | None:
    """Assets such that a case which read none of them answers as before; None: it is any case."""
    found: set[AssetId] = set()
    for asset_id in asset_ids:
        versions = [release.versions.get(asset_id) for release in (before, after)]
        specs = [version.asset.spec for version in versions if version is not None]
        if first_stage(asset_id, before, after) == "route_plan":
            return None
        if asset_id.startswith("screen:") and None in versions:
            return None  # which screen shows an answer is chosen among all
        found.add(asset_id)
        found.update(AssetId(f"query:{s.query}") for s in specs if isinstance(s, MappingSpec))
    return frozenset(found)


def lineage(database: Database, suite: Suite) -> dict[str, frozenset[str]]:
    """Case to the assets that its newest answer read. Raises: StoreError."""
    found: dict[str, frozenset[str]] = {}
    wanted = {case.id for case in suite.cases if case.skip is None}
    for night in nights.newest_nights(database, suite.suite, _NIGHTS):
        for result in nights.results(database, night.id):
            if result.assets:
                found.setdefault(result.case_id, frozenset(result.assets))
        if wanted <= found.keys():
            break
    return found


def _to_run(suite: Suite) -> tuple[GoldenCase, ...]:
    return tuple(case for case in suite.cases if case.skip is None)


def _read_by(
    case: GoldenCase, suite: Suite, read: Mapping[str, frozenset[str]]
) -> frozenset[str] | None:
    """Also by the other questions that the case relates to; None: that is not known."""
    # The same plan reads the same assets.
    others = {r.question for r in case.expect.relations if r.kind != "same_plan"}
    known = {c.question: read.get(c.id) for c in suite.cases}
    every = [read.get(case.id), *(known.get(question) for question in others)]
    found = [assets for assets in every if assets is not None]
    return frozenset().union(*found) if len(found) == len(every) else None
