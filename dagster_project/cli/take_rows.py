"""P10: the rows of a kept answer, to take away."""

from __future__ import annotations

import csv
import io

from pydantic_core import to_json

from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.trace import Trace

_OF_ROWS = ("table", "graph", "path", "doc_link")
"""Blocks that show the rows of one step."""


def steps_with_rows(trace: Trace, step: str | None = None) -> tuple[StepResult, ...]:
    """Steps of the last execute; first the named one, or else that of the first rows on the
    screen.

    Raises: AssetNotFound when there is no such step, or no rows at all.
    """
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    steps = [found for found in (results[-1].steps if results else ()) if found.columns]
    if not steps:
        raise AssetNotFound(
            f"The trace {trace.trace_id} has no rows: its route is {trace.route}.",
            f"`canvas trace show {trace.trace_id}` shows what it has.",
        )
    wanted = step or _first_shown(trace) or steps[0].step
    if step is not None and wanted not in {found.step for found in steps}:
        raise AssetNotFound(
            f"The trace {trace.trace_id} has no step {step!r} with rows.",
            f"It has {', '.join(found.step for found in steps)}.",
        )
    return tuple(sorted(steps, key=lambda found: found.step != wanted))


def _first_shown(trace: Trace) -> str | None:
    steps = {reference.id: reference.step for reference in trace.references}
    for shown in trace.answer.screen.blocks:
        if shown.block.type in _OF_ROWS and shown.block.references:
            return steps.get(shown.block.references[0])
    return None


def as_csv_text(step: StepResult) -> str:
    """RFC 4180 with a header of column names; an absent value is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in step.columns])
    writer.writerows(step.rows)
    return out.getvalue()


def as_json_text(trace: Trace, steps: tuple[StepResult, ...]) -> str:
    return to_json(
        {
            "trace_id": trace.trace_id,
            "question": trace.question,
            "steps": [
                {
                    "step": step.step,
                    "query": step.query,
                    "columns": step.columns,
                    "rows": step.rows,
                    "total_rows": step.total_rows,
                    "truncated": step.truncated,
                }
                for step in steps
            ],
        }
    ).decode()
