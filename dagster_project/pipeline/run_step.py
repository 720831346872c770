"""One step: bind, ask the source, and turn what came back into a result with its reference."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.block import CellValue, GraphEdge
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.stage import ResultColumn, StepResult, ToolCall
from dagster_project.pipeline.bind import Binder
from dagster_project.pipeline.bound_step import BoundStep
from dagster_project.pipeline.cells import cell_value
from dagster_project.pipeline.deadline import Deadline
from dagster_project.pipeline.emptiness import explain_empty, is_empty
from dagster_project.pipeline.graph_edges import is_absent, read_edges
from dagster_project.pipeline.matches import count_matches
from sources.errors import SourceError
from sources.protocol import BoundQuery, Rows, Source

_LEAST_SECONDS = 0.02
"""With less than this left, a query is not sent."""


@dataclass(slots=True)
class Watermarks:
    """Oldest and newest time per table of a source, read once an ask, only when it matters."""

    ask: Callable[[str, str, float], tuple[datetime, datetime] | None]
    deadline: Deadline
    _known: dict[tuple[str, str], tuple[datetime, datetime] | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def span(self, table: str, time_column: str) -> tuple[datetime, datetime] | None:
        with self._lock:
            if (table, time_column) not in self._known:
                self._known[table, time_column] = self.ask(
                    table, time_column, max(_LEAST_SECONDS, self.deadline.remaining_seconds)
                )
            return self._known[table, time_column]


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What one step gave: its result, the call as it happened, the evidence."""

    result: StepResult
    call: ToolCall | None
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Workbench:
    """All that running steps needs, for one ask."""

    trace_id: str
    release: Release
    views: dict[str, CatalogView]
    settings: CompileSettings
    binder: Binder
    timeout_seconds: float
    """For one step."""
    deadline: Deadline
    """The ask's."""
    masked_columns: frozenset[str]
    source: Callable[[str], Source]
    """Opens (or finds open) the source of this name, as the release describes it."""
    allowed_tables: Callable[[str], frozenset[str]]
    marks: Watermarks
    bound: dict[str, BoundStep] = field(default_factory=dict)
    """Steps that validate has bound already."""
    outcomes: dict[str, StepOutcome] = field(default_factory=dict)
    """What earlier rounds of this ask have fetched and need not fetch again."""

    def forget(self, steps: frozenset[str]) -> None:
        """These steps run again in the next round."""
        for step in steps:
            self.outcomes.pop(step, None)


def run_step(
    step: PlanStep, reference_id: str, bench: Workbench, inputs: dict[str, StepResult]
) -> StepOutcome:
    """Never raises for what a source may do: a failure is a result with its error."""
    version = bench.release.get("query", step.query)
    assert version is not None
    assert isinstance(version.asset.spec, QuerySpec)
    spec, ref = version.asset.spec, version.ref
    fed, gap = _fed(step, inputs)
    if gap is not None:
        return StepOutcome(_nothing(step, ref, inputs[gap]), None, None)
    if bench.deadline.remaining_seconds < _LEAST_SECONDS:
        return _too_late(step, ref)
    view = bench.views.get(spec.catalog or "")
    assert spec.source is not None
    started = time.perf_counter()
    try:
        bound = bench.bound.get(step.id) or bench.binder.bind(step, fed)
        rows = bench.source(spec.source).run(_query(bound, spec.source, bench))
    except (SourceError, InvalidRequest) as problem:
        return _failed(step, ref, spec.source, problem, time.perf_counter() - started)
    result = _result(step, ref, reference_id, spec, bound, rows, bench, view, inputs)
    call = ToolCall(
        step=step.id,
        source=spec.source,
        query=ref,
        statement=bound.text,
        params=_plain(bound.params),
        elapsed_ms=round(rows.elapsed_ms, 3),
        row_count=len(result.rows),
    )
    reference = _reference(step, ref, reference_id, spec, bound, rows, result, bench)
    return StepOutcome(result, call, reference)


