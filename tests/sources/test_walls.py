"""Each of the four walls, alone, with the others taken away."""

from __future__ import annotations

import hashlib

import psycopg
import pytest
from guard_statements import HOSTILE
from laboratory import Laboratory, role_of
from psycopg import errors as pg

from sources.postgres.connections import ReaderConnection, ReaderConnections
from sources.postgres.source import _execute
from sources.protocol import BoundQuery

WIPE = "delete from lab.machine"
ESCAPE = f"rollback; begin read write; {WIPE}; commit"


def _connect(laboratory: Laboratory, url: str) -> ReaderConnection:
    connections = ReaderConnections("walls", url, max_connections=1, statement_timeout_seconds=0.3)
    return connections.open(5.0)


def _fingerprint(laboratory: Laboratory) -> str:
    """All rows of the base tables, and the names of all relations."""
    with laboratory.owner() as connection:
        parts = [
            connection.execute(f"select t::text from lab.{table} t order by 1".encode()).fetchall()
            for table in ("machine", "reading", "hidden")
        ]
        parts.append(
            connection.execute(
                "select relname::text from pg_class c join pg_namespace n "
                "on n.oid = relnamespace where nspname in ('lab', 'public') order by 1"
            ).fetchall()
        )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_the_role_alone_stops_a_write(laboratory: Laboratory) -> None:
    """No guard, no read-only session, no prepare: a role with SELECT only cannot write."""
    with psycopg.connect(laboratory.reader_url, autocommit=True) as connection:
        for statement in (WIPE, "create table lab.x (a int)", "truncate lab.reading"):
            with pytest.raises(pg.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(pg.InsufficientPrivilege):
            connection.execute(ESCAPE)


def test_the_session_alone_stops_a_write(laboratory: Laboratory) -> None:
    """No guard, a role that may write: the read-only session refuses."""
    with _connect(laboratory, laboratory.writer_url) as connection:
        for statement in (WIPE, "truncate lab.reading", "select lab.wipe()"):
            with pytest.raises(pg.ReadOnlySqlTransaction):
                connection.execute(statement)


def test_preparing_alone_stops_a_second_statement(laboratory: Laboratory) -> None:
    """The trick that breaks a read-only session is refused because it is two statements.

    The same text in one unprepared call does empty the table: without this wall the trick works.
    """
    with laboratory.owner() as owner:
        owner.execute("create table lab.bait as select 1 as id")
        owner.execute(f"grant all on lab.bait to {role_of(laboratory.writer_url)}".encode())
        trick = ESCAPE.replace("lab.machine", "lab.bait")
        with _connect(laboratory, laboratory.writer_url) as connection:
            with pytest.raises(pg.SyntaxError, match="multiple commands"):
                connection.execute(trick, prepare=True)
            assert owner.execute("select count(*) from lab.bait").fetchone() == (1,)
            connection.execute(trick)
            assert owner.execute("select count(*) from lab.bait").fetchone() == (0,)
        owner.execute("drop table lab.bait")


def test_the_time_out_alone_ends_a_long_statement(laboratory: Laboratory) -> None:
    """The session's own time-out fires, whatever the statement is."""
    with (
        _connect(laboratory, laboratory.reader_url) as connection,
        pytest.raises(pg.QueryCanceled),
    ):
        connection.execute("select pg_sleep(20)", prepare=True)


def test_without_guard_and_role_no_hostile_statement_changes_a_row(
    laboratory: Laboratory,
) -> None:
    """All hostile statements, sent as the adapter sends them but by a role that may write."""
    before = _fingerprint(laboratory)
    ran: list[str] = []
    for statement, _ in HOSTILE:
        with _connect(laboratory, laboratory.writer_url) as connection:
            query = BoundQuery(statement, {"a": 1, "b": 2, "n": 5, "id": 1}, timeout_seconds=0.2)
            try:
                _execute(connection, query).fetchall()
                ran.append(statement)
            except psycopg.Error:
                continue
    assert _fingerprint(laboratory) == before
    assert any("lab.hidden" in statement for statement in ran), "nothing ran: the test is blind"


def test_a_guarded_source_stays_whole_under_all_hostile_statements(
    laboratory: Laboratory,
) -> None:
    """All four walls together: every one is refused before it is sent, and the source answers."""
    from sources.errors import QueryRejected

    before = _fingerprint(laboratory)
    source = laboratory.source(allowed_tables=["lab.machine", "lab.reading"])
    allowed = frozenset({"lab.*"})
    for statement, _ in HOSTILE:
        with pytest.raises(QueryRejected):
            source.run(BoundQuery(statement, {}, allowed_tables=allowed))
    assert _fingerprint(laboratory) == before
    answer = source.run(BoundQuery("select count(*) from lab.machine", allowed_tables=allowed))
    assert answer.rows == ((9,),)
    source.close()
