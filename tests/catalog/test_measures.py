"""What is computed: metrics of a long table, differences, groups, having, order, ties, limits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from lab.rows import seoul

from catalog.conftest import Run, compiled
from dagster_project.catalog.compile_table_plan import PlanMismatch
from dagster_project.contracts.table_plan import (
    Difference,
    Dimension,
    Filter,
    Having,
    Measure,
    Order,
    TablePlan,
    TimeRange,
)

COUNT = Measure(name="count", aggregate="count")
BY_MACHINE = Dimension(name="id", column="lab.fault.instrument_id")


def reading(*measures: Measure, **more: object) -> TablePlan:
    return TablePlan(table="lab.reading", measures=measures, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("count", 6), ("count_distinct", 6), ("sum", 765.0), ("min", 25.0), ("max", 210.0),
        ("avg", 127.5), ("p50", 115.0), ("p90", 205.0), ("p95", 207.5), ("p99", 209.5),
    ],
)  # fmt: skip
def test_each_aggregate_of_a_metric(run: Run, aggregate: str, expected: float) -> None:
    """A metric reads only its own rows of the long table, and none after the clock."""
    measure = Measure(name="m", aggregate=aggregate, metric="temperature")  # pyright: ignore[reportArgumentType]
    ((value,),) = run(reading(measure))
    assert value == pytest.approx(expected)


def test_latest_is_by_time(run: Run) -> None:
    """`latest` is the newest value of each group that the clock has reached."""
    latest = Measure(name="latest", aggregate="latest", metric="temperature")
    by_machine = Dimension(name="id", column="lab.reading.instrument_id")
    rows = run(reading(latest, dimensions=(by_machine,)))
    assert sorted(rows) == [("CF-01", 25.0), ("OV-01", 110.0), ("OV-02", 210.0)]


def test_two_metrics_each_read_their_own_rows(run: Run) -> None:
    """Side by side, each measure is narrowed on its own; `latest` too."""
    rows = run(
        reading(
            Measure(name="t", aggregate="avg", metric="temperature"),
            Measure(name="h", aggregate="avg", metric="humidity"),
            Measure(name="last", aggregate="latest", metric="humidity"),
            dimensions=(Dimension(name="id", column="lab.reading.instrument_id"),),
        )
    )
    assert sorted(rows) == [
        ("CF-01", 25.0, 55.0, 55.0),
        ("OV-01", 110.0, 41.0, 42.0),
        ("OV-02", 205.0, None, None),
    ]


def test_one_metric_narrows_the_whole_query() -> None:
    """What all measures share stands in WHERE, where an index can serve it."""
    shared = compiled(
        reading(
            Measure(name="a", aggregate="min", metric="humidity"),
            Measure(name="b", aggregate="max", metric="humidity"),
        )
    )
    assert 't0."metric" = ' in shared.text.partition(" where ")[2]
    assert "filter (where" not in shared.text


def test_a_metric_over_two_periods_with_their_difference(run: Run) -> None:
    """`left - right` of the same metric over each span, with the metric's unit."""
    yesterday = TimeRange(start=seoul(3, 17), end=seoul(3, 18), text="yesterday")
    today = TimeRange(start=seoul(3, 18), end=seoul(3, 19), text="today")
    plan = reading(
        Measure(name="later", aggregate="avg", metric="temperature", time=today),
        Measure(name="earlier", aggregate="avg", metric="temperature", time=yesterday),
        differences=(Difference(name="change", left="later", right="earlier"),),
        filters=(Filter(column="lab.reading.instrument_id", op="=", values=("OV-02",)),),
    )
    assert run(plan) == [(210.0, 200.0, 10.0)]
    assert [c.unit for c in compiled(plan).columns] == ["°C"] * 3
    assert [c.label for c in compiled(plan).columns][:2] == [
        "temperature average (today)",
        "temperature average (yesterday)",
    ]


def test_a_column_of_numbers(run: Run) -> None:
    """Sums are exact for exact columns; rows after the clock are not in them."""
    total = Measure(name="total", aggregate="sum", column="lab.repair.cost")
    assert run(TablePlan(table="lab.repair", measures=(total,))) == [(Decimal("1270.75"),)]


def test_groups_of_a_joined_column(run: Run) -> None:
    """Grouping by a column two joins away counts each row once."""
    by_floor = Dimension(name="floor", column="lab.room.floor")
    rows = run(TablePlan(table="lab.fault", measures=(COUNT,), dimensions=(by_floor,)))
    assert rows == [(1, 7)]


def test_two_dimensions(run: Run) -> None:
    """A group is a combination that occurs."""
    dimensions = (BY_MACHINE, Dimension(name="severity", column="lab.fault.severity"))
    rows = run(TablePlan(table="lab.fault", measures=(COUNT,), dimensions=dimensions))
    assert sorted(rows) == [
        ("CF-01", "minor", 2),
        ("OV-01", "critical", 1),
        ("OV-01", "major", 1),
        ("SC-01", "major", 1),
        ("SC-01", "minor", 2),
    ]


