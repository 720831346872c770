"""Query: runs on its sample, fits its output schema; with its latency and its first rows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dagster_project.contracts.assets.query import OutputColumn, QuerySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.stage import ResultColumn, StepResult
from dagster_project.contracts.table_plan import TablePlan, TimeRange
from dagster_project.contracts.value import Language
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)

Sample = Mapping[str, object] | TablePlan | GraphPlan
RunSample = Callable[[str, Sample, Language], StepResult]
"""Runs one query asset by name, on params or on a plan, as an ask in that language would."""
MAX_CHART_POINTS = 300
_SPAN = re.compile(r"(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NUMBERS = ("integer", "number")
_TIMES = ("timestamp", "date")


def sample_of(spec: QuerySpec) -> tuple[Sample | None, str | None]:
    """What the query is previewed on, or why it cannot be."""
    if spec.form == "table_plan" and spec.plan is None:
        if spec.sample_plan is None:
            return None, "an open table plan needs spec.sample_plan to be previewed"
        return spec.sample_plan, None
    if spec.form == "graph_plan" and spec.graph is None:
        if spec.sample_graph is None:
            return None, "an open graph plan needs spec.sample_graph to be previewed"
        return spec.sample_graph, None
    open_params = sorted(
        param.name
        for param in spec.params
        if param.required and param.default is None and param.name not in spec.sample_params
    )
    if open_params:
        return None, f"spec.sample_params gives no value for {', '.join(open_params)}"
    return dict(spec.sample_params), None


def sample_values(
    spec: QuerySpec | None, sample: Mapping[str, object], as_of: datetime
) -> dict[str, object]:
    """The sample with its time ranges, given or by default, as spans back from `as_of`."""
    values = dict(sample)
    for param in spec.params if spec else ():
        text = values.get(param.name, param.default)
        if param.type == "time_range" and isinstance(text, str):
            values[param.name] = span_back(text, as_of)
    return values


def span_back(text: str, as_of: datetime) -> TimeRange:
    """`24h` → the day before `as_of`. Raises: InvalidRequest."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise InvalidRequest(f"the sample time range {text!r} is no span;", "write 24h, 7d or 2w")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    return TimeRange(start=as_of - length, end=as_of, text=text)


def inspect_query(name: str, spec: QuerySpec, run: RunSample) -> Inspection:
    """Run the query on its sample. Effects: one read at its source."""
    sample, gap = sample_of(spec)
    if sample is None:
        findings = (Observation(name="sample", status="warn", detail=gap or ""),)
        return Inspection(summary=f"not previewed: {gap}", findings=findings)
    started = time.perf_counter()
    result = run(name, sample, "en")
    elapsed_ms = (time.perf_counter() - started) * 1_000
    return Inspection(
        summary=_summary(result, elapsed_ms),
        findings=(
            _ran(result),
            *([] if result.error else [_rows_found(result), _fits(spec, result.columns)]),
        ),
        facts={
            "form": spec.form,
            "source": spec.source,
            "rows": len(result.rows),
            "total_rows": result.total_rows,
            "truncated": result.truncated,
            "latency_ms": round(elapsed_ms, 2),
        },
        table=result_table(result),
        chart=result_chart(result),
    )


def result_table(result: StepResult) -> PreviewTable | None:
    """The rows of a result under the labels a reader sees."""
    if not result.columns:
        return None
    return PreviewTable(
        columns=tuple(f"{c.label} [{c.unit}]" if c.unit else c.label for c in result.columns),
        rows=result.rows,
        total_rows=result.total_rows,
    )


def result_chart(result: StepResult) -> dict[str, object] | None:
    """A line over time, where there is a time and a number; else nothing."""
    times = [c.name for c in result.columns if c.type in _TIMES]
    numbers = [c for c in result.columns if c.type in _NUMBERS]
    if not times or not numbers or len(result.rows) < 3:
        return None
    names = [column.name for column in result.columns]
    at, measure = names.index(times[0]), numbers[0]
    value = names.index(measure.name)
    points = [{"at": r[at], "value": r[value]} for r in result.rows[:MAX_CHART_POINTS]]
    title = f"{measure.label} [{measure.unit}]" if measure.unit else measure.label
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 480,
        "height": 200,
        "data": {"values": points},
        "mark": {"type": "line", "point": len(points) < 40},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "title": None},
            "y": {"field": "value", "type": "quantitative", "title": title},
        },
    }


def _summary(result: StepResult, elapsed_ms: float) -> str:
    if result.error is not None:
        return result.error.error
    total = result.total_rows if result.total_rows is not None else len(result.rows)
    return f"{total} rows in {elapsed_ms:.1f} ms on the sample"


def _ran(result: StepResult) -> Observation:
    told = f"{result.error.code}: {result.error.error}" if result.error else None
    return observed("run", told, "the sample ran through every wall")


def _rows_found(result: StepResult) -> Observation:
    empty = not result.rows
    return observed(
        "rows_found",
        f"the sample gives no rows ({result.empty or 'true_zero'}): choose one that shows something"
        if empty
        else None,
        f"{len(result.rows)} rows",
        level="warn",
    )


def _fits(spec: QuerySpec, columns: tuple[ResultColumn, ...]) -> Observation:
    """Every declared column comes, in its type; what comes beside them is no fault."""
    live = {column.name: column.type for column in columns}
    wrong = [told for column in spec.output_schema if (told := _misfit(column, live))]
    if not spec.output_schema:
        fine = f"{len(columns)} columns; none declared"
    else:
        fine = f"all {len(spec.output_schema)} declared columns, in their types"
    return observed("output_schema", "; ".join(wrong) or None, fine)


def _misfit(column: OutputColumn, live: Mapping[str, str]) -> str | None:
    found = live.get(column.name)
    if found is None:
        return f"{column.name} is declared and does not come (there is {', '.join(live)})"
    if found == column.type or {found, column.type} <= {"integer", "number"}:
        return None
    return f"{column.name} is {found}, declared {column.type}"