def _fed(
    step: PlanStep, inputs: dict[str, StepResult]
) -> tuple[dict[str, list[object]], str | None]:
    """Values from earlier steps; or the step that has none to give."""
    fed: dict[str, list[object]] = {}
    for feed in step.feeds:
        given = inputs[feed.step]
        names = [c.name for c in given.columns]
        values: list[object] = []
        if feed.column in names:
            place = names.index(feed.column)
            values = [v for v in dict.fromkeys(row[place] for row in given.rows) if v is not None]
        if not values:
            return {}, feed.step
        fed[feed.param or feed.filter_column or ""] = values
    return fed, None


def _nothing(step: PlanStep, ref: str, given: StepResult) -> StepResult:
    """The step before had no rows: neither has this one, for the same reason."""
    return StepResult(
        step=step.id,
        query=ref,
        empty=given.empty or "true_zero",
        error=given.error,
        total_rows=0,
        optional=step.optional,
    )


def _too_late(step: PlanStep, ref: str) -> StepOutcome:
    """The ask's deadline is over: nothing is sent any more."""
    error = ErrorForm(
        error=f"step {step.id!r} was not sent: the ask's deadline is over",
        code="EXECUTE_TIMEOUT",
        via=f"execute/{step.id}",
    )
    result = StepResult(
        step=step.id, query=ref, empty="source_down", error=error, optional=step.optional
    )
    return StepOutcome(result, None, None)


def _query(bound: BoundStep, source: str, bench: Workbench) -> BoundQuery:
    return BoundQuery(
        text=bound.text,
        params=bound.params,
        max_rows=bound.max_rows,
        timeout_seconds=_seconds_left(bench),
        allowed_tables=bench.allowed_tables(source),
    )


def _failed(
    step: PlanStep,
    ref: str,
    source: str,
    problem: SourceError | InvalidRequest,
    elapsed_seconds: float,
) -> StepOutcome:
    error = ErrorForm(error=str(problem), code=problem.code, via=f"execute/{step.id}")  # pyright: ignore[reportArgumentType]
    denied = problem.code in ("PERMISSION_DENIED", "SQL_BLOCKED")
    result = StepResult(
        step=step.id,
        query=ref,
        empty="not_permitted" if denied else "source_down",
        error=error,
        optional=step.optional,
    )
    call = ToolCall(
        step=step.id,
        source=source,
        query=ref,
        statement="",
        elapsed_ms=round(elapsed_seconds * 1000, 3),
        row_count=0,
        error=error,
    )
    return StepOutcome(result, call, None)


def _result(
    step: PlanStep,
    ref: str,
    reference_id: str,
    spec: QuerySpec,
    bound: BoundStep,
    rows: Rows,
    bench: Workbench,
    view: CatalogView | None,
    inputs: dict[str, StepResult],
) -> StepResult:
    kept, columns = _shown_columns(bound, rows, bench.masked_columns)
    zone = ZoneInfo(bench.settings.time_zone)
    cells = tuple(tuple(cell_value(row[i], zone) for i in kept) for row in rows.rows)
    columns = tuple(_with_labels_of(c, i, cells) for i, c in enumerate(columns))
    measured = step.table_plan is not None and bool(step.table_plan.measures)
    measured = measured and not (step.table_plan and step.table_plan.dimensions)
    empty = _why_empty(step, spec, bound, view, bench) if is_empty(cells, measured) else None
    return StepResult(
        step=step.id,
        query=ref,
        columns=columns,
        rows=cells,
        total_rows=_total(spec, bound, rows, bench),
        truncated=rows.truncated,
        empty=empty,
        optional=step.optional,
        observed_at=_newest(rows),
        references=(reference_id,),
        edges=_edges(spec, bound, rows, bench),
        focus=bound.focus,
        matches=count_matches(step, inputs, columns, cells, truncated=rows.truncated),
    )


def _why_empty(
    step: PlanStep,
    spec: QuerySpec,
    bound: BoundStep,
    view: CatalogView | None,
    bench: Workbench,
) -> EmptyReason:
    assert spec.source is not None
    seconds, allowed = _seconds_left(bench), bench.allowed_tables(spec.source)
    if bound.probe and is_absent(bound.probe, bench.source(spec.source), seconds, allowed):
        return "no_such_entity"
    return explain_empty(step, view, bound.tables, bench.marks)


