"""R6: the same cases in the release in force and in the one with the drafts, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.golden import Criteria, GoldenCase, Suite
from dagster_project.contracts.night import CaseResult, Check, Verdict
from dagster_project.contracts.trace import Trace
from dagster_project.pipeline.run import Progress
from dagster_project.regression import nights
from dagster_project.regression.ask_cases import ask_cases
from dagster_project.regression.baselines import Baseline
from dagster_project.regression.gate_report import Worse
from dagster_project.regression.model_part import Spent
from dagster_project.regression.open_gold import open_gold
from dagster_project.regression.run_case import CaseRunner, Ran
from dagster_project.regression.verdict import Counted, Past, judge
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import lines
from dagster_project.traces.keep import keep

_DIFFERENCE = "baseline."
"""Checks of what differs from the answer in force; all others are the case's own."""
_NO_FLOORS = {
    "min_pass_rate": 0.0,
    "max_empty_rate": 1.0,
    "min_reference_coverage": 0.0,
    "min_critic_score": 0.0,
}
"""What is bad in both releases is not the drafts' doing; what turned bad is seen pair by pair."""
MOST_SHOWN = 50
"""Worse cases whose answers are asked once more, kept and compared line by line."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """One suite in both releases, judged."""

    verdict: Verdict
    worse: tuple[Worse, ...]
    better: tuple[str, ...]
    spent: Spent
    """On models, in both."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a suite's cases are asked; `base` None: nothing is in force."""

    canvas: Canvas
    base: Release | None
    tested: Release
    at: datetime
    progress: Progress | None = None

    def runner(self, suite: Suite, release: Release, beside: Mapping[str, Baseline]) -> CaseRunner:
        gold = open_gold(self.canvas, suite, release)
        return CaseRunner(self.canvas, suite, release, beside, self.at, gold=gold)


def run_pairs(
    bench: Bench,
    suite: Suite,
    cases: Sequence[GoldenCase],
    control: Collection[str],
    accept: Collection[str],
) -> Pairs:
    """The verdict over what only the drafts cause. Without a base the cases' own checks decide.

    Kept replies stand in for models; where none fits one is asked and its reply kept, so that what
    is published has them all. Effects: keeps the two traces of each worse case. Raises: StoreError.
    """
    suite = _filling(suite)
    aside = frozenset(q.case for q in suite.quarantine if bench.at.date() < q.until)
    before = {r.case_id: r for r in _run(bench, suite, cases, bench.base, {}, aside)[1]}
    beside = _as_baselines(before, bench.base)
    counted, after = _run(bench, suite, cases, bench.tested, beside, aside)
    blamed = {r.case_id: _blamed(before.get(r.case_id), r) for r in after}
    worse = tuple(
        _worse(r, blamed[r.case_id], suite, control, accept)
        for r in after
        if blamed[r.case_id] and r.case_id not in aside
    )
    fine = {w.case_id for w in worse if w.accepted} | {
        i for i, found in blamed.items() if not found
    }
    judged = [_cleared(c) if c.case_id in fine else c for c in counted]
    past = Past(record=nights.record_of_cases(bench.canvas.database, suite.suite))
    criteria = suite.criteria
    if bench.base is not None:
        criteria = criteria.model_copy(update=_NO_FLOORS)
        past = replace(past, green={r.case_id: "passed" for r in before.values()})
    verdict = judge(judged, _of_those_asked(criteria), past, whole=False)
    return Pairs(
        verdict,
        _shown(bench, suite, cases, beside, worse),
        tuple(
            f"{suite.suite}/{r.case_id}"
            for r in after
            if r.case_id in before and before[r.case_id].outcome != "passed" and _own_pass(r)
        ),
        _spent((*before.values(), *after)),
    )


def _filling(suite: Suite) -> Suite:
    return suite if suite.model == "off" else suite.model_copy(update={"model": "fill"})


def _spent(results: Iterable[CaseResult]) -> Spent:
    return sum((Spent(0, r.tokens, r.cost_usd) for r in results), Spent())


