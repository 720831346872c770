"""Which kind of empty a step's result is (B1)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.table_plan import TimeRange
from sources.errors import SourceError


class Watermarks(Protocol):
    """When a table's rows begin and end."""

    def span(self, table: str, time_column: str) -> tuple[datetime, datetime] | None:
        """Oldest and newest time in a table; None when it has no row."""
        ...


def is_empty(rows: tuple[tuple[CellValue, ...], ...], measured: bool) -> bool:
    """No row; or one row of measures that are all zero or missing."""
    if not rows:
        return True
    return measured and len(rows) == 1 and all(not cell for cell in rows[0])


def explain_empty(
    step: PlanStep, view: CatalogView | None, tables: tuple[str, ...], marks: Watermarks
) -> EmptyReason:
    """A true zero, unless the asked window lies outside what the source holds."""
    window = _window(step)
    if window is None or view is None:
        return "true_zero"
    for table in tables:
        column = view.time_column(table)
        if column is None:
            continue
        try:
            held = marks.span(table, column)
        except SourceError:
            return "true_zero"  # it was asked and there is none; how far it reaches is not known
        if held is None or window.end <= held[0]:
            return "filtered_out"
        if window.start > held[1]:
            return "source_stale"
        return "true_zero"
    return "true_zero"


def _window(step: PlanStep) -> TimeRange | None:
    if step.table_plan is not None:
        return step.table_plan.time
    return next((v for v in step.params.values() if isinstance(v, TimeRange)), None)
