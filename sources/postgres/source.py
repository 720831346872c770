"""PostgreSQL, and TimescaleDB, which is one: a bound SELECT in, rows out.

Four walls, each of which holds alone (docs/decisions/0003): the guard, a role that may only
SELECT, a read-only session, and a prepared call that takes one statement under a time-out.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime
from typing import LiteralString, cast

import psycopg
from psycopg.conninfo import make_conninfo

from sources.errors import QueryRejected, SourceError, SourceTimeout, SourceUnavailable
from sources.facts import SourceFacts
from sources.postgres.connections import (
    GRACE_SECONDS,
    ReaderConnection,
    ReaderConnections,
    milliseconds,
)
from sources.postgres.errors import translate
from sources.postgres.guard import inspect_select, without_terminator
from sources.postgres.health import check_health
from sources.postgres.scan import scan_postgres
from sources.postgres.types import cells, columns_of
from sources.protocol import BoundQuery, Cell, Column, Health, Rows
from sources.secrets import resolve_reference


class _StalePlan(SourceUnavailable):
    """A session's prepared plan is older than the table; a fresh session answers."""


class PostgresSource:
    """Fulfils `sources.protocol.Source`. Opens nothing until the first query.

    A query must stay within `allowed_tables` (`schema.table` or `schema.*`) and within its own
    list. An empty list allows nothing. `allowed_functions` may be called beside the guard's own.
    """

    def __init__(
        self,
        name: str,
        conninfo: str,
        *,
        allowed_tables: Collection[str] = (),
        allowed_operations: Collection[str] = ("select",),
        allowed_functions: Collection[str] = (),
        max_connections: int = 8,
        statement_timeout_seconds: float = 5.0,
        max_latency_ms: float = 500.0,
        health_retries: int = 1,
    ) -> None:
        self._name = name
        self._allowed_tables = frozenset(allowed_tables)
        self._allowed_operations = frozenset(allowed_operations)
        self._allowed_functions = frozenset(allowed_functions)
        self._max_latency_ms = max_latency_ms
        self._health_retries = health_retries
        self._connections = ReaderConnections(
            name,
            conninfo,
            max_connections=max_connections,
            statement_timeout_seconds=statement_timeout_seconds,
        )

    @property
    def name(self) -> str:
        return self._name

    def inspect(self, query: BoundQuery) -> None:
        """Raises: QueryRejected."""
        if "select" not in self._allowed_operations:
            raise QueryRejected(
                self._name,
                "the operation 'select' is not allowed.",
                "Add it to the source's allowed_operations.",
            )
        functions = self._allowed_functions
        for tables in (self._allowed_tables, query.allowed_tables):
            inspect_select(query.text, tables, functions=functions, source=self._name)

    def run(self, query: BoundQuery) -> Rows:
        """One round trip. Raises: any SourceError."""
        self.inspect(query)
        started = time.perf_counter()
        try:
            columns, rows = self._answer(query)
        except _StalePlan:
            self._connections.close()
            columns, rows = self._answer(query)
        return Rows(
            columns=columns,
            rows=rows[: query.max_rows],
            truncated=len(rows) > query.max_rows,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            fetched_at=datetime.now(UTC),
        )

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Connection, rights, limits, latency. Never raises."""
        return check_health(
            self._connections,
            self._allowed_tables,
            timeout_seconds=timeout_seconds,
            max_latency_ms=self._max_latency_ms,
            retries=self._health_retries,
        )

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """What `allowed_tables` hold that the role may read. Raises: any SourceError."""
        return scan_postgres(self._name, self._connections, self._allowed_tables, timeout_seconds)

    def close(self) -> None:
        self._connections.close()

    def _answer(self, query: BoundQuery) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
        with self._connections.borrow(query.timeout_seconds) as connection:
            connection.deadline = time.monotonic() + query.timeout_seconds + GRACE_SECONDS
            try:
                cursor = _execute(connection, query)
                description = cursor.description or []
                return columns_of(description), cells(description, cursor.fetchall())
            except psycopg.Error as error:
                raise self._translated(connection, error, query.timeout_seconds) from error

    def _translated(
        self, connection: ReaderConnection, error: psycopg.Error, timeout_seconds: float
    ) -> SourceError:
        connection.statement_timeout_ms = None
        if connection.is_silent:
            return SourceTimeout(
                self._name,
                f"the server was silent for {timeout_seconds + GRACE_SECONDS:g} s.",
                "Check that it is alive.",
            )
        if isinstance(error, psycopg.errors.FeatureNotSupported) and not connection.is_fresh:
            connection.close()
            return _StalePlan(self._name, "a table changed since its plan was made.")
        return translate(self._name, error, timeout_seconds)


def open_postgres(
    name: str,
    *,
    host: str | None = None,
    port: int | None = None,
    database: str | None = None,
    user: str | None = None,
    password_ref: str | None = None,
    url_ref: str | None = None,
    url: str | None = None,
    allowed_schemas: Collection[str] = (),
    allowed_tables: Collection[str] = (),
    allowed_operations: Collection[str] = ("select",),
    max_connections: int = 8,
    statement_timeout_seconds: float = 5.0,
    max_latency_ms: float = 500.0,
    health_retries: int = 1,
) -> PostgresSource:
    """A source from the plain parts of its asset; `url` (the mock's) wins over `url_ref`.

    A table must be in `allowed_tables` and its schema in `allowed_schemas`.
    Raises: SourceUnavailable when a secret reference leads nowhere.
    """
    if url is None and url_ref is not None:
        url = resolve_reference(url_ref, source=name)
    if url is None:
        password = resolve_reference(password_ref, source=name) if password_ref else None
        parts = {"host": host, "port": port, "dbname": database, "user": user, "password": password}
        url = make_conninfo("", **{key: value for key, value in parts.items() if value is not None})
    schemas = frozenset(schema.lower() for schema in allowed_schemas)
    return PostgresSource(
        name,
        url,
        allowed_tables=[t.lower() for t in allowed_tables if t.lower().split(".")[0] in schemas],
        allowed_operations=allowed_operations,
        max_connections=max_connections,
        statement_timeout_seconds=statement_timeout_seconds,
        max_latency_ms=max_latency_ms,
        health_retries=health_retries,
    )


def _execute(connection: ReaderConnection, query: BoundQuery) -> psycopg.Cursor[tuple[object, ...]]:
    """At most one row more than asked for; the limit is the server's, so memory stays small."""
    statement = cast(
        LiteralString,
        f"SELECT * FROM ({without_terminator(query.text)}) AS q LIMIT {int(query.max_rows) + 1}",
    )
    params = {
        key: list(value) if isinstance(value, tuple | set | frozenset) else value
        for key, value in query.params.items()
    }
    timeout_ms = milliseconds(query.timeout_seconds)
    if connection.statement_timeout_ms == timeout_ms:
        return connection.cursor().execute(statement, params, prepare=True)
    with connection.pipeline():  # both in one round trip
        connection.execute(cast(LiteralString, f"SET statement_timeout = {timeout_ms}"))
        cursor = connection.cursor().execute(statement, params, prepare=True)
    connection.statement_timeout_ms = timeout_ms
    return cursor