def _run(
    bench: Bench,
    suite: Suite,
    cases: Sequence[GoldenCase],
    release: Release | None,
    beside: Mapping[str, Baseline],
    aside: frozenset[str],
) -> tuple[list[Counted], list[CaseResult]]:
    if release is None:
        return [], []
    asked: list[CaseResult] = []

    def take(piece: Sequence[Ran]) -> None:
        asked.extend(ran.result for ran in piece)

    runner = bench.runner(suite, release, beside)
    counted = ask_cases(cases, runner, suite.criteria, aside, frozenset(), take, bench.progress)
    return counted, asked


def _as_baselines(before: Mapping[str, CaseResult], base: Release | None) -> dict[str, Baseline]:
    """The answers in force are what the drafts' answers are compared with."""
    if base is None:
        return {}
    return {
        case_id: Baseline(
            trace_id=r.trace_id, release_id=base.id, fingerprint=r.fingerprint, assets=r.assets
        )
        for case_id, r in before.items()
        if r.fingerprint is not None and r.trace_id is not None
    }


def _blamed(before: CaseResult | None, after: CaseResult) -> tuple[Check, ...]:
    """What the drafts alone make worse."""
    if after.outcome in ("passed", "skipped"):
        return ()
    if not after.checks:  # the ask itself broke
        broken_before = before is not None and before.outcome == after.outcome
        why = Check(name=after.outcome, passed=False, expected="an answer", found=after.reason)
        return () if broken_before else (why,)
    failed_before = {check.name for check in before.checks} if before else set[str]()
    own = tuple(c for c in after.checks if not c.name.startswith(_DIFFERENCE))
    new = tuple(c for c in own if c.name not in failed_before)
    if before is not None and before.outcome != "passed":
        return new  # nobody is to be held to an answer that was wrong
    return (*new, *(c for c in after.checks if c.name.startswith(_DIFFERENCE)))


def _own_pass(result: CaseResult) -> bool:
    return result.fingerprint is not None and all(
        check.name.startswith(_DIFFERENCE) for check in result.checks
    )


def _worse(
    result: CaseResult,
    checks: tuple[Check, ...],
    suite: Suite,
    control: Collection[str],
    accept: Collection[str],
) -> Worse:
    """A difference can be accepted; what the case itself demands is changed in its golden set."""
    wanted = {"all", result.case_id, f"{suite.suite}/{result.case_id}"} & set(accept)
    return Worse(
        suite=suite.suite,
        case_id=result.case_id,
        question=result.question,
        checks=checks,
        accepted=bool(wanted) and all(c.name.startswith(_DIFFERENCE) for c in checks),
        control=result.case_id in control,
    )


def _cleared(case: Counted) -> Counted:
    """Nothing in it is the drafts' fault."""
    return case if case.outcome == "skipped" else replace(case, outcome="passed", failures=0)


def _of_those_asked(criteria: Criteria) -> Criteria:
    """How old a source's health is says nothing of a draft."""
    return criteria.model_copy(update={"max_source_age_hours": None})


def _shown(
    bench: Bench,
    suite: Suite,
    cases: Sequence[GoldenCase],
    beside: Mapping[str, Baseline],
    worse: Sequence[Worse],
) -> tuple[Worse, ...]:
    """The worse ones with both answers, kept, and the difference between them."""
    by_id = {case.id: case for case in cases}
    found: list[Worse] = []
    for one in worse[:MOST_SHOWN]:
        case = by_id[one.case_id]
        left = _kept(bench, suite, case, bench.base, {})
        right = _kept(bench, suite, case, bench.tested, beside)
        told = lines(diff_traces(left, right)) if left and right else ()
        found.append(
            one.model_copy(
                update={
                    "lines": told,
                    "before_trace_id": left.trace_id if left else None,
                    "after_trace_id": right.trace_id if right else None,
                }
            )
        )
    return (*found, *worse[MOST_SHOWN:])


def _kept(
    bench: Bench,
    suite: Suite,
    case: GoldenCase,
    release: Release | None,
    beside: Mapping[str, Baseline],
) -> Trace | None:
    if release is None:
        return None
    try:
        trace = bench.runner(suite, release, beside).attempt(case).trace
    except CanvasError:
        raise
    except Exception:  # an ask that breaks has no answer to show
        return None
    keep(bench.canvas.database, trace)
    return trace
