"""Every filter operator, on rows known by heart."""

from __future__ import annotations

from datetime import datetime

import pytest
from lab.rows import seoul

from catalog.conftest import Run
from dagster_project.contracts.table_plan import Filter, FilterOp, Scalar, Search, TablePlan

FAULT, REPAIR, INSTRUMENT = "lab.fault", "lab.repair", "lab.instrument"


def ids(run: Run, table: str, *filters: Filter, **more: object) -> list[object]:
    plan = TablePlan(table=table, columns=(f"{table}.id",), filters=filters, **more)  # pyright: ignore[reportArgumentType]
    return sorted((row[0] for row in run(plan)), key=str)


@pytest.mark.parametrize(
    ("table", "column", "op", "values", "expected"),
    [
        (FAULT, "severity", "=", ("minor",), [1, 3, 6, 7]),
        (FAULT, "severity", "!=", ("minor",), [2, 4, 5]),
        (FAULT, "code", "!=", ("E10",), [2, 4, 5, 6, 7]),
        (FAULT, "id", "<", (3,), [1, 2]),
        (FAULT, "id", "<=", (3,), [1, 2, 3]),
        (FAULT, "id", ">", (5,), [6, 7]),
        (FAULT, "id", ">=", (5,), [5, 6, 7]),
        (FAULT, "id", "between", (3, 5), [3, 4, 5]),
        (FAULT, "id", "in", (2, 4, 99), [2, 4]),
        (FAULT, "id", "in", (), []),
        (FAULT, "severity", "in", ("major", "critical"), [2, 4, 5]),
        (FAULT, "severity", "like", ("MAJ",), [2, 5]),
        (FAULT, "code", "is_null", (), [2, 6]),
        (FAULT, "code", "not_null", (), [1, 3, 4, 5, 7]),
        (INSTRUMENT, "calibrated", "=", (False,), ["OV-02", "SC-02"]),
        (INSTRUMENT, "price", ">", (3400,), ["OV-01", "OV-02"]),
        (INSTRUMENT, "price", "between", (1200, 2500.0), ["CF-01", "SC-01"]),
    ],
)
def test_each_operator(
    run: Run,
    table: str,
    column: str,
    op: FilterOp,
    values: tuple[Scalar, ...],
    expected: list[object],
) -> None:
    """An operator keeps exactly the rows it says; a missing value is unlike any value."""
    assert ids(run, table, Filter(column=f"{table}.{column}", op=op, values=values)) == expected


def test_between_of_times_is_half_open(run: Run) -> None:
    """The end of a span of time belongs to the next one."""
    span: tuple[datetime, datetime] = (seoul(3, 10, 11), seoul(3, 16, 10))
    within = Filter(column="lab.fault.at", op="between", values=span)
    assert ids(run, FAULT, within) == [3, 5]


def test_filters_add_up(run: Run) -> None:
    """All filters hold at once, also those on a table that is joined in."""
    minor = Filter(column="lab.fault.severity", op="=", values=("minor",))
    first_floor = Filter(column="lab.room.floor", op="=", values=(1,))
    scale = Filter(column="lab.instrument.class", op="=", values=("scale",))
    assert ids(run, FAULT, minor, first_floor, scale) == [1, 3]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("heater",), [2]),
        (("5%",), [1]),
        (("%",), [1]),
        (("_",), [3]),
        (("seal_kit",), [3]),
        (("sealXkit",), []),
        (("load", "DRIFT"), [1]),
        (("load", "heater"), []),
        (("히터",), [2]),
        (("\\",), []),
        (("50",), [4]),
        (("x' or 1=1 --",), []),
    ],
)
def test_search_takes_words_literally(
    run: Run, words: tuple[str, ...], expected: list[int]
) -> None:
    """Each word occurs, ignoring case; a % or _ or quote is only itself."""
    search = Search(columns=("lab.repair.note",), words=words)
    assert ids(run, REPAIR, search=search) == expected


def test_a_like_value_is_literal_too(run: Run) -> None:
    """`like` means contains; its value is no pattern."""
    percent = Filter(column="lab.repair.note", op="like", values=("%",))
    assert ids(run, REPAIR, percent) == [1]


def test_any_searched_column_may_hold_the_word(run: Run) -> None:
    """A word counts wherever it stands, and each word may stand elsewhere."""
    search = Search(columns=("lab.repair.note", "lab.repair.technician"), words=("lee", "heater"))
    assert ids(run, REPAIR, search=search) == [2]
