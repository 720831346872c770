"""One contract for every engine. An engine joins by a line in ENGINES, with declared gaps.

A probe is a query in the engine's own language for one thing the contract looks at. A probe that
an engine cannot have is a gap, and a gap needs a reason.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from sources.errors import (
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceTimeout,
    SourceUnavailable,
)
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery, ColumnType, Health, Source

LAB = frozenset(
    {"lab.machine", "lab.reading", "lab.hidden", "lab.cell", "lab.large", "lab.endless"}
)


@dataclass(frozen=True)
class Engine:
    """How the contract suite meets one engine."""

    name: str
    open: Callable[[pytest.FixtureRequest], Source]
    open_dead: Callable[[], Source]
    """A source whose server does not answer."""
    probes: dict[str, BoundQuery]
    gaps: dict[str, str] = field(default_factory=dict)
    """Probe to the reason why this engine has none."""

    def probe(self, name: str) -> BoundQuery:
        if name in self.gaps:
            pytest.skip(f"{self.name} has no {name!r}: {self.gaps[name]}")
        return self.probes[name]


def _sql(text: str, **params: object) -> BoundQuery:
    return BoundQuery(text, params, allowed_tables=LAB)


def _dead_postgres() -> Source:
    url = "postgresql://reader:not-to-be-shown@127.0.0.1:9/none"
    return PostgresSource("dead", url, allowed_tables=["lab.*"], health_retries=0)


POSTGRES = Engine(
    name="postgres",
    open=lambda request: request.getfixturevalue("laboratory").source(),
    open_dead=_dead_postgres,
    probes={
        "by name": _sql("select id, name from lab.machine where name = %(name)s", name="GT-03"),
        "all": _sql("select id from lab.machine order by id"),
        "typed": _sql("select * from lab.cell"),
        "slow": _sql("select count(*) from lab.endless"),
        "large": _sql("select * from lab.large"),
        "write": _sql("delete from lab.machine"),
        "not allowed": BoundQuery("select * from lab.machine", allowed_tables=frozenset()),
        "no such column": _sql("select colour from lab.machine"),
        "no right": _sql("select * from lab.hidden"),
    },
)
ENGINES = (POSTGRES,)


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture
def source(engine: Engine, request: pytest.FixtureRequest):
    source = engine.open(request)
    yield source
    source.close()


def test_rows_come_as_asked(engine: Engine, source: Source) -> None:
    """Columns in order with their types, one tuple per row, when it was fetched."""
    before = datetime.now(UTC)
    rows = source.run(engine.probe("by name"))
    assert [(column.name, column.type) for column in rows.columns] == [
        ("id", "integer"),
        ("name", "text"),
    ]
    assert rows.rows == ((3, "GT-03"),)
    assert not rows.truncated
    assert before <= rows.fetched_at <= datetime.now(UTC)
    assert rows.elapsed_ms > 0


def test_a_value_is_never_text_of_the_query(engine: Engine, source: Source) -> None:
    """A value full of quotes finds nothing and harms nothing."""
    probe = engine.probe("by name")
    for value in ("GT-03' or '1'='1", "x'; drop table lab.machine; --", "%(name)s", "\\", ""):
        assert source.run(replace(probe, params={"name": value})).rows == ()
    assert len(source.run(engine.probe("all")).rows) == 9


def test_rows_beyond_the_cap_are_not_fetched_and_it_says_so(engine: Engine, source: Source) -> None:
    """`truncated` is true exactly when there was more."""
    probe = engine.probe("all")
    for cap, shown, truncated in ((0, 0, True), (8, 8, True), (9, 9, False), (10, 9, False)):
        rows = source.run(replace(probe, max_rows=cap))
        assert (len(rows.rows), rows.truncated) == (shown, truncated)


def test_cells_are_plain_values(engine: Engine, source: Source) -> None:
    """Every cell is a number, a text, a boolean, an aware UTC time, a date, JSON or None."""
    rows = source.run(engine.probe("typed"))
    assert {column.type for column in rows.columns} == set(get_args(ColumnType))
    for column, cell in zip(rows.columns, rows.rows[0], strict=True):
        kinds: dict[str, type | tuple[type, ...]] = {
            "text": str, "integer": int, "number": float, "boolean": bool,
            "timestamp": datetime, "date": date, "json": (list, dict),
        }  # fmt: skip
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
        source.run(engine.probe("not allowed"))


def test_a_slow_query_ends_at_its_time_out(engine: Engine, source: Source) -> None:
    """It is cancelled at the source, retryable, and the source answers the next query."""
    started = time.perf_counter()
    with pytest.raises(SourceTimeout) as failed:
        source.run(replace(engine.probe("slow"), timeout_seconds=0.4))
    assert 0.35 < time.perf_counter() - started < 3.0
    assert failed.value.retryable
    assert failed.value.__cause__ is not None
    assert source.run(engine.probe("by name")).rows


def test_a_wrong_query_fails_for_good(engine: Engine, source: Source) -> None:
    """The engine's refusal names what is wrong and is not retryable."""
    with pytest.raises(QueryFailed, match="colour") as failed:
        source.run(engine.probe("no such column"))
    assert not failed.value.retryable
    assert failed.value.__cause__ is not None


def test_a_missing_right_is_told_as_one(engine: Engine, source: Source) -> None:
    """A denial at the source is no failure of the query."""
    with pytest.raises(RightsMissing, match="hidden"):
        source.run(engine.probe("no right"))


def test_a_dead_source_is_unavailable(engine: Engine) -> None:
    """Retryable, soon, and without a secret in the message or in its cause."""
    source = engine.open_dead()
    started = time.perf_counter()
    with pytest.raises(SourceUnavailable) as failed:
        source.run(engine.probe("by name"))
    assert time.perf_counter() - started < 6.0
    assert failed.value.retryable
    assert "not-to-be-shown" not in f"{failed.value} {failed.value.__cause__!r}"


def test_health_never_raises(engine: Engine) -> None:
    """A dead source is a finding with status error."""
    health = engine.open_dead().health(timeout_seconds=1.0)
    assert health.status == "error"
    assert [finding.name for finding in health.findings] == ["connection"]
    assert "not-to-be-shown" not in str(health)


def test_health_looks_at_four_things(engine: Engine, source: Source) -> None:
    """Connection, rights, limits and latency, whatever their status."""
    health: Health = source.health()
    assert [finding.name for finding in health.findings] == [
        "connection", "rights", "limits", "latency",
    ]  # fmt: skip
    assert health.latency_ms > 0


def test_many_threads_get_their_own_answers(engine: Engine, source: Source) -> None:
    """Eight threads asking different things never see each other's rows."""
    probe = engine.probe("by name")
    wrong: list[object] = []

    def ask(number: int) -> None:
        for _ in range(40):
            rows = source.run(replace(probe, params={"name": f"GT-0{number}"})).rows
            if rows != ((number, f"GT-0{number}"),):
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
    """An engine has each probe or says why not."""
    for engine in ENGINES:
        assert set(engine.probes) | set(engine.gaps) == set(POSTGRES.probes)
        assert all(engine.gaps.values())
