"""What a question came to: the table plan of both languages, in parts short to compare."""

from __future__ import annotations

from dagster_project.contracts.table_plan import TablePlan, TimeRange
from lab.planning import table_plan_of
from lab.rows import seoul

LAST_WEEK = (seoul(3, 9), seoul(3, 16))


def both(korean: str, english: str) -> list[TablePlan]:
    return [table_plan_of(korean), table_plan_of(english)]


def measured(plan: TablePlan) -> list[tuple[str, str | None]]:
    return [(m.aggregate, m.metric or m.column) for m in plan.measures]


def grouped(plan: TablePlan) -> list[str]:
    """Grouping columns, without the label that follows an entity's key."""
    return [d.column for d in plan.dimensions if not d.column.startswith("lab.instrument.name_")]


def conditions(plan: TablePlan) -> set[tuple[str, str, tuple[object, ...]]]:
    return {(f.column.removeprefix("lab."), f.op, f.values) for f in plan.filters}


def span(time: TimeRange | None) -> tuple[object, object] | None:
    return (time.start, time.end) if time else None
