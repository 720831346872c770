"""What PostgreSQL's adapter promises beyond the contract of all engines."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from laboratory import Laboratory, role_of

from sources.errors import QueryFailed, QueryRejected, SourceTimeout, SourceUnavailable
from sources.postgres.source import PostgresSource, open_postgres
from sources.protocol import BoundQuery, HealthFinding

LAB = frozenset({"lab.*"})
ONE = BoundQuery("select name from lab.machine where id = %(id)s", {"id": 4}, allowed_tables=LAB)
ENDLESS = BoundQuery("select count(*) from lab.endless", allowed_tables=LAB, timeout_seconds=20)


def _rights(source: PostgresSource) -> HealthFinding:
    return next(finding for finding in source.health().findings if finding.name == "rights")


def test_every_type_becomes_its_cell(laboratory: Laboratory) -> None:
    """The round trip of each type that a site's tables are likely to have."""
    query = BoundQuery("select * from lab.cell", allowed_tables=LAB)
    rows = laboratory.source().run(query)
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    told = dict(zip([column.name for column in rows.columns], rows.rows[0], strict=True))
    assert told == {
        "int2": 1, "int4": 2, "int8": 3, "numeric": 1.5, "float8": 2.5, "bool": True,
        "timestamptz": midnight, "timestamp": midnight, "date": date(2026, 1, 2),
        "jsonb": {"a": [1]}, "json": [1, 2], "int_array": [1, 2],
        "time_array": ["2026-01-01T00:00:00+00:00"], "text": "가스터빈", "varchar": "v",
        "interval": "1 day 02:00:00", "time": "01:02:00", "inet": "10.0.0.1", "bytea": "\\x01ff",
        "uuid": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "range": "[1,5)", "nothing": None,
    }  # fmt: skip


def test_times_beyond_the_calendar_become_its_ends(laboratory: Laboratory) -> None:
    """`infinity`, as validity columns have it, does not fail the whole result."""
    text = (
        "select 'infinity'::timestamptz as a, '-infinity'::timestamp as b, 'infinity'::date as c,"
        " '0044-03-15 BC'::date as d"
    )
    row = laboratory.source().run(BoundQuery(text)).rows[0]
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    assert row == (last, first, date.max, date.min)


def test_parameters_keep_their_types(laboratory: Laboratory) -> None:
    """Numbers, texts, times, lists and nothing go out bound and come back as they were."""
    text = (
        "select %(i)s ::int as i, %(s)s ::text as s, %(t)s ::timestamptz as t, "
        "%(n)s ::text as n, name from lab.machine where id = any( %(ids)s ) order by id"
    )
    when = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    params = {"i": 7, "s": "it's 100%", "t": when, "n": None, "ids": (2, 5)}
    rows = laboratory.source().run(BoundQuery(text, params, allowed_tables=LAB)).rows
    assert rows == (
        (7, "it's 100%", when, None, "GT-02"),
        (7, "it's 100%", when, None, "GT-05"),
    )


