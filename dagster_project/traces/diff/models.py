"""Who planned and which models answered: told beside a difference, no difference by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.plan import PlanOutput
from dagster_project.contracts.stage import StageOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.trace_diff import Change
from dagster_project.contracts.value import STAGES, Stage
from dagster_project.traces.diff.pairing import Pairing, last_output
from dagster_project.traces.diff.walk import changes

_TOOK = re.compile(r"\d+(?:\.\d+)? ?m?s\b")


def compare_models(left: Trace, right: Trace) -> tuple[Change, ...]:
    """`/planned_by`, and `/route_plan` and `/compose` with the model that answered."""
    found: dict[str, list[object]] = {}
    for side, trace in enumerate((left, right)):
        for place, value in _told(trace).items():
            found.setdefault(place, [None, None])[side] = value
    return tuple(
        Change(path=f"/{place}", left=before, right=after)
        for place, (before, after) in found.items()
        if before != after
    )


def compare_fallbacks(left: Trace, right: Trace, pairing: Pairing) -> tuple[Change, ...]:
    """What stood in for what; how long something took before it was given up does not count."""
    if _untimed(left.fallbacks) == _untimed(right.fallbacks):
        return ()
    return tuple(changes(left.fallbacks, right.fallbacks, pairing, "/fallbacks"))


def calls_text(trace: Trace) -> str:
    """`main timed_out, spare ok`: what each call came to, in order."""
    calls = (call for output in trace.stage_outputs for call in output.model_calls)
    return ", ".join(f"{call.model} {call.outcome}" for call in calls)


def answered_by(calls: Sequence[ModelCall]) -> str | None:
    """The model whose reply was taken."""
    good = (call.model for call in reversed(calls) if call.outcome in ("ok", "repaired"))
    return next(good, None)


def _told(trace: Trace) -> dict[str, str | None]:
    models = {stage: _model(trace, stage) for stage in STAGES}
    told: dict[str, str | None] = {stage: name for stage, name in models.items() if name}
    planned = last_output(trace, "route_plan")
    return {"planned_by": _planner(planned, trace), **told}


def _planner(planned: StageOutput | None, trace: Trace) -> str:
    result = planned.result if planned is not None else trace.plan_raw
    return (result if isinstance(result, PlanOutput) else trace.plan_raw).planned_by


def _model(trace: Trace, stage: Stage) -> str | None:
    output = last_output(trace, stage)
    return answered_by(output.model_calls) if output is not None else None


def _untimed(lines: Sequence[str]) -> list[str]:
    return [_TOOK.sub("", line) for line in lines]
