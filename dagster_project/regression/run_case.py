"""One case: ask, look at what must hold, compare with the baseline, and ask again when in doubt.

A difference from the baseline counts against the config only when it must: where the answer read
other versions than the baseline did, the baseline's own release is asked too, now. What both give
is the data's doing, what only the new versions give is theirs. Where the versions are the same and
a model planned otherwise, the baseline's own reply is given again: what differs from that is the
model's doing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.golden import CriticName, GoldenCase, Suite
from dagster_project.contracts.model_call import ModelCall, ModelPurpose
from dagster_project.contracts.night import CaseResult, Check, Fingerprint, Outcome
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import base_release_id
from dagster_project.llm.given_replies import GivenReplies
from dagster_project.llm.replay import stale_reason
from dagster_project.planner.assets import policy_of
from dagster_project.regression.ask_case import CaseAsker, Instead
from dagster_project.regression.baselines import Baseline, Shelf
from dagster_project.regression.changed import changed_assets
from dagster_project.regression.check_case import criticised, unmet
from dagster_project.regression.compare import worse
from dagster_project.regression.critics import criticise
from dagster_project.regression.facts import check_fact
from dagster_project.regression.fingerprint import fingerprint
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.model_part import (
    Meter,
    has_model_part,
    pinned,
    planning_reply,
    same_replies,
    stood_in,
)
from dagster_project.regression.relations import check_relation
from dagster_project.traces import find


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ask of a case, judged."""

    trace: Trace
    found: Fingerprint
    scores: dict[CriticName, float]
    failed: tuple[Check, ...]
    data_changed: bool
    stale: str = ""
    """What moved, where a kept reply no longer fits and no model was asked: nothing was tested."""

    @property
    def outcome(self) -> Outcome:
        if self.stale:
            return "stale"
        if not self.failed:
            return "passed"
        return "timed_out" if self.found.error.endswith("_TIMEOUT") else "failed"


@dataclass(frozen=True, slots=True)
class Ran:
    """A case's result, and the answer that it shows; it is kept by who ran it, or not at all."""

    result: CaseResult
    trace: Trace | None


