"""R10: whether a failed case is the model's doing: it is asked with the replies of before.

with the reply kept before it passes       → the model moved
no model answered, and no kept reply fits  → the model was missed
it fails with either                       → config or data, see `culprit`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import GoldenCase
from dagster_project.contracts.model_call import ModelCall, ModelPurpose
from dagster_project.contracts.night import Culprit, Night
from dagster_project.contracts.trace import Trace
from dagster_project.llm.given_replies import EarlierReplies, GivenReplies
from dagster_project.regression import nights
from dagster_project.regression.ask_case import Instead
from dagster_project.regression.model_part import planning_reply, same_replies, stood_in
from dagster_project.regression.run_case import CaseRunner
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import value_text

Replies = Mapping[ModelPurpose, ModelCall]


@dataclass(frozen=True, slots=True)
class Testimony:
    """What speaks against a model in one failed case."""

    moved: bool
    """It passes with the reply of before."""
    told: str
    """The same for all cases that have it from the same."""
    difference: str = ""
    """First place where the two plans part."""


class ModelWitness:
    """Asks failed cases once more with replies at hand; no token is spent on it."""

    def __init__(self, runner: CaseRunner, canvas: Canvas, green: Night | None) -> None:
        """`green`: the last green night."""
        self._runner, self._canvas, self._green = runner, canvas, green

    def testify(self, case: GoldenCase, failing: Trace) -> Testimony | None:
        """None: nothing speaks against a model, or the case broke."""
        try:
            return self._testify(case, failing)
        except Exception:  # one case that breaks must not cost the night
            return None

    def _testify(self, case: GoldenCase, failing: Trace) -> Testimony | None:
        now, missed = planning_reply(failing), stood_in(failing)
        if case.drill is not None or not (now or missed):
            return None
        for instead in self._replies_of_before(case, failing):
            attempt = self._runner.attempt_with(case, failing, instead)
            then = planning_reply(attempt.trace)
            passes = not attempt.failed and not attempt.stale
            if passes and then and not same_replies(then, now):
                return _moved(now, then, missed, failing, attempt.trace)
        if missed and not now and case.id not in self._missed_before:
            told = f"no model answered ({missed}), and the built-in planner's answer fails"
            return Testimony(moved=False, told=told)
        return None

    @cached_property
    def _missed_before(self) -> frozenset[str]:
        """Cases that the built-in planner planned in the green night too: it did well enough."""
        if self._green is None:
            return frozenset()
        found = nights.results(self._canvas.database, self._green.id)
        return frozenset(result.case_id for result in found if result.stood_in)

    def _replies_of_before(self, case: GoldenCase, failing: Trace) -> Iterable[Instead]:
        since = self._green.started_at if self._green else None
        database = self._canvas.database
        models = self._canvas.desk(self._runner.release).models("live")
        yield lambda trace: EarlierReplies(database, models, planning_reply(trace), since)
        blessed = self._runner.blessed_replies(case)
        if blessed:
            yield lambda trace: GivenReplies(blessed) if trace is failing else None


def model_culprits(found: Mapping[str, Testimony]) -> tuple[Culprit, ...]:
    """One for each thing that speaks against a model, with its cases."""
    by_told: dict[str, list[str]] = {}
    for case_id, testimony in found.items():
        by_told.setdefault(testimony.told, []).append(case_id)
    return tuple(
        Culprit(
            cause="model",
            cases=tuple(cases),
            tried=1,
            explanation=f"{len(cases)} case(s): {told}{_first_difference(cases[0], found)}",
        )
        for told, cases in sorted(by_told.items(), key=lambda item: -len(item[1]))
    )


def _first_difference(case_id: str, found: Mapping[str, Testimony]) -> str:
    difference = found[case_id].difference
    return f"; {case_id} {difference}" if difference else ""


def _moved(now: Replies, then: Replies, missed: str, failing: Trace, passing: Trace) -> Testimony:
    before = _names(then)
    if now:
        told = f"they fail with what {_names(now)} answers now, and pass with the reply of {before}"
    else:
        told = f"no model answered ({missed}); they pass with the kept reply of {before}"
    return Testimony(True, told, _difference(passing, failing))


def _names(calls: Replies) -> str:
    return " and ".join(dict.fromkeys(f"{call.provider}/{call.model}" for call in calls.values()))


def _difference(passing: Trace, failing: Trace) -> str:
    """From the plan of before to that of now."""
    diff = diff_traces(passing, failing)
    if not diff.plan:
        return diff.verdict
    first = next((c for c in diff.plan if c.path.startswith("/steps")), diff.plan[0])
    return f"plans {first.path}: {value_text(first.left)} → {value_text(first.right)}"
