"""One contract for every engine. An engine joins by a line in ENGINES, with declared gaps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import get_args

import pytest
from contract_engines.engine import FINDINGS, SECRET, Engine, Ready
from engines import ENGINES, PARTS, POSTGRES, names_of

from sources.errors import (
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceTimeout,
    SourceUnavailable,
)
from sources.facts import SourceFacts
from sources.protocol import ColumnType, Health, Source
from tests.neo4j_server import empty_neo4j, neo4j_server

__all__ = ["empty_neo4j", "neo4j_server"]
_HOSTILE = ("GT-03' or '1'='1", "x'; drop table lab.machine; --", "%(name)s", "$name", "\\", "")


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture(scope="module")
def ready(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Ready]:
    with engine.open(request) as ready:
        yield ready


@pytest.fixture
def source(ready: Ready) -> Iterator[Source]:
    yield ready.source
    ready.source.close()


def test_rows_come_as_asked(engine: Engine, source: Source) -> None:
    """Columns in order with their types, one tuple per row, when it was fetched."""
    before = datetime.now(UTC)
    rows = source.run(engine.probe("by name"))
    assert [(column.name, column.type) for column in rows.columns] == list(engine.columns)
    assert [engine.machine(row) for row in rows.rows] == [(3, "GT-03")]
    assert all(len(row) == len(rows.columns) for row in rows.rows)
    assert not rows.truncated
    assert before <= rows.fetched_at <= datetime.now(UTC)
    assert rows.elapsed_ms > 0


def test_a_value_is_never_text_of_the_query(engine: Engine, source: Source) -> None:
    """A value full of quotes finds nothing that is not called so, and harms nothing."""
    probe = engine.probe("by name")
    for value in _HOSTILE:
        asked = replace(probe, params=engine.named(value))
        if engine.has("exact value"):
            assert source.run(asked).rows == ()
        elif value:
            assert len(source.run(asked).rows) <= 1
        else:
            with pytest.raises(QueryRejected):
                source.run(asked)
    assert len(source.run(engine.probe("all")).rows) == 9


def test_rows_beyond_the_cap_are_not_fetched_and_it_says_so(engine: Engine, source: Source) -> None:
    """`truncated` is true exactly when there was more."""
    probe = engine.probe("all")
    for cap, shown, truncated in ((0, 0, True), (8, 8, True), (9, 9, False), (10, 9, False)):
        rows = source.run(replace(probe, max_rows=cap))
        assert (len(rows.rows), rows.truncated) == (shown, truncated)


def test_a_result_of_millions_is_read_as_far_as_asked(engine: Engine, source: Source) -> None:
    """A few rows of very many come soon."""
    started = time.perf_counter()
    rows = source.run(replace(engine.probe("large"), max_rows=5, timeout_seconds=30.0))
    assert (len(rows.rows), rows.truncated) == (5, True)
    assert time.perf_counter() - started < 20.0


def test_cells_are_plain_values(engine: Engine, source: Source) -> None:
    """Every cell is a number, a text, a boolean, an aware UTC time, a date, JSON or None."""
    rows = source.run(engine.probe("typed"))
    if engine.has("every type"):
        assert {column.type for column in rows.columns} == set(get_args(ColumnType))
    kinds: dict[str, type | tuple[type, ...]] = {
        "text": str, "integer": int, "number": float, "boolean": bool,
        "timestamp": datetime, "date": date, "json": (list, dict),
    }  # fmt: skip
    for column, cell in zip(rows.columns, rows.rows[0], strict=True):
        assert cell is None or isinstance(cell, kinds[column.type]), column
        if column.type == "timestamp":
            assert isinstance(cell, datetime)
            assert cell.utcoffset() is not None
            assert not cell.utcoffset()


def test_a_write_is_refused_before_it_is_sent(engine: Engine, source: Source) -> None:
    """`inspect` and `run` both refuse, and nothing has changed."""
    with pytest.raises(QueryRejected):
        source.inspect(engine.probe("write"))
    with pytest.raises(QueryRejected):
        source.run(engine.probe("write"))
    assert len(source.run(engine.probe("all")).rows) == 9


def test_what_the_query_may_not_read_is_refused(engine: Engine, source: Source) -> None:
    """The query's own list binds, even where the source's would allow more."""
    with pytest.raises(QueryRejected):
        source.inspect(engine.probe("not allowed"))
    with pytest.raises(QueryRejected):
        source.run(engine.probe("not allowed"))


def test_a_slow_query_ends_at_its_time_out(engine: Engine, ready: Ready, source: Source) -> None:
    """It is cancelled at the source, retryable, and the source answers the next query."""
    probe = replace(engine.probe("slow"), timeout_seconds=0.4)
    with ready.slowed():
        started = time.perf_counter()
        with pytest.raises(SourceTimeout) as failed:
            source.run(probe)
        assert 0.35 < time.perf_counter() - started < 3.0
    assert failed.value.retryable
    assert failed.value.__cause__ is not None
    assert source.run(engine.probe("by name")).rows


def test_a_wrong_query_fails_for_good(engine: Engine, source: Source) -> None:
    """The engine's refusal names what is wrong and is not retryable."""
    with pytest.raises(QueryFailed, match="colour") as failed:
        source.run(engine.probe("no such column"))
    assert not failed.value.retryable
    assert not engine.has("driver's error") or failed.value.__cause__ is not None