class CaseRunner:
    """Runs cases of one suite in one release and keeps nothing. Safe from many threads."""

    def __init__(
        self,
        canvas: Canvas,
        suite: Suite,
        release: Release,
        baselines: Shelf | Mapping[str, Baseline],
        now: datetime,
        *,
        gold: GoldReader | None,
        meter: Meter | None = None,
        phrase: bool = True,
    ) -> None:
        """Models are asked as the suite says; `phrase` False: not for a summary. `meter` is told
        what the asks of a case cost."""
        self.release = release
        self.meter = meter or Meter()
        self._canvas = canvas
        self._suite = suite
        self._baselines = baselines
        self._gold = gold
        self._same = {release.id: True}
        """Releases with the same content."""
        as_of = clock(release, now)
        self._asker = CaseAsker(
            canvas, release, suite.model, as_of, baselines, self.meter, phrase=phrase
        )

    def run(self, case: GoldenCase, quarantined: bool, generated: bool) -> Ran:
        """The case's result and its answer. A bug or a lost database is an outcome, no exception.

        A case that does not pass is asked again as often as the suite's criteria say, and fails
        when it fails in more than half of all attempts.
        """
        shell = CaseResult(
            case_id=case.id,
            question=case.question,
            outcome="skipped",
            reason=case.skip or "",
            attempts=0,
            quarantined=quarantined,
            generated=generated,
            expects_empty=case.expect.empty is not None,
        )
        if case.skip is not None:
            return Ran(shell, None)
        try:
            attempts = [self.attempt(case)]
            while attempts[0].failed and len(attempts) <= self._suite.criteria.repeats:
                attempts.append(self.attempt(case, again=True))
        except Exception as error:  # one case that breaks must not cost the night
            why = f"{type(error).__name__}: {error}"
            broken = {"outcome": "error", "reason": why, "attempts": 1, "failures": 1}
            return Ran(shell.model_copy(update=broken), None)
        return Ran(self._result(shell, case, attempts), attempts[0].trace)

    def attempt(self, case: GoldenCase, *, again: bool = False) -> Attempt:
        """Ask once and judge. Raises: CanvasError, StoreError.

        `again`: a reply that was recorded the first time holds, and nothing is phrased.
        """
        mode = self._suite.model
        mode = pinned(mode) if again and mode == "record" else mode
        return self.judge(case, self._asker.ask(case, mode, phrase=False if again else None))

    def attempt_with(self, case: GoldenCase, failing: Trace, instead: Instead) -> Attempt:
        """The case with other replies in place of those of a failing answer, and of those of the
        answers that it is compared with. Raises: as `attempt`."""
        models = instead(failing)
        assert models is not None
        trace = self._asker.ask(case, models=models)
        return self.judge(case, trace, instead)

    def judge(self, case: GoldenCase, trace: Trace, instead: Instead | None = None) -> Attempt:
        """An answer at hand, given by this release. Raises: as `attempt`."""
        found = fingerprint(trace)
        scores = criticise(trace, found)
        others = () if stale_reason(trace) else self._asker.others_of(case, instead)
        for one in (trace, *others):
            if stale := stale_reason(one):
                return Attempt(trace, found, scores, (), data_changed=False, stale=stale)
        if case.drill is not None:
            scores["compile"] = 1.0  # the statement was not what failed
        failed = [
            *unmet(case.expect, trace, found),
            *criticised(scores, self._suite.criteria),
            *self._facts(case, trace),
            *_relations(case, trace, found, others),
        ]
        compared, data_changed = self._beside(case, self._baselines.get(case.id), trace, found)
        return Attempt(trace, found, scores, (*failed, *compared), data_changed)

    def blessed_replies(self, case: GoldenCase) -> Mapping[ModelPurpose, ModelCall]:
        """What models answered for the baseline; nothing where it is of another release."""
        baseline = self._baselines.get(case.id)
        if baseline is None or not self._is_of_this_release(baseline):
            return {}
        return self._replies_of(baseline)

    # ---------------------------------------------------------------------------------------------

    def _result(self, shell: CaseResult, case: GoldenCase, attempts: list[Attempt]) -> CaseResult:
        failures = sum(bool(attempt.failed) for attempt in attempts)
        shown = attempts[0]
        lost = failures * 2 > len(attempts)
        baseline = self._baselines.get(case.id)
        spent = self.meter.of(case.id)
        return shell.model_copy(
            update={
                "outcome": shown.outcome if lost or shown.stale else "passed",
                "reason": str(shown.failed[0]) if shown.failed else self._told(shown.stale),
                "checks": shown.failed,
                "critics": shown.scores,
                "fingerprint": shown.found,
                "trace_id": shown.trace.trace_id,
                "baseline_trace_id": baseline.trace_id if baseline else None,
                "attempts": len(attempts),
                "failures": failures,
                "data_changed": shown.data_changed,
                "assets": shown.trace.asset_versions,
                "duration_ms": shown.trace.duration_ms,
                "stood_in": stood_in(shown.trace),
                "tokens": spent.tokens,
                "cost_usd": spent.cost_usd,
            }
        )

    def _told(self, stale: str) -> str:
        if not stale or self._suite.model != "replay":
            return stale
        return f"{stale}; `canvas golden record {self._suite.suite}` asks a model anew"

    def _facts(self, case: GoldenCase, trace: Trace) -> list[Check]:
        checks = (
            check_fact(fact, trace, GoldReader.of(fact, self._gold), f"facts[{place}]")
            for place, fact in enumerate(case.expect.facts)
        )
        return [check for check in checks if not check.passed]

    def _beside(
        self, case: GoldenCase, baseline: Baseline | None, trace: Trace, found: Fingerprint
    ) -> tuple[tuple[Check, ...], bool]:
        """What is worse than the baseline through other versions; whether the data moved."""
        if baseline is None or found == baseline.fingerprint:
            return (), False
        same = _read_alike(trace.asset_versions, baseline.assets)
        if same and (found.plan == baseline.fingerprint.plan or not has_model_part(trace)):
            return (), True
        checks = worse(baseline.fingerprint, found)
        if has_model_part(trace):
            then = self._replies_of(baseline)
            if same and same_replies(then, planning_reply(trace)):
                return (), True
            if checks and then and self._is_of_this_release(baseline):
                return self._beside_its_reply(case, baseline, then, checks, found)
        if not checks:
            return (), False
        try:
            release = self._canvas.release(base_release_id(baseline.release_id))
        except AssetNotFound:
            return checks, False  # it was answered from drafts, which are stored nowhere
        control = self._asker.ask(case, pinned(self._suite.model), release, phrase=False)
        if stale_reason(control) or (stood_in(control) and not stood_in(trace)):
            return checks, False  # no model said what it would have said then
        seen = fingerprint(control)
        return worse(seen, found), seen != baseline.fingerprint

    def _beside_its_reply(
        self,
        case: GoldenCase,
        baseline: Baseline,
        then: Mapping[ModelPurpose, ModelCall],
        checks: tuple[Check, ...],
        found: Fingerprint,
    ) -> tuple[tuple[Check, ...], bool]:
        """What is worse through another reply alone; whether the data moved."""
        control = self._asker.ask(case, models=GivenReplies(then))
        if not same_replies(then, planning_reply(control)):
            return checks, False
        seen = fingerprint(control)
        return worse(seen, found), seen != baseline.fingerprint

    def _replies_of(self, baseline: Baseline) -> Mapping[ModelPurpose, ModelCall]:
        try:
            return planning_reply(find.get(self._canvas.database, baseline.trace_id))
        except AssetNotFound:
            return {}

    def _is_of_this_release(self, baseline: Baseline) -> bool:
        if baseline.release_id not in self._same:
            try:
                then = self._canvas.release(base_release_id(baseline.release_id))
                same = not changed_assets(then, self.release)
            except AssetNotFound:
                same = False
            self._same[baseline.release_id] = same
        return self._same[baseline.release_id]


def _read_alike(left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """The same assets with the same content; a prompt is read only where a model was asked."""
    assets = {*left, *right}
    return all(
        left.get(asset) == right.get(asset)
        or (asset.startswith("prompt:") and (asset not in left or asset not in right))
        for asset in assets
    )


def _relations(
    case: GoldenCase, trace: Trace, found: Fingerprint, others: tuple[Trace, ...]
) -> list[Check]:
    checks = (
        check_relation(relation, trace, other, found, fingerprint(other), f"relations[{place}]")
        for place, (relation, other) in enumerate(zip(case.expect.relations, others, strict=True))
    )
    return [check for check in checks if not check.passed]


def clock(release: Release, now: datetime) -> datetime | None:
    """The night's own now, for all its asks, where the policy's calendar says "now"."""
    spec = policy_of(release).asset.spec
    assert isinstance(spec, PolicySpec)
    return now if spec.calendar.as_of == "now" else None
