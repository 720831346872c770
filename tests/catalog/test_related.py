"""Rows that have, or do not have, rows of another table pointing to them."""

from __future__ import annotations

import pytest
from lab.rows import seoul

from catalog.conftest import Run, compiled
from catalog.test_filters import ids
from dagster_project.catalog.compile_table_plan import PlanMismatch
from dagster_project.contracts.table_plan import Filter, Related, TablePlan, TimeRange

MINOR = Filter(column="lab.fault.severity", op="=", values=("minor",))
MARCH = TimeRange(start=seoul(3, 1), end=seoul(4, 1))


@pytest.mark.parametrize(
    ("related", "expected"),
    [
        (Related(table="lab.fault"), ["CF-01", "OV-01", "SC-01"]),
        (Related(table="lab.fault", negated=True), ["OV-02", "SC-02"]),
        (Related(table="lab.fault", filters=(MINOR,)), ["CF-01", "SC-01"]),
        (Related(table="lab.fault", filters=(MINOR,), negated=True), ["OV-01", "OV-02", "SC-02"]),
        (Related(table="lab.repair", time=MARCH), ["OV-01", "SC-01"]),
        (
            Related(table="lab.fault", time=TimeRange(start=seoul(3, 18), end=seoul(4, 1))),
            ["CF-01"],
        ),
        (Related(table="lab.fault", time=MARCH, negated=True), ["OV-02", "SC-02"]),
    ],
)
def test_related_rows(run: Run, related: Related, expected: list[str]) -> None:
    """A row is kept once however many rows point to it; those after the clock do not count."""
    assert ids(run, "lab.instrument", related=(related,)) == expected


def test_several_relations_hold_at_once(run: Run) -> None:
    """With faults, without repairs in March: each relation on its own rows."""
    both = (Related(table="lab.fault"), Related(table="lab.repair", time=MARCH, negated=True))
    assert ids(run, "lab.instrument", related=both) == ["CF-01"]


def test_a_filter_of_the_relation_may_join(run: Run) -> None:
    """The other table's filters may stand on a table that it points to itself."""
    costly = Filter(column="lab.instrument.price", op=">", values=(2000,))
    related = (Related(table="lab.fault", filters=(costly,)),)
    assert ids(run, "lab.instrument", related=related) == ["CF-01", "OV-01"]


def test_rows_two_steps_away(run: Run) -> None:
    """A room has faults when one of its instruments has."""
    plan = TablePlan(table="lab.room", columns=("lab.room.code",))
    with_faults = plan.model_copy(update={"related": (Related(table="lab.fault"),)})
    without = plan.model_copy(update={"related": (Related(table="lab.fault", negated=True),)})
    assert run(with_faults) == [("R1",)]
    assert run(without) == [("R2",)]


def test_the_tables_read_are_named() -> None:
    """References name every table that shaped the answer."""
    plan = TablePlan(
        table="lab.instrument",
        columns=("lab.instrument.id", "lab.room.floor"),
        related=(Related(table="lab.fault"),),
    )
    assert set(compiled(plan).tables) == {"lab.instrument", "lab.room", "lab.fault"}


def test_a_table_that_does_not_point_here() -> None:
    """Without a key from the one to the other there is no such relation."""
    plan = TablePlan(table="lab.fault", related=(Related(table="lab.repair"),))
    with pytest.raises(PlanMismatch, match=r"'lab.repair' do not point to 'lab.fault'"):
        compiled(plan)