def ranked(**more: object) -> TablePlan:
    return TablePlan(
        table="lab.fault",
        measures=(COUNT,),
        dimensions=(BY_MACHINE,),
        order=(Order(by="count", descending=True),),
        **more,  # pyright: ignore[reportArgumentType]
    )


def test_having(run: Run) -> None:
    """Groups are kept by what their measure is."""
    three = Having(measure="count", op=">=", values=(3,))
    assert run(ranked(having=(three,))) == [("SC-01", 3)]
    two = Having(measure="count", op="between", values=(1, 2))
    assert sorted(run(ranked(having=(two,)))) == [("CF-01", 2), ("OV-01", 2)]


def test_top_n(run: Run) -> None:
    """A limit that was asked for is the number of rows, no more."""
    assert len(run(ranked(limit=2))) == 2
    assert run(ranked(limit=1)) == [("SC-01", 3)]


def test_ties_come_too(run: Run) -> None:
    """With ties, rows equal to the last one are not left out by chance."""
    rows = run(ranked(limit=2, with_ties=True))
    assert rows[0] == ("SC-01", 3)
    assert sorted(rows[1:]) == [("CF-01", 2), ("OV-01", 2)]


def test_missing_values_come_last(run: Run) -> None:
    """No value is neither the highest nor the lowest."""
    for descending in (True, False):
        plan = TablePlan(
            table="lab.fault",
            columns=("lab.fault.code",),
            order=(Order(by="lab.fault.code", descending=descending),),
        )
        values = [row[0] for row in run(plan)]
        assert values[-2:] == [None, None]
        assert values[0] == ("E99" if descending else "E10")


def test_one_row_more_tells_that_there_are_more(run: Run) -> None:
    """The policy's cap fetches one row beyond itself; a smaller limit asked for does not."""
    listing = TablePlan(table="lab.fault", columns=("lab.fault.id",))
    assert len(run(listing, max_rows=3)) == 4
    assert len(run(listing, max_rows=7)) == 7
    assert len(run(listing.model_copy(update={"limit": 2}), max_rows=3)) == 2
    assert len(run(listing.model_copy(update={"limit": 9}), max_rows=3)) == 4


def test_the_count_query_counts_without_the_limit(count: Callable[..., int]) -> None:
    """`count_text` takes the same parameters and ignores limit and ties."""
    assert count(TablePlan(table="lab.fault", columns=("lab.fault.id",)), max_rows=2) == 7
    assert count(ranked(limit=1)) == 3
    assert count(ranked(having=(Having(measure="count", op=">", values=(2,)),))) == 1


def test_columns_are_described() -> None:
    """Labels in the reader's language, units from the catalog, types of the aggregate."""
    plan = reading(
        Measure(name="n", aggregate="count"),
        Measure(name="m", aggregate="max", metric="humidity"),
        Measure(name="p", aggregate="p95", column="lab.reading.value"),
    )
    korean = compiled(plan, language="ko").columns
    assert [(c.label, c.type, c.unit) for c in korean] == [
        ("건수", "integer", None),
        ("습도 최대", "number", "%"),
        ("value 95퍼센타일", "number", None),
    ]


def test_two_columns_of_one_name_are_told_apart(run: Run) -> None:
    """A joined column does not hide the table's own of the same name."""
    plan = TablePlan(
        table="lab.fault",
        columns=("lab.fault.id", "lab.instrument.id"),
        filters=(Filter(column="lab.fault.id", op="=", values=(4,)),),
    )
    assert [c.name for c in compiled(plan).columns] == ["id", "instrument_id"]
    assert run(plan) == [(4, "OV-01")]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (TablePlan(table="lab.nothing"), r"no table 'lab.nothing'"),
        (TablePlan(table="lab.fault", columns=("lab.fault.nothing",)), r"no enabled column"),
        (TablePlan(table="lab.fault", filters=(Filter(column="x", op="=", values=(1,)),)), "'x'"),
        (reading(Measure(name="m", aggregate="avg", metric="pressure")), r"no metric 'pressure'"),
        (ranked(having=(Having(measure="sum", op=">", values=(1,)),)), r"having names 'sum'"),
        (TablePlan(table="lab.fault", order=(Order(by="weight"),)), r"order names 'weight'"),
        (
            TablePlan(table="lab.fault", measures=(COUNT,), order=(Order(by="lab.fault.at"),)),
            r"order names 'lab.fault.at'",
        ),
        (TablePlan(table="lab.instrument", columns=("lab.fault.id",)), r"multiplying rows"),
        (
            TablePlan(
                table="lab.reading",
                measures=(COUNT,),
                differences=(Difference(name="d", left="count", right="other"),),
            ),
            r"'other'",
        ),
    ],
)
def test_a_plan_that_does_not_fit_says_why(plan: TablePlan, said: str) -> None:
    """An unknown name or an impossible join is an error with its name, never a wrong query."""
    with pytest.raises(PlanMismatch, match=said):
        compiled(plan)
