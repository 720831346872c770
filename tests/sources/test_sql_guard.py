"""The first wall, by itself: what passes, what does not, and what it says."""

from __future__ import annotations

import logging
import time

import pytest
from guard_statements import ALLOWED, GOOD, HOSTILE

from sources.errors import QueryRejected
from sources.postgres.guard import inspect_select, tables_read, without_terminator


@pytest.mark.parametrize("statement", GOOD)
def test_a_select_over_allowed_tables_passes(statement: str) -> None:
    """Whatever operations questions need is let through."""
    inspect_select(statement, ALLOWED)


@pytest.mark.parametrize(("statement", "word"), HOSTILE, ids=[text[:60] for text, _ in HOSTILE])
def test_anything_else_is_refused_with_its_reason(statement: str, word: str) -> None:
    """A hostile statement is refused, and the message says by which rule and what to do."""
    with pytest.raises(QueryRejected) as refused:
        inspect_select(statement, ALLOWED, source="plant")
    assert word.lower() in str(refused.value).lower()
    assert "'plant'" in str(refused.value)
    assert refused.value.instruction
    assert refused.value.code == "SQL_BLOCKED"
    assert not refused.value.retryable


@pytest.mark.parametrize("statement", [text for text, _ in HOSTILE])
def test_an_open_allow_list_lets_no_hostile_statement_through(statement: str) -> None:
    """With every table of the schema allowed, only readings of `lab` pass."""
    try:
        inspect_select(statement, frozenset({"lab.*"}))
    except QueryRejected:
        return
    assert tables_read(statement) == {"lab.hidden"} or "lab.hidden" in tables_read(statement)


def test_an_empty_allow_list_allows_no_table() -> None:
    """Nothing is readable by default, and a statement without a table still passes."""
    with pytest.raises(QueryRejected, match="not allowed"):
        inspect_select("select 1 from lab.machine", frozenset())
    inspect_select("select 1", frozenset())


def test_a_schema_entry_allows_its_tables_and_no_others() -> None:
    """`lab.*` covers lab.machine, and covers neither laboratory.x nor another schema."""
    inspect_select("select * from lab.machine", {"lab.*"})
    for table in ("labs.machine", "other.machine"):
        with pytest.raises(QueryRejected):
            inspect_select(f"select * from {table}", {"lab.*"})


def test_a_catalog_stays_closed_even_when_somebody_allows_it() -> None:
    """An allow-list that names a system schema opens nothing."""
    for allowed in ("pg_catalog.*", "information_schema.*"):
        table = allowed.replace("*", "tables")
        with pytest.raises(QueryRejected, match="catalog"):
            inspect_select(f"select * from {table}", {allowed})


def test_names_fold_as_in_postgres() -> None:
    """Only A to Z fold: a look-alike letter does not turn into an allowed name."""
    inspect_select('select * from "LAB"."Machine"', ALLOWED)
    with pytest.raises(QueryRejected):
        inspect_select("select * from lab.bac\u212aup", {"lab.backup"})


def test_the_tables_read_are_told() -> None:
    """Names of CTEs are left out, each table is told once."""
    statement = (
        "with hot as (select * from lab.reading) select * from hot join lab.machine m on true "
        "where m.id in (select id from LAB.Machine)"
    )
    assert tables_read(statement) == {"lab.reading", "lab.machine"}


def test_one_closing_semicolon_is_taken_off() -> None:
    """`;` at the end is no second statement; a doubled one is left for the guard to refuse."""
    assert without_terminator(" select 1 ;\n") == "select 1"
    assert without_terminator("select 1;;") == "select 1;"


def test_a_repeated_statement_costs_next_to_nothing() -> None:
    """A verdict is remembered, also a refusal: under 5 microseconds a time."""
    good, bad = GOOD[2], "drop table lab.machine"
    inspect_select(good, ALLOWED)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(1_000):
            inspect_select(good, ALLOWED)
        best = min(best, (time.perf_counter() - started) / 1_000)
    assert best < 5e-6
    for _ in range(2):
        with pytest.raises(QueryRejected):
            inspect_select(bad, ALLOWED)


def test_no_hostile_text_takes_long_to_refuse() -> None:
    """The guard itself cannot be made to hang."""
    for number, (statement, _) in enumerate(HOSTILE):
        started = time.perf_counter()
        with pytest.raises(QueryRejected):
            inspect_select(f" {statement}", frozenset({f"lab.machine{number}"}))
        assert time.perf_counter() - started < 2.0, statement[:80]


def test_the_parser_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A hostile statement leaves no line in the log through sqlglot."""
    with caplog.at_level(logging.WARNING), pytest.raises(QueryRejected):
        inspect_select("vacuum full analyze lab.machine", ALLOWED)
    assert not caplog.records