def _edges(
    spec: QuerySpec, bound: BoundStep, rows: Rows, bench: Workbench
) -> tuple[GraphEdge, ...]:
    """For the picture of a graph; the rows stand without it."""
    place = next((i for i, c in enumerate(rows.columns) if c.name in bound.hidden), None)
    if bound.picture is None or place is None or not rows.rows:
        return ()
    assert spec.source is not None
    nodes = tuple(row[place] for row in rows.rows)
    source, allowed = bench.source(spec.source), bench.allowed_tables(spec.source)
    try:
        return read_edges(bound.picture, nodes, source, _seconds_left(bench), allowed)
    except SourceError:
        return ()


def _seconds_left(bench: Workbench) -> float:
    """For one more statement of a step."""
    return max(_LEAST_SECONDS, min(bench.timeout_seconds, bench.deadline.remaining_seconds))


def _shown_columns(
    bound: BoundStep, rows: Rows, masked: frozenset[str]
) -> tuple[list[int], tuple[ResultColumn, ...]]:
    """Columns as declared, by name; the engine's own where none is; masked ones left out."""
    declared = {c.name: c for c in bound.columns}
    hidden = {ref.rsplit(".", 1)[1] for ref in masked if ref.rsplit(".", 1)[0] in bound.tables}
    hidden.update(bound.hidden)
    kept = [i for i, c in enumerate(rows.columns) if c.name not in hidden]
    columns = tuple(
        declared.get(rows.columns[i].name)
        or ResultColumn(
            name=rows.columns[i].name, label=rows.columns[i].name, type=rows.columns[i].type
        )
        for i in kept
    )
    return kept, columns


def _with_labels_of(
    column: ResultColumn, place: int, cells: tuple[tuple[CellValue, ...], ...]
) -> ResultColumn:
    """Only the labels of values that occur are kept with the result."""
    if not column.value_labels:
        return column
    seen = {str(row[place]) for row in cells}
    labels = {v: label for v, label in column.value_labels.items() if v in seen and label != v}
    return column.model_copy(update={"value_labels": labels})


def _total(spec: QuerySpec, bound: BoundStep, rows: Rows, bench: Workbench) -> int | None:
    """The full count, asked of the source only when the rows were cut."""
    if not rows.truncated:
        return len(rows.rows)
    if not bound.count_text:
        return None
    assert spec.source is not None
    count = BoundQuery(
        text=bound.count_text,
        params=bound.params,
        max_rows=1,
        timeout_seconds=bench.timeout_seconds,
        allowed_tables=bench.allowed_tables(spec.source),
    )
    try:
        counted = bench.source(spec.source).run(count).rows[0][0]
    except SourceError:
        return None
    return counted if isinstance(counted, int) else None


def _newest(rows: Rows) -> datetime | None:
    times = [cell for row in rows.rows for cell in row if isinstance(cell, datetime)]
    return max(times, default=None)


def _plain(params: dict[str, object]) -> dict[str, object]:
    return {name: _plain_value(value) for name, value in params.items()}


def _plain_value(value: object) -> object:
    """As it reads back from a kept trace: times and dates are text there."""
    if isinstance(value, (list, tuple)):
        return [_plain_value(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _reference(
    step: PlanStep,
    ref: str,
    reference_id: str,
    spec: QuerySpec,
    bound: BoundStep,
    rows: Rows,
    result: StepResult,
    bench: Workbench,
) -> Reference:
    source = bench.release.get("source", spec.source or "")
    return Reference(
        id=reference_id,
        step=step.id,
        source=source.ref if source else spec.source or "",
        query=ref,
        params=_plain(bound.params),
        tables=bound.tables,
        statement=bound.text,
        row_count=result.total_rows if result.total_rows is not None else len(result.rows),
        fetched_at=rows.fetched_at,
        observed_at=result.observed_at,
        link=f"trace:{bench.trace_id}#{step.id}",
    )
