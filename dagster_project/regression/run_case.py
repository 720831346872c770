"""One case: ask, look at what must hold, compare with the baseline, and ask again when in doubt.

A difference from the baseline counts against the config only when it must: where the answer read
other versions than the baseline did, the baseline's own release is asked too, now. What both give
is the data's doing, what only the new versions give is theirs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.golden import CriticName, GoldenCase, Relation, Suite
from dagster_project.contracts.night import CaseResult, Check, Fingerprint, Outcome
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import base_release_id
from dagster_project.planner.assets import policy_of
from dagster_project.regression.baselines import Baseline, Shelf
from dagster_project.regression.check_case import criticised, unmet
from dagster_project.regression.compare import worse
from dagster_project.regression.critics import criticise
from dagster_project.regression.facts import check_fact
from dagster_project.regression.fingerprint import fingerprint
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.relations import check_relation
from sources.drill import DrilledSource

_KEPT_ANSWERS = 256
"""Of other questions that relations name; several cases may name the same."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ask of a case, judged."""

    trace: Trace
    found: Fingerprint
    scores: dict[CriticName, float]
    failed: tuple[Check, ...]
    data_changed: bool

    @property
    def outcome(self) -> Outcome:
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
    ) -> None:
        self.release = release
        self._canvas = canvas
        self._suite = suite
        self._baselines = baselines
        self._gold = gold
        self._as_of = clock(release, now)
        self._others: OrderedDict[str, Trace] = OrderedDict()
        self._lock = Lock()

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
                attempts.append(self.attempt(case))
        except Exception as error:  # one case that breaks must not cost the night
            why = f"{type(error).__name__}: {error}"
            broken = {"outcome": "error", "reason": why, "attempts": 1, "failures": 1}
            return Ran(shell.model_copy(update=broken), None)
        return Ran(self._result(shell, case, attempts), attempts[0].trace)

    def attempt(self, case: GoldenCase) -> Attempt:
        """Ask once and judge. Raises: CanvasError, StoreError."""
        baseline = self._baselines.get(case.id)
        return self.judge(case, self._ask(case, case.question, self.release, baseline))

    def judge(self, case: GoldenCase, trace: Trace) -> Attempt:
        """An answer at hand, given by this release. Raises: as `attempt`."""
        baseline = self._baselines.get(case.id)
        found = fingerprint(trace)
        scores = criticise(trace, found)
        if case.drill is not None:
            scores["compile"] = 1.0  # the statement was not what failed
        failed = [
            *unmet(case.expect, trace, found),
            *criticised(scores, self._suite.criteria),
            *self._facts(case, trace),
            *self._relations(case, trace, found),
        ]
        compared, data_changed = self._beside(case, baseline, trace, found)
        return Attempt(trace, found, scores, (*failed, *compared), data_changed)

    # ---------------------------------------------------------------------------------------------

    def _result(self, shell: CaseResult, case: GoldenCase, attempts: list[Attempt]) -> CaseResult:
        failures = sum(bool(attempt.failed) for attempt in attempts)
        shown = attempts[0]
        lost = failures * 2 > len(attempts)
        baseline = self._baselines.get(case.id)
        return shell.model_copy(
            update={
                "outcome": shown.outcome if lost else "passed",
                "reason": str(shown.failed[0]) if shown.failed else "",
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
            }
        )

    def _ask(
        self, case: GoldenCase, question: str, release: Release, baseline: Baseline | None = None
    ) -> Trace:
        ask = Ask(
            question=question,
            user=case.user,
            roles=case.roles,
            language=case.language,
            as_of=case.as_of or self._as_of,
            test_mode=True,
            baseline_trace_id=baseline.trace_id if baseline else None,
        )
        drill = case.drill
        if drill is None:
            return self._canvas.ask_in(release, ask)
        return self._canvas.ask_in(
            release, ask, lambda source: DrilledSource(source, drill.fails, drill.calls)
        )

    def _facts(self, case: GoldenCase, trace: Trace) -> list[Check]:
        checks = (
            check_fact(fact, trace, GoldReader.of(fact, self._gold), f"facts[{place}]")
            for place, fact in enumerate(case.expect.facts)
        )
        return [check for check in checks if not check.passed]

    def _relations(self, case: GoldenCase, trace: Trace, found: Fingerprint) -> list[Check]:
        checks = []
        for place, relation in enumerate(case.expect.relations):
            other = self._other(case, relation)
            checks.append(
                check_relation(
                    relation, trace, other, found, fingerprint(other), f"relations[{place}]"
                )
            )
        return [check for check in checks if not check.passed]

    def _other(self, case: GoldenCase, relation: Relation) -> Trace:
        """The answer to a relation's question; asked once for all cases that name it."""
        key = f"{case.as_of}\n{case.roles}\n{case.user}\n{relation.question}"
        with self._lock:
            if key in self._others:
                self._others.move_to_end(key)
                return self._others[key]
        plain = case.model_copy(update={"language": None, "drill": None})
        trace = self._ask(plain, relation.question, self.release)
        with self._lock:
            self._others[key] = trace
            while len(self._others) > _KEPT_ANSWERS:
                self._others.popitem(last=False)
        return trace

    def _beside(
        self, case: GoldenCase, baseline: Baseline | None, trace: Trace, found: Fingerprint
    ) -> tuple[tuple[Check, ...], bool]:
        """What is worse than the baseline through other versions; whether the data moved."""
        if baseline is None or found == baseline.fingerprint:
            return (), False
        if trace.asset_versions == baseline.assets:
            return (), True
        checks = worse(baseline.fingerprint, found)
        if not checks:
            return (), False
        try:
            release = self._canvas.release(base_release_id(baseline.release_id))
        except AssetNotFound:
            return checks, False  # it was answered from drafts, which are stored nowhere
        control = fingerprint(self._ask(case, case.question, release))
        return worse(control, found), control != baseline.fingerprint


def clock(release: Release, now: datetime) -> datetime | None:
    """The night's own now, for all its asks, where the policy's calendar says "now"."""
    spec = policy_of(release).asset.spec
    assert isinstance(spec, PolicySpec)
    return now if spec.calendar.as_of == "now" else None
