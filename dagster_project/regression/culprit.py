"""R9, R10: which asset versions broke the failed cases, or whether it was the data or chance.

A failed case is asked again: what passes now is flaky. Then in the last green release, whole, on
today's data: what fails even there is the data's doing. The rest is config: changed assets go back
by halves until the smallest set is found that cures. A culprit is tried on every other case first.
What a model is to blame for is known before, see `model_witness`; here its kept replies are given.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import ConfigAsset, Release
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import Culprit, Night
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import STAGES, AssetId, base_release_id
from dagster_project.pipeline.run import Progress
from dagster_project.registry.references import upstream
from dagster_project.regression import nights
from dagster_project.regression.changed import first_stage
from dagster_project.regression.minimal_cause import Cause, minimal_cause
from dagster_project.regression.model_part import Spent
from dagster_project.regression.trials import FEW_CALLS, Back, Trials

MOST_CASES = 100
"""Failed cases that are looked into; a bad edit that breaks hundreds is seen in these too."""
_EXPLAINED = {
    "data": "{n} case(s) fail in the green release {green} too, whole, on today's data: the data"
    " or a source changed, not the config",
    "flaky": "{n} case(s) passed when they were asked again in the same release",
    "unknown": "{n} case(s) could not be asked in the green release {green}, or nothing smaller"
    " than all of it was found that cures them",
}


def find_culprits(
    canvas: Canvas,
    suite: Suite,
    failed: Sequence[GoldenCase],
    release: Release,
    green: Night,
    now: datetime,
    progress: Progress | None = None,
    most_calls: int = FEW_CALLS,
) -> tuple[Culprit, ...]:
    """As `search_culprits`, without what it cost."""
    return search_culprits(canvas, suite, failed, release, green, now, progress, most_calls)[0]


def search_culprits(
    canvas: Canvas,
    suite: Suite,
    failed: Sequence[GoldenCase],
    release: Release,
    green: Night,
    now: datetime,
    progress: Progress | None,
    most_calls: int,
) -> tuple[tuple[Culprit, ...], Spent]:
    """Causes of the failed cases, config first, each with its cases; and what models cost.

    Nothing of the search is kept but replies of models. `most_calls`: see `Trials`.
    Raises: StoreError.
    """
    ids = tuple(case.id for case in failed)
    if not ids:
        return (), Spent()
    try:
        before = canvas.release(base_release_id(green.release_id))
    except AssetNotFound:
        why = f"the green night's release {green.release_id} is not stored: nothing to go back to"
        return (Culprit(cause="unknown", cases=ids, explanation=why),), Spent()
    search = _Search(
        trials=Trials(canvas, suite, release, before, now, most_calls),
        read={r.case_id: frozenset(r.assets) for r in nights.results(canvas.database, green.id)},
    )
    started = time.perf_counter()
    for place, case in enumerate(failed[:MOST_CASES]):
        if progress is not None:
            told = f"case {place + 1}/{len(failed[:MOST_CASES])}, {len(search.found)} found"
            progress("culprit", told, (time.perf_counter() - started) * 1000)
        search.look_into(case)
    spent = search.trials.spent
    return _priced(search.culprits(ids[MOST_CASES:]), search.trials), spent


def _priced(found: tuple[Culprit, ...], trials: Trials) -> tuple[Culprit, ...]:
    """The first one says what the search cost, where it cost something."""
    if not found or trials.spent == Spent():
        return found
    dry = " and was cut short there" if trials.ran_dry else ""
    told = f"{found[0].explanation}; the search took {trials.spent}{dry}"
    return (found[0].model_copy(update={"explanation": told}), *found[1:])


@dataclass(slots=True)
class _Found:
    """A set of assets that cures, and the cases it cures."""

    cause: Cause[AssetId]
    back: Back
    cases: list[str]


@dataclass(slots=True)
class _Search:
    trials: Trials
    read: dict[str, frozenset[str]]
    """What the green answer to a case read."""
    found: list[_Found] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=dict)
    """`data`, `flaky`, `unknown` to cases."""

    def look_into(self, case: GoldenCase) -> None:
        attempt = self.trials.again(case)
        if attempt is not None and not attempt.failed:
            self._note("flaky", case)
            return
        for known in self.found:
            if self.trials.cures(case, known.back):
                known.cases.append(case.id)
                return
        everything = self.trials.everything
        cured = self.trials.cures(case, everything) if everything else False
        if not cured:
            self._note("unknown" if cured is None else "data", case)
            return
        cause = self._search(case, attempt.trace if attempt else None)
        if cause.items is None:
            self._note("unknown", case)
        else:
            self.found.append(_Found(cause, cause.items, [case.id]))

    def culprits(self, not_looked_at: tuple[str, ...]) -> tuple[Culprit, ...]:
        config = [
            Culprit(
                cause="config",
                assets={asset_id: self.trials.changed[asset_id] for asset_id in sorted(found.back)},
                cases=tuple(found.cases),
                tried=found.cause.tried,
                explanation=self._told(found),
            )
            for found in sorted(self.found, key=lambda found: -len(found.cases))
        ]
        green = self.trials.green.id
        rest = [
            Culprit(
                cause=cause,
                cases=tuple(self.others[cause]),
                tried=1,
                explanation=_EXPLAINED[cause].format(n=len(self.others[cause]), green=green),
            )
            for cause in ("data", "flaky", "unknown")
            if cause in self.others
        ]
        if not_looked_at:
            why = f"the first {MOST_CASES} failed cases were looked into, these were not"
            rest.append(Culprit(cause="unknown", cases=not_looked_at, explanation=why))
        return (*config, *rest)

    def _search(self, case: GoldenCase, failing: Trace | None) -> Cause[AssetId]:
        """Among what the two answers read, then among all; from later stages on where that gives
        the same as the whole pipeline."""
        tried = 0
        everything = self._in_order(self.trials.everything)
        read = self.read.get(case.id, frozenset()) | set(failing.asset_versions if failing else ())
        near = tuple(asset_id for asset_id in everything if asset_id in read)
        ways = [(near, failing), (near, None), (everything, None)]
        for items, trace in ways if near else ways[2:]:
            cause = minimal_cause(items, lambda back, t=trace: self.trials.cures(case, back, t))
            tried += cause.tried
            if cause.items is None:
                continue
            if trace is None or self.trials.cures(case, cause.items):
                return Cause(cause.items, tried, cause.smallest)
        return Cause(None, tried)

    def _in_order(self, asset_ids: Iterable[AssetId]) -> tuple[AssetId, ...]:
        """What later stages read first, and what stands on another asset before that one: such
        beginnings are quick to try and hold together. What was taken out comes back before all,
        the other way round."""
        now, green = (self.trials.now, self.trials.green)
        there, then = _assets(now), _assets(green)

        def key(asset_id: AssetId) -> tuple[bool, int, int, str]:
            if asset_id not in there:
                return False, 0, len(upstream(asset_id, then)), asset_id
            stage = STAGES.index(first_stage(asset_id, green, now))
            return True, -stage, -len(upstream(asset_id, there)), asset_id

        return tuple(sorted(asset_ids, key=key))

    def _note(self, cause: str, case: GoldenCase) -> None:
        self.others.setdefault(cause, []).append(case.id)

    def _told(self, found: _Found) -> str:
        changed = self.trials.changed
        moves = ", ".join(_move(asset_id, *changed[asset_id]) for asset_id in sorted(found.back))
        smallest = "" if found.cause.smallest else "; fewer may do, the search was cut short"
        return (
            f"{len(found.cases)} case(s) pass again with {moves};"
            f" {found.cause.tried} release(s) tried of {len(changed)} changed asset(s){smallest}"
        )


def _assets(release: Release) -> dict[AssetId, ConfigAsset]:
    return {asset_id: version.asset for asset_id, version in release.versions.items()}


def _move(asset_id: str, then: str | None, now: str | None) -> str:
    """`mapping:ci_profile back at version 1 (now 2)`."""
    if then is None:
        return f"{asset_id} taken out (it is new)"
    if now is None:
        return f"{asset_id} put back at version {then} (it was taken out)"
    return f"{asset_id} back at version {then} (now {now})"