def test_a_missing_right_is_told_as_one(engine: Engine, ready: Ready) -> None:
    """A denial at the source is no failure of the query, and names what is barred."""
    with pytest.raises(RightsMissing, match="hidden") as failed:
        ready.barred.run(engine.probe("no right"))
    assert not failed.value.retryable


def test_a_dead_source_is_unavailable(engine: Engine) -> None:
    """Retryable, soon, and without a secret in the message or in its cause."""
    source = engine.open_dead()
    started = time.perf_counter()
    with pytest.raises(SourceUnavailable) as failed:
        source.run(engine.probe("by name"))
    assert time.perf_counter() - started < 6.0
    assert failed.value.retryable
    assert SECRET not in f"{failed.value} {failed.value.__cause__!r}"


def test_health_never_raises(engine: Engine) -> None:
    """A dead source is a finding with status error, and what needs it is not looked at."""
    health = engine.open_dead().health(timeout_seconds=1.0)
    assert health.status == "error"
    assert health.findings[0].status == "error"
    assert [f.name for f in health.findings if f.name in FINDINGS] == ["connection"]
    assert {f.name for f in health.findings} <= set(engine.findings)
    assert SECRET not in str(health)


def test_health_looks_at_four_things(engine: Engine, source: Source) -> None:
    """Connection, rights, limits and latency first, whatever their status."""
    health: Health = source.health()
    assert engine.findings[:4] == FINDINGS
    assert tuple(finding.name for finding in health.findings) == engine.findings
    assert health.findings[0].status == "ok"
    assert health.latency_ms > 0


def test_a_scan_is_in_order_of_names(engine: Engine, ready: Ready) -> None:
    """What the source may read, each part in order of its names, and when that was."""
    before = datetime.now(UTC)
    facts: SourceFacts = ready.source.scan()
    parts = names_of(facts)
    assert tuple(chain(*parts)) == engine.scanned
    assert all(list(part) == sorted(part) for part in parts)
    assert before <= facts.scanned_at <= datetime.now(UTC)
    assert facts.elapsed_ms > 0


def test_a_scan_stays_within_permissions(engine: Engine, ready: Ready) -> None:
    """What the source's list does not allow is not told of."""
    assert tuple(chain(*names_of(ready.narrow.scan()))) == engine.narrowly


def test_a_dead_source_cannot_be_scanned(engine: Engine) -> None:
    """An error of ours, soon, without a secret in it; never facts of nothing."""
    source = engine.open_dead()
    started = time.perf_counter()
    with pytest.raises(SourceUnavailable) as failed:
        source.scan(timeout_seconds=2.0)
    assert time.perf_counter() - started < 6.0
    assert SECRET not in f"{failed.value} {failed.value.__cause__!r}"


def test_many_threads_get_their_own_answers(engine: Engine, source: Source) -> None:
    """Eight threads asking different things never see each other's rows."""
    probe = engine.probe("by name")
    wrong: list[object] = []

    def ask(number: int) -> None:
        for _ in range(40):
            rows = source.run(replace(probe, params=engine.named(f"GT-0{number}"))).rows
            if [engine.machine(row) for row in rows] != [(number, f"GT-0{number}")]:
                wrong.append(rows)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_closed_source_opens_again(engine: Engine, source: Source) -> None:
    """`close` gives connections back and takes nothing away."""
    source.close()
    assert source.run(engine.probe("by name")).rows
    source.close()
    source.close()


def test_every_gap_has_its_reason() -> None:
    """An engine has each probe or says why not, and has no probe that it says it lacks."""
    for engine in ENGINES:
        probes = set(engine.probes) | (set(engine.gaps) - PARTS)
        assert probes == set(POSTGRES.probes), engine.name
        assert not set(engine.probes) & set(engine.gaps)
        assert all(engine.gaps.values())
    assert POSTGRES.gaps == {}
