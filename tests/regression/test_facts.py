"""A fact is found by value and role, in its tier, and a fact that is not there fails."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dagster_project.canvas import Canvas
from dagster_project.canvas.open_sources import allowed_tables
from dagster_project.contracts.golden import Fact, Tier
from dagster_project.contracts.trace import Ask
from dagster_project.regression.facts import check_fact
from dagster_project.regression.gold import Gold, GoldReader
from dagster_project.regression.read_columns import Found, holds
from sources.protocol import BoundQuery, Health, Rows, Source

ROLES = (False, False, True)


def gold(*rows: tuple[object, ...], columns: tuple[str, ...] = ("ci_id", "m_count")) -> Gold:
    return Gold(columns, rows)


def found(
    *rows: tuple[object, ...],
    names: tuple[str, ...] = ("name", "ci_id", "count"),
    measures: tuple[bool, ...] = ROLES,
    units: tuple[str | None, ...] = (),
) -> Found:
    return Found("s1", names, measures, rows, units)


WANTED = gold(("GT-01", 5), ("GT-02", 3))


@pytest.mark.parametrize(
    ("step", "right"),
    [
        (found(("x", "GT-02", 3.0), ("y", "GT-01", 5)), True),
        (found(("x", "GT-02", 3), ("y", "GT-01", 5), names=("a", "b", "c")), True),
        (found(("x", "GT-02", 5), ("y", "GT-01", 3)), False),
        (found(("x", "GT-01", 5)), False),
        (found(("x", "GT-02", 3), ("y", "GT-01", 5), ("z", "GT-03", 1)), False),
        (found(("x", "GT-02", 3), ("y", "GT-01", 5), measures=(False, False, False)), False),
        (found(("x", "GT-020", 3), ("y", "GT-01", 5)), False),
        (found(("x", "GT-02", "3"), ("y", "GT-01", "5")), False),
    ],
    ids=["by value", "other names", "swapped", "missing", "more", "no measure", "longer", "text"],
)
def test_rows_are_compared_by_value_and_role(step: Found, right: bool) -> None:
    """Names and further columns do not matter; a wrong, missing or swapped value does."""
    assert holds(WANTED, step) is right


def test_columns_of_equal_values_are_told_apart_by_their_rows() -> None:
    """Both columns hold 1 and 2; only together with the key it shows which is which."""
    wanted = gold(("a", 1), ("b", 2), columns=("k", "n"))
    step = found(
        ("a", 2, 1), ("b", 1, 2), names=("k", "wrong", "right"), measures=(False, True, True)
    )
    crossed = found(("a", 2, 2), ("b", 1, 1), names=("k", "x", "y"), measures=(False, True, True))
    assert holds(wanted, step)
    assert not holds(wanted, crossed)


@pytest.mark.parametrize(
    ("match", "rows", "right"),
    [
        ("ranking", [("a", 5), ("c", 3), ("b", 3)], True),
        ("ranking", [("c", 3), ("a", 5), ("b", 3)], False),
        ("subset", [("x", 9), ("b", 3), ("c", 3), ("a", 5)], True),
        ("subset", [("x", 9), ("b", 3), ("a", 5)], False),
        ("newest", [("a", 5), ("b", 3), ("c", 3)], True),
        ("newest", [("a", 5), ("b", 3)], False),
    ],
)
def test_a_tier_says_how_rows_must_be_found(
    match: Tier, rows: list[tuple[object, ...]], right: bool
) -> None:
    """Ties of a ranking stand in any order; a subset may have others; newest is a top part."""
    wanted = gold(("a", 5), ("b", 3), ("c", 3), columns=("k", "m_n"))
    step = found(*rows, names=("key", "n"), measures=(False, True))
    assert holds(wanted, step, match) is right


def test_the_newest_rows_leave_none_out() -> None:
    """As many rows as were found, from the top of the gold; a skipped one shows."""
    wanted = gold(*((n,) for n in range(9, 0, -1)), columns=("t",))
    for rows, right in (((9, 8, 7), True), ((9, 7, 6), False)):
        step = found(*((n,) for n in rows), names=("t",), measures=(False,))
        assert holds(wanted, step, "newest") is right


def test_numbers_are_near_within_the_tolerance_only() -> None:
    """0.01 lets 99 to 101 pass for 100; without it, only what rounding makes."""
    wanted = gold(("a", 100.0), ("b", 50.0), columns=("k", "m_v"))
    step = found(("a", 100.9), ("b", 50.1), names=("k", "v"), measures=(False, True))
    summed = found(("a", 99.99999999999), ("b", 50.0), names=("k", "v"), measures=(False, True))
    assert holds(wanted, step, "rows", 0.01)
    assert not holds(wanted, step, "rows", 0.001)
    assert holds(wanted, summed)


def test_times_are_compared_as_moments() -> None:
    """Nine in Seoul is midnight in UTC; a minute later is another time."""
    wanted = gold(("2026-02-04 00:00:00+00:00",), columns=("t",))
    for text, right in (("2026-02-04T09:00:00+09:00", True), ("2026-02-04T09:01:00+09:00", False)):
        assert holds(wanted, found((text,), names=("t",), measures=(False,))) is right


def test_a_yes_is_no_number() -> None:
    """True is not 1."""
    one = found((1,), names=("n",), measures=(True,))
    assert not holds(gold((True,), columns=("flag",)), one)


def test_the_search_for_columns_is_bounded() -> None:
    """Twenty columns of the same values: the answer comes at once all the same."""
    columns = tuple(f"g{n}" for n in range(10))
    wanted = gold(*((*((n % 2,) * 9), n // 2 % 2) for n in range(40)), columns=columns)
    step = found(
        *((n % 2,) * 20 for n in range(40)),
        names=tuple(f"f{n}" for n in range(20)),
        measures=(True,) * 20,
    )
    started = time.perf_counter()
    assert not holds(wanted, step)
    assert time.perf_counter() - started < 0.5


def test_a_fact_by_its_own_names_costs_little() -> None:
    """A thousand cases are checked in seconds: 50 rows well under a third of a millisecond."""
    names = ("ci_id", "zone", "avg")
    rows = [(f"SRV-{n:03d}", "server_room_a", n * 1.37) for n in range(50)]
    wanted, step = gold(*rows, columns=("ci_id", "zone", "m_avg")), found(*rows, names=names)
    assert holds(wanted, step)
    best = min(_seconds(wanted, step) for _ in range(20))
    assert best < 0.000_3, f"{best * 1000:.3f} ms"


def _seconds(wanted: Gold, step: Found) -> float:
    started = time.perf_counter()
    holds(wanted, step)
    return time.perf_counter() - started


# -- in an answer


@pytest.fixture(scope="module")
def reader(plant: Canvas) -> GoldReader:
    release = plant.release()
    return GoldReader(plant.source("plant_db", release), allowed_tables("plant_db", release))


AVERAGE = """select avg(value) as m_avg from plant.metric_sample
    where ci_id = 'SRV-014' and metric = 'cpu_usage'
      and observed_at >= '2026-02-03 00:00+09' and observed_at < '2026-02-04 00:00+09'"""


def test_an_answer_holds_its_fact_in_its_unit(plant: Canvas, reader: GoldReader) -> None:
    """The number is right and carries the unit; under another unit the same number is wrong."""
    trace = plant.ask(Ask(question="어제 SRV-014 CPU 평균 사용률은?"))
    right = Fact(sql=AVERAGE, match="value", unit="%")
    assert check_fact(right, trace, GoldReader.of(right, reader)).passed
    other = right.model_copy(update={"unit": "ms"})
    check = check_fact(other, trace, GoldReader.of(other, reader), "facts[0]")
    assert (check.name, check.passed, check.found) == ("facts[0]", False, "the values, in %")


def test_a_failing_fact_says_what_differs(plant: Canvas) -> None:
    """One line names the step, its rows, and the row that is missing."""
    trace = plant.ask(Ask(question="which pumps are on standby?"))
    fact = Fact(rows=(("GT-01",), ("GT-02",)), columns=("ci_id",))
    check = check_fact(fact, trace, GoldReader.of(fact, None))
    assert not check.passed
    assert check.expected == "rows: 2 rows: ('GT-01'), ('GT-02') (ci_id)"
    assert check.found.startswith("s1: ")
    assert "missing ('GT-01'), ('GT-02')" in check.found
    assert "\n" not in check.found


def test_a_source_that_is_down_is_no_zero(plant: Canvas) -> None:
    """Gold without rows is met by an answer that found none, not by one that did not look."""
    fact = Fact(rows=(), columns=("ci_id",))
    zero = plant.ask(Ask(question="지난주 GEN-06 알람 목록"))
    refused = plant.ask(Ask(question="SW-07 미완료 작업 있어?", roles=("viewer",)))
    assert check_fact(fact, zero, GoldReader.of(fact, None)).passed
    assert not check_fact(fact, refused, GoldReader.of(fact, None)).passed


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select nothing from plant.ci", "nothing"),
        ("delete from plant.ci", "gold query failed"),
        ("select * from pg_catalog.pg_authid", "gold query failed"),
        ("select event_id from plant.event", "more than 5,000 rows"),
    ],
)
def test_a_gold_query_that_fails_is_a_failing_check(
    plant: Canvas, reader: GoldReader, sql: str, told: str
) -> None:
    """Wrong SQL, a statement that writes, a table that is not allowed: named, never raised."""
    trace = plant.ask(Ask(question="which pumps are on standby?"))
    fact = Fact(sql=sql)
    check = check_fact(fact, trace, GoldReader.of(fact, reader))
    assert not check.passed
    assert told in check.found


def test_a_gold_without_a_shape_for_its_tier_fails() -> None:
    """`value` is one number; a subset of nothing and a ragged row say nothing."""
    for fact, told in (
        (Fact(rows=((1, 2),), columns=("a", "b"), match="value"), "one of one"),
        (Fact(rows=(), columns=("a",), match="subset"), "subset of nothing"),
        (Fact(rows=((1, 2),), columns=("a",)), "does not fit the columns"),
        (Fact(sql="select 1"), "no source to ask"),
    ):
        check = check_fact(fact, None, GoldReader.of(fact, None))  # pyright: ignore[reportArgumentType]
        assert not check.passed
        assert told in check.found


class CountedSource:
    """A source that counts how often it is asked."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name = source.name
        self.asked: list[str] = []

    def run(self, query: BoundQuery) -> Rows:
        self.asked.append(query.text)
        return self._source.run(query)

    def inspect(self, query: BoundQuery) -> None:
        self._source.inspect(query)

    def health(self, timeout_seconds: float = 3.0) -> Health:
        return self._source.health(timeout_seconds)

    def close(self) -> None:
        pass


def test_each_statement_is_asked_once(plant: Canvas) -> None:
    """Many cases at once share one run, and a % in a text is a %."""
    release = plant.release()
    counted = CountedSource(plant.source("plant_db", release))
    reader = GoldReader(counted, allowed_tables("plant_db", release))
    sql = "select order_id from plant.work_order where title || description ilike '%firmware%'"
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(reader.read, [sql] * 16 + ["select count(*) as n from plant.ci"]))
    assert len(counted.asked) == 2
    assert {g.error for g in read} == {""}
    assert read[0].rows == (("WO-01018",),)
    assert read[-1].rows == ((327,),)
