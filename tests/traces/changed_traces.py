"""Traces of all routes, and ways to change just one thing of a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from dagster_project.contracts.stage import (
    ExecuteResult,
    StageOutput,
    StageResult,
)
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Stage
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace

TRACES = st.one_of(
    st.builds(table_trace, st.integers(0, 40), rows=st.integers(0, 9)),
    st.builds(rich_trace, st.integers(0, 20), st.sampled_from(["ko", "en"])),
    st.builds(short_trace, st.integers(0, 9), route=st.sampled_from(["direct", "reject"])),
)


def with_result(trace: Trace, stage: Stage, result: StageResult) -> Trace:
    """The trace as if every run of the stage had put this out."""
    outputs = tuple(
        o.model_copy(update={"result": result}) if o.stage == stage else o
        for o in trace.stage_outputs
    )
    return trace.model_copy(update={"stage_outputs": outputs})


def result_of(trace: Trace, stage: Stage) -> Any:
    return next(o.result for o in reversed(trace.stage_outputs) if o.stage == stage)


def with_rows(trace: Trace, rows: tuple[tuple[Any, ...], ...]) -> Trace:
    executed: ExecuteResult = result_of(trace, "execute")
    first = executed.steps[0].model_copy(update={"rows": rows})
    steps = (first, *executed.steps[1:])
    return with_result(trace, "execute", executed.model_copy(update={"steps": steps}))


def another_night(trace: Trace, own_id: str, hours: float, factor: float) -> Trace:
    """The same answer with another id, other timings and times of fetching."""
    text = trace.model_dump_json().replace(trace.trace_id, own_id)
    copy = Trace.model_validate_json(text)

    def later(references: tuple[Any, ...]) -> tuple[Any, ...]:
        moved = timedelta(hours=hours)
        return tuple(
            r.model_copy(update={"fetched_at": r.fetched_at + moved, "observed_at": None})
            for r in references
        )

    def slower(output: StageOutput) -> StageOutput:
        changed = {
            "duration_ms": output.duration_ms * factor,
            "references": later(output.references),
        }
        return output.model_copy(update=changed)

    events = tuple(
        e.model_copy(update={"event_id": "other", "timestamp": e.timestamp + timedelta(hours=1)})
        for e in copy.replan_events
    )
    return copy.model_copy(
        update={
            "stage_outputs": tuple(map(slower, copy.stage_outputs)),
            "references": later(copy.references),
            "replan_events": events,
            "flow_spans": (),
            "duration_ms": copy.duration_ms * factor,
            "created_at": copy.created_at + timedelta(hours=hours),
            "plan_raw": copy.plan_raw.model_copy(update={"elapsed_ms": 99.0}),
        }
    )
