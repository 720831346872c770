"""Watches a site from both sides: what was sent to its sources, and whether its tables changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from sources.postgres.guard import inspect_select, tables_read
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery, Rows

WRITING_NODES = {"ModifyTable", "LockRows"}


@dataclass
class Seen:
    """Every statement that came to a source's port, whether or not a wall stopped it there."""

    queries: list[BoundQuery] = field(default_factory=list)
    """Of sources over tables."""
    elsewhere: list[tuple[PostgresSource, BoundQuery]] = field(default_factory=list)
    """Of embedded engines that stand on Postgres: a graph, an index of documents."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def distinct(self) -> dict[str, BoundQuery]:
        return {query.text: query for query in self.queries}


@contextmanager
def spying(tables: str | None = None) -> Iterator[Seen]:
    """Note every query on its way into a Postgres source; it runs as always.

    `tables`: the source that people's tables are in; None: the only one.
    """
    seen = Seen()
    run = PostgresSource.run

    def noted(self: PostgresSource, query: BoundQuery) -> Rows:
        with seen.lock:
            if tables is None or self.name == tables:
                seen.queries.append(query)
            else:
                seen.elsewhere.append((self, query))
        return run(self, query)

    PostgresSource.run = noted
    try:
        yield seen
    finally:
        PostgresSource.run = run


def hold_to_reading(seen: Seen, reader_url: str, schema: str) -> None:
    """Assert that each statement was one SELECT over allowed tables, by our wall and the engine."""
    for text, query in seen.distinct.items():
        assert query.allowed_tables
        inspect_select(text, query.allowed_tables)
        assert all(read.startswith(f"{schema}.") for read in tables_read(text)), text
        assert not writes_in_plan(reader_url, query), text
    for source, query in seen.elsewhere:
        source.inspect(query)  # the same wall, with the functions of that engine


def writes_in_plan(url: str, query: BoundQuery) -> list[str]:
    """Nodes of the engine's own plan that are more than reading."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            b"explain (format json) " + query.text.encode(), dict(query.params)
        ).fetchone()
    return [node for node in _nodes(row[0][0]["Plan"] if row else {}) if node in WRITING_NODES]


def _nodes(plan: Mapping[str, Any]) -> Iterator[str]:
    yield str(plan.get("Node Type"))
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def fingerprint(url: str, schema: str) -> dict[str, tuple[int, str]]:
    """Of every table of a schema: its rows, its identity and an order-free checksum."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select c.relname, c.oid::int8 from pg_class c join pg_namespace n "
            "on n.oid = c.relnamespace where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm')",
            [schema],
        ).fetchall()
        for name, oid in tables:
            statement = sql.SQL(
                "select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from {} t"
            ).format(sql.Identifier(schema, name))
            row = connection.execute(statement).fetchone()
            found[name] = (int(row[0]), f"{oid}:{row[1]}") if row else (0, f"{oid}:")
    return found
