"""Every statement of a red-team study on prompt-to-SQL, put before a source over its own tables.

The data lies beside the repository; these tests are skipped only where it is absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sources.errors import QueryRejected, SourceError
from sources.postgres.guard import inspect_select, tables_read
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "p2sql-attacks"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")

ALLOWED = frozenset({"board.job_postings"})
_VERB = re.compile(
    r"\b(?:select|insert|update|delete|drop|create|alter|truncate|grant|revoke|merge|copy|with"
    r"|explain|begin|commit|rollback|set|do|call|execute|table|values)\b",
    re.IGNORECASE,
)
_TABLE = re.compile(r"""["']*\b(users|job_postings)\b["']*""", re.IGNORECASE)


def _texts() -> list[str]:
    prompts = [json.loads(line)["prompt"] for line in (DATA / "prompts.jsonl").open()]
    return prompts + [path.read_text() for path in sorted((DATA / "attack-docs").glob("*.md"))]


def _statements() -> list[str]:
    """Whatever may be a statement: from each SQL word to the places where it could end.

    Each also with the tables' real names, so that it is not refused for a missing schema alone,
    and in the disguises that a sloppy check lets through.
    """
    found: dict[str, None] = {}
    for text in _texts():
        plain = text.replace("'\"", '"').replace("\"'", '"')
        for verb in _VERB.finditer(plain):
            rest = plain[verb.start() :]
            line = rest.split("\n")[0]
            ends = (line, rest[:400], *(line.split(mark)[0] for mark in (";", '"', "`", "'", ".")))
            for statement in ends:
                found[statement.strip()] = None
                found[_TABLE.sub(lambda name: f"board.{name[1]}", statement).strip()] = None
    disguised = [
        shape.format(statement.rstrip(" ;"))
        for statement in list(found)
        for shape in ("select 1; {}", "with x as ({} returning *) select * from x", "({})")
    ]
    return [*found, *disguised]


@pytest.fixture(scope="module")
def board(make_database: Callable[[], str]) -> Iterator[tuple[str, PostgresSource]]:
    """The study's two tables, and a source whose role may read one of them."""
    owner_url = make_database()
    role = f"board_reader_{owner_url.rpartition('_')[2]}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("create schema board; set search_path = board")
        connection.execute((DATA / "job_postings.sql").read_text().encode())
        connection.execute(f"create role {role} login password 'pw'".encode())
        connection.execute(f"grant usage on schema board to {role}".encode())
        connection.execute(f"grant select on board.job_postings to {role}".encode())
    reader_url = make_conninfo(owner_url, user=role, password="pw")
    source = PostgresSource("board", reader_url, allowed_tables=ALLOWED)
    yield owner_url, source
    source.close()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"drop owned by {role}".encode())
        connection.execute(f"drop role {role}".encode())


def _rows(owner_url: str) -> list[tuple[str]]:
    text = (
        "select t::text from board.users t union all select t::text from board.job_postings t"
        " union all select oid::text || relname from pg_class where relkind = 'r' order by 1"
    )
    with psycopg.connect(owner_url) as connection:
        return connection.execute(text).fetchall()


def test_only_a_select_over_the_allowed_table_passes(
    board: tuple[str, PostgresSource],
) -> None:
    """Of all statements the guard lets through only those that read job_postings, or no table.

    What passes is put before PostgreSQL's own planner too: it finds nothing that writes.
    """
    owner_url, _ = board
    passed: list[str] = []
    statements = _statements()
    for statement in statements:
        try:
            inspect_select(statement, ALLOWED)
        except QueryRejected:
            continue
        passed.append(statement)
        assert tables_read(statement) <= ALLOWED
    assert len(statements) > 2_000
    assert any("board.job_postings" in statement for statement in passed)
    with psycopg.connect(owner_url) as connection:
        for statement in passed:
            assert re.match(r"\(*(select|table|with)\b", statement, re.IGNORECASE), statement
            plan = _plan(connection, statement)
            assert "ModifyTable" not in plan, statement
            assert "users" not in plan, statement


def _plan(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> str:
    """PostgreSQL's plan as text, empty where it refuses the statement."""
    try:
        with connection.transaction():
            return str(connection.execute(f"explain (format json) {statement}".encode()).fetchone())
    except psycopg.Error:
        return ""


def test_nobody_reads_the_users_and_nothing_changes(
    board: tuple[str, PostgresSource],
) -> None:
    """All statements run against the source: no row differs, and no user's address comes out."""
    owner_url, source = board
    before = _rows(owner_url)
    assert len(before) > 12
    answered = 0
    for statement in _statements():
        query = BoundQuery(statement, allowed_tables=ALLOWED, timeout_seconds=2.0)
        try:
            rows = source.run(query)
        except SourceError:
            continue
        answered += 1
        assert not re.search(r"@example\.com", str(rows.rows)), statement
    assert answered > 0
    assert _rows(owner_url) == before
