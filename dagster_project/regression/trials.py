"""One case in one release after another, nothing kept: the hands of the culprit search."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import AssetId, Stage
from dagster_project.pipeline.run_stage import run_from
from dagster_project.regression.baselines import baselines
from dagster_project.regression.changed import changed_assets, earliest, first_stage
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.mixed_release import mixed, what_does_not_fit
from dagster_project.regression.model_part import Meter, Spent, pinned, stood_in
from dagster_project.regression.open_gold import open_gold
from dagster_project.regression.run_case import Attempt, CaseRunner
from dagster_project.traces.ids import new_trace_id

Back = frozenset[AssetId]
FEW_CALLS = 20


class Trials:
    """The release `now` with some assets as in `green`. Safe from many threads.

    Kept replies stand in for models. Only where none fits is one asked, and no more than
    `most_calls` times; from then on what would need one cannot be tried.
    """

    def __init__(
        self,
        canvas: Canvas,
        suite: Suite,
        now: Release,
        green: Release,
        at: datetime,
        most_calls: int = FEW_CALLS,
    ) -> None:
        self.now, self.green = now, green
        self.changed = changed_assets(green, now)
        self.everything: Back = frozenset(AssetId(asset_id) for asset_id in self.changed)
        self._canvas, self._at = canvas, at
        self._suite = suite.model_copy(update={"model": pinned(suite.model)})
        self._offline = suite.model_copy(update={"model": "replay"})
        self._most_calls = most_calls
        self._meter = Meter()
        self._missed: set[str] = set()
        """Cases that no model planned to begin with."""
        self._known = baselines(canvas.database, suite.suite)
        self._releases: dict[Back, Release | None] = {}
        self._gold: dict[str, GoldReader | None] = {}

    def again(self, case: GoldenCase) -> Attempt | None:
        """The case in the release `now`, asked once more; None when the ask breaks."""
        try:
            attempt = self._runner(self.now).attempt(case)
        except Exception:  # whatever broke the case in the night may break it here
            return None
        if stood_in(attempt.trace):
            self._missed.add(case.id)
        return None if attempt.stale else attempt

    def cures(self, case: GoldenCase, back: Back, failing: Trace | None = None) -> bool | None:
        """Whether the case passes with these assets back; None: that release cannot be asked.

        With the failing answer at hand it goes on from the first stage that can differ.
        """
        release = self._release(back)
        if release is None:
            return None
        try:
            runner = self._runner(release)
            stage = self.stage_of(back)
            if failing is None or case.drill or not _can_be_cut(failing, stage):
                attempt = runner.attempt(case)
            else:
                attempt = runner.judge(case, self._from(failing, stage, release))
            missed = stood_in(attempt.trace) and case.id not in self._missed
            return None if attempt.stale or missed else not attempt.failed
        except Exception:  # a mix may break in ways that neither of its releases does
            return None

    @property
    def spent(self) -> Spent:
        """On models, so far."""
        return self._meter.total

    @property
    def ran_dry(self) -> bool:
        """As many models were asked as may be."""
        return self._asks is self._offline

    @property
    def _asks(self) -> Suite:
        may_ask = self._suite.model != "fill" or self._meter.total.calls < self._most_calls
        return self._suite if may_ask else self._offline

    def stage_of(self, back: Back) -> Stage:
        """The first stage that can differ when these are put back."""
        return earliest(first_stage(asset_id, self.green, self.now) for asset_id in back)

    def _from(self, failing: Trace, stage: Stage, release: Release) -> Trace:
        desk = self._canvas.desk_with(release, {}, stage)
        desk = replace(desk, models=lambda _: None)  # the plan is there, and none is to phrase
        now = datetime.now(UTC)
        return run_from(failing, stage, desk, now, new_trace_id(now))

    def _release(self, back: Back) -> Release | None:
        """None when the mix does not hold together; with all of it back it is the green one."""
        if back == self.everything:
            return self.green
        if back not in self._releases:
            release = mixed(self.now, self.green, back)
            self._releases[back] = None if what_does_not_fit(release) else release
        return self._releases[back]

    def _runner(self, release: Release) -> CaseRunner:
        gold = self._gold_of(release)
        known, meter = self._known, self._meter
        return CaseRunner(
            self._canvas,
            self._asks,
            release,
            known,
            self._at,
            gold=gold,
            meter=meter,
            phrase=False,
        )

    def _gold_of(self, release: Release) -> GoldReader | None:
        """Gold is read once for all releases that have the same source."""
        source = release.get("source", self._suite.source) if self._suite.source else None
        key = source.asset.content_hash if source is not None else ""
        if key not in self._gold:
            self._gold[key] = open_gold(self._canvas, self._suite, release) if source else None
        return self._gold[key]


def _can_be_cut(failing: Trace, stage: Stage) -> bool:
    """Where the loop went round, what came before the last round is part of the failure."""
    if stage == "route_plan" or any(event.by == "loop" for event in failing.replan_events):
        return False
    return any(output.stage == stage for output in failing.stage_outputs)
