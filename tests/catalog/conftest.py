"""The laboratory, and a way to run a table plan on it without a pipeline around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from lab.fixtures import lab, lab_rows, lab_settings
from lab.planning import view
from lab.rows import AS_OF

from dagster_project.catalog.compile_table_plan import (
    CompiledQuery,
    CompileSettings,
    compile_table_plan,
)
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.table_plan import TablePlan

__all__ = ["lab", "lab_rows", "lab_settings"]

SETTINGS = CompileSettings(
    as_of=AS_OF, time_zone="Asia/Seoul", week_start="monday", language="en", max_rows=1_000
)
Row = tuple[object, ...]
Run = Callable[..., list[Row]]


def compiled(plan: TablePlan, on: CatalogView | None = None, **changes: object) -> CompiledQuery:
    return compile_table_plan(on or view(), plan, replace(SETTINGS, **changes))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def run(lab_rows: psycopg.Connection) -> Run:
    """Rows of a plan, as Postgres gives them."""

    def rows(plan: TablePlan, on: CatalogView | None = None, **changes: object) -> list[Row]:
        query = compiled(plan, on, **changes)
        return lab_rows.execute(query.text.encode(), query.params).fetchall()

    return rows


@pytest.fixture
def count(lab_rows: psycopg.Connection) -> Callable[..., int]:
    """What the plan's own count query says."""

    def total(plan: TablePlan, **changes: object) -> int:
        query = compiled(plan, None, **changes)
        row = lab_rows.execute(query.count_text.encode(), query.params).fetchone()
        assert row is not None
        return row[0]

    return total