def test_ten_million_rows_do_not_fill_memory(laboratory: Laboratory) -> None:
    """The cap is the server's: a huge result costs what its first rows cost."""
    source = laboratory.source()
    source.run(ONE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = "select * from lab.large"
    rows = source.run(BoundQuery(text, allowed_tables=LAB, max_rows=1_000, timeout_seconds=30))
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (len(rows.rows), rows.truncated) == (1_000, True)
    assert grown_kb < 20_000


def test_order_survives_the_cap(laboratory: Laboratory) -> None:
    """The first rows of an ordered result are the first rows."""
    text = "select id from lab.machine order by id desc"
    rows = laboratory.source().run(BoundQuery(text, allowed_tables=LAB, max_rows=3)).rows
    assert rows == ((9,), (8,), (7,))


def test_each_query_has_its_own_time_out(laboratory: Laboratory) -> None:
    """On one session, a changed time-out holds at once, also after one that fired."""
    source = laboratory.source(max_connections=1)
    for seconds in (0.2, 0.6, 0.2):
        started = time.perf_counter()
        with pytest.raises(SourceTimeout, match=f"{seconds:g} s"):
            source.run(replace(ENDLESS, timeout_seconds=seconds))
        assert seconds * 0.9 < time.perf_counter() - started < seconds + 1.5
        assert source.run(replace(ONE, timeout_seconds=3.0)).rows == (("GT-04",),)


def test_an_idle_connection_that_was_killed_is_replaced(laboratory: Laboratory) -> None:
    """After a kill of its sessions the next query answers as if nothing had been."""
    source = laboratory.source()
    source.run(ONE)
    assert laboratory.kill_all_of(laboratory.reader_url) >= 1
    assert source.run(ONE).rows == (("GT-04",),)


def test_a_kill_during_a_query_is_told_and_survived(laboratory: Laboratory) -> None:
    """A query that loses its session is retryable and not sent a second time by the adapter."""
    source = laboratory.source()
    source.run(ONE)
    killer = threading.Timer(0.3, laboratory.kill_all_of, [laboratory.reader_url])
    killer.start()
    started = time.perf_counter()
    with pytest.raises(SourceUnavailable) as failed:
        source.run(ENDLESS)
    assert time.perf_counter() - started < 5.0
    assert failed.value.retryable
    killer.join()
    assert source.run(ONE).rows == (("GT-04",),)


def test_a_silent_server_is_given_up(laboratory: Laboratory) -> None:
    """A server process that is stopped, not dead, holds nobody longer than the time-out."""
    source = laboratory.source(max_connections=1)
    own = BoundQuery("select 1 as x", timeout_seconds=0.5)
    source.run(own)
    with laboratory.owner() as owner:
        role = role_of(laboratory.reader_url)
        pids = owner.execute("select pid from pg_stat_activity where usename = %s", [role])
        stopped = [int(str(pid)) for (pid,) in pids.fetchall()]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.perf_counter()
        with pytest.raises(SourceTimeout, match="silent"):
            source.run(own)
        assert time.perf_counter() - started < 4.0
    finally:
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    assert source.run(ONE).rows == (("GT-04",),)


def test_a_changed_table_is_read_as_it_is_now(laboratory: Laboratory) -> None:
    """A prepared plan that is older than the table is made anew."""
    source = laboratory.source()
    query = BoundQuery("select * from lab.moving", allowed_tables=LAB)
    with laboratory.owner() as owner:
        owner.execute("create table lab.moving as select 1 as a")
        owner.execute(f"grant select on lab.moving to {role_of(laboratory.reader_url)}".encode())
        for _ in range(3):
            assert source.run(query).rows == ((1,),)
        owner.execute("alter table lab.moving add b text default 'new'")
        assert source.run(query).rows == ((1, "new"),)
        owner.execute("drop table lab.moving")
        with pytest.raises(QueryFailed, match="moving"):
            source.run(query)


def test_a_child_process_gets_its_own_connections(laboratory: Laboratory) -> None:
    """After a fork, parent and child both ask and neither spoils the other's session."""
    source = laboratory.source(max_connections=1)
    assert source.run(ONE).rows == (("GT-04",),)
    child = os.fork()
    if child == 0:
        right = all(source.run(ONE).rows == (("GT-04",),) for _ in range(20))
        os._exit(0 if right else 1)
    for _ in range(20):
        assert source.run(ONE).rows == (("GT-04",),)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_more_askers_than_connections_wait_their_turn(laboratory: Laboratory) -> None:
    """A full pool is waited for up to the query's time-out, then says that it is full."""
    source = laboratory.source(max_connections=1)
    busy = threading.Thread(
        target=lambda: (
            contextlib.suppress(SourceTimeout).__enter__()
            or _swallow(source, replace(ENDLESS, timeout_seconds=1.0))
        )
    )
    busy.start()
    time.sleep(0.2)
    with pytest.raises(SourceUnavailable, match="busy"):
        source.run(replace(ONE, timeout_seconds=0.2))
    assert source.run(replace(ONE, timeout_seconds=5.0)).rows == (("GT-04",),)
    busy.join()


def test_a_close_reaches_borrowed_connections_too(laboratory: Laboratory) -> None:
    """A session that was out while the source was closed is not kept when it comes back."""
    laboratory.kill_all_of(laboratory.reader_url)  # what other tests have left open
    source = laboratory.source()
    asker = threading.Thread(target=_swallow, args=(source, replace(ENDLESS, timeout_seconds=2.0)))
    asker.start()
    _until(lambda: laboratory.sessions_of(laboratory.reader_url, "active") == 1)
    source.close()
    asker.join()
    _until(lambda: laboratory.sessions_of(laboratory.reader_url) == 0)


def _until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for what must become true; the machine may be busy."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _swallow(source: PostgresSource, query: BoundQuery) -> None:
    with contextlib.suppress(SourceTimeout):
        source.run(query)


def test_sessions_are_read_only_in_utc_and_limited(laboratory: Laboratory) -> None:
    """What health calls limits is so."""
    health = laboratory.source(statement_timeout_seconds=2.5).health()
    limits = next(finding for finding in health.findings if finding.name == "limits")
    assert limits.status == "ok"
    assert "2500ms" in limits.detail


def test_rights_name_what_is_missing(laboratory: Laboratory) -> None:
    """A table without SELECT, a table that is gone and a schema without tables are errors."""
    for tables, word in (
        (["lab.hidden"], "lab.hidden: no SELECT"),
        (["lab.machine", "lab.gone"], "lab.gone: no such table"),
        (["nowhere.*"], "nowhere.*: no tables"),
        ([], "no table is allowed"),
    ):
        finding = _rights(laboratory.source(allowed_tables=tables))
        assert finding.status == "error"
        assert word in finding.detail
    assert _rights(laboratory.source(allowed_tables=["lab.machine"])).status == "ok"


def test_a_role_that_may_write_is_told(laboratory: Laboratory) -> None:
    """Write grants are a warning; a superuser is an error."""
    writer = PostgresSource("w", laboratory.writer_url, allowed_tables=["lab.machine"])
    assert _rights(writer).status == "warn"
    assert "lab.machine" in _rights(writer).detail
    owner = PostgresSource("o", laboratory.owner_url, allowed_tables=["lab.machine"])
    assert _rights(owner).status == "error"


def test_a_slow_source_is_a_warning(laboratory: Laboratory) -> None:
    """Latency above the asset's bound warns."""
    health = laboratory.source(max_latency_ms=1e-6, allowed_tables=["lab.machine"]).health()
    assert (health.status, health.findings[-1].status) == ("warn", "warn")


def test_an_operation_that_is_not_allowed_is_refused(laboratory: Laboratory) -> None:
    """A source without `select` among its operations answers nothing."""
    with pytest.raises(QueryRejected, match="select"):
        laboratory.source(allowed_operations=[]).run(ONE)


def test_a_source_opens_from_the_parts_of_its_asset(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host, port and a referenced password, or one referenced URL; a table needs its schema."""
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(laboratory.reader_url)
    monkeypatch.setenv("LAB_PASSWORD", str(parts["password"]))
    monkeypatch.setenv("LAB_URL", laboratory.reader_url)
    by_parts = open_postgres(
        "lab",
        host=str(parts["host"]),
        port=int(str(parts["port"])),
        database=str(parts["dbname"]),
        user=str(parts["user"]),
        password_ref="env:LAB_PASSWORD",
        allowed_schemas=["lab"],
        allowed_tables=["lab.machine", "other.machine"],
    )
    by_url = open_postgres(
        "lab", url_ref="env:LAB_URL", allowed_schemas=["LAB"], allowed_tables=["lab.*"]
    )
    for source in (by_parts, by_url):
        assert source.run(ONE).rows == (("GT-04",),)
    with pytest.raises(QueryRejected):
        by_parts.inspect(BoundQuery("select 1 from other.machine", allowed_tables=LAB))
    closed = open_postgres("lab", url_ref="env:LAB_URL", allowed_tables=["lab.*"])
    with pytest.raises(QueryRejected):
        closed.run(ONE)


def test_a_connection_text_that_cannot_be_read_is_not_repeated() -> None:
    """A typing error in a URL does not print its password."""
    with pytest.raises(SourceUnavailable) as failed:
        PostgresSource("x", "postgresql//me:hush@host/db")
    assert "hush" not in f"{failed.value}{failed.value.__cause__}{failed.value.__context__}"
