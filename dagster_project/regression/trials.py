"""One case in one release after another, nothing kept: the hands of the culprit search."""

from __future__ import annotations

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
from dagster_project.regression.open_gold import open_gold
from dagster_project.regression.run_case import Attempt, CaseRunner
from dagster_project.traces.ids import new_trace_id

Back = frozenset[AssetId]


class Trials:
    """The release `now` with some assets as in `green`. Safe from many threads."""

    def __init__(
        self, canvas: Canvas, suite: Suite, now: Release, green: Release, at: datetime
    ) -> None:
        self.now, self.green = now, green
        self.changed = changed_assets(green, now)
        self.everything: Back = frozenset(AssetId(asset_id) for asset_id in self.changed)
        self._canvas, self._suite, self._at = canvas, suite, at
        self._known = baselines(canvas.database, suite.suite)
        self._releases: dict[Back, Release | None] = {}
        self._gold: dict[str, GoldReader | None] = {}

    def again(self, case: GoldenCase) -> Attempt | None:
        """The case in the release `now`, asked once more; None when the ask breaks."""
        try:
            return self._runner(self.now).attempt(case)
        except Exception:  # whatever broke the case in the night may break it here
            return None

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
                return not runner.attempt(case).failed
            return not runner.judge(case, self._from(failing, stage, release)).failed
        except Exception:  # a mix may break in ways that neither of its releases does
            return None

    def stage_of(self, back: Back) -> Stage:
        """The first stage that can differ when these are put back."""
        return earliest(first_stage(asset_id, self.green, self.now) for asset_id in back)

    def _from(self, failing: Trace, stage: Stage, release: Release) -> Trace:
        desk = self._canvas.desk_with(release, {}, stage)
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
        return CaseRunner(self._canvas, self._suite, release, self._known, self._at, gold=gold)

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
