"""Neo4j: a bound Cypher read in, rows out.

Four walls (docs/decisions/0009): the guard, which needs no connection; the server's read access
mode; its `EXPLAIN`, which must call the statement reading; and a time-out at both ends.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sources.errors import QueryRejected
from sources.facts import SourceFacts
from sources.neo4j.guard import inspect_cypher
from sources.neo4j.health import check_health
from sources.neo4j.plan import explain, rejected
from sources.neo4j.scan import scan_graph
from sources.neo4j.sessions import ReaderSessions
from sources.neo4j.target import Target, target_of_url
from sources.neo4j.types import table_of
from sources.protocol import BoundQuery, Health, Rows
from sources.secrets import resolve_reference

if TYPE_CHECKING:
    from neo4j import AsyncSession

_EXPLAINED = 2_000
"""Statements whose plan the server was asked for once; more than these are asked for anew."""


class Neo4jSource:
    """Fulfils `sources.protocol.Source`. Opens nothing at first.

    A query must stay within `allowed_labels` and within its own list (`allowed_tables`): labels,
    `*` for all, or `[:TYPE]`. An empty list allows nothing.
    """

    def __init__(
        self,
        name: str,
        target: Target,
        *,
        allowed_labels: Collection[str] = (),
        allowed_operations: Collection[str] = ("read",),
        max_connections: int = 8,
        max_latency_ms: float = 500.0,
        health_retries: int = 1,
    ) -> None:
        self._name = name
        self._allowed_labels = frozenset(allowed_labels)
        self._allowed_operations = frozenset(allowed_operations)
        self._max_latency_ms = max_latency_ms
        self._health_retries = health_retries
        self._explained: dict[str, str | None] = {}
        self._sessions = ReaderSessions(name, target, max_connections=max_connections)

    @property
    def name(self) -> str:
        return self._name

    def inspect(self, query: BoundQuery) -> None:
        """Raises: QueryRejected."""
        if not self._allowed_operations & {"read", "select"}:
            raise QueryRejected(
                self._name,
                "the operation 'read' is not allowed.",
                "Add it to the source's allowed_operations.",
            )
        inspect_cypher(query.text, self._allowed_labels, source=self._name)
        inspect_cypher(query.text, query.allowed_tables, source=self._name)

    def run(self, query: BoundQuery) -> Rows:
        """One round trip, and one more the first time a text is seen. Raises: any SourceError."""
        self.inspect(query)
        started = time.perf_counter()
        names, records = self._sessions.run(partial(self._answer, query), query.timeout_seconds)
        columns, rows = table_of(names, records[: query.max_rows])
        return Rows(
            columns=columns,
            rows=rows,
            truncated=len(records) > query.max_rows,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            fetched_at=datetime.now(UTC),
        )

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Connection, rights, limits, latency. Never raises."""
        return check_health(
            self._sessions,
            self._allowed_labels,
            timeout_seconds=timeout_seconds,
            max_latency_ms=self._max_latency_ms,
            retries=self._health_retries,
        )

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """Labels, relationship types, their properties, keys and indexes. Raises: any SourceError.

        Only allowed labels are told of.
        """
        return scan_graph(self._sessions, self._allowed_labels, timeout_seconds)

    def close(self) -> None:
        self._sessions.close()

    async def _answer(
        self, query: BoundQuery, session: AsyncSession
    ) -> tuple[list[str], list[tuple[object, ...]]]:
        import neo4j

        params = driver_params(query.params)
        await self._ask_for_plan(session, query, params)
        result = await session.run(
            neo4j.Query(query.text, timeout=query.timeout_seconds),  # pyright: ignore[reportArgumentType]
            params,
        )
        records = await result.fetch(query.max_rows + 1)
        await result.consume()
        return list(result.keys()), [tuple(record.values()) for record in records]

    async def _ask_for_plan(
        self, session: AsyncSession, query: BoundQuery, params: dict[str, object]
    ) -> None:
        if query.text not in self._explained:
            refusal = await explain(session, query.text, params, query.timeout_seconds)
            if len(self._explained) >= _EXPLAINED:
                self._explained.clear()
            self._explained[query.text] = refusal
        refusal = self._explained.get(query.text)
        if refusal is not None:
            raise rejected(self._name, refusal)


def open_neo4j(
    name: str,
    *,
    host: str | None = None,
    port: int | None = None,
    scheme: str = "neo4j",
    database: str | None = None,
    user: str | None = None,
    password_ref: str | None = None,
    url_ref: str | None = None,
    ca_file: str | Path | None = None,
    allowed_labels: Collection[str] = (),
    allowed_operations: Collection[str] = ("read",),
    max_connections: int = 8,
    max_latency_ms: float = 500.0,
    health_retries: int = 1,
) -> Neo4jSource:
    """A source from the plain parts of its asset; `url_ref` wins over the parts.

    Raises: SourceUnavailable when a secret reference leads nowhere.
    """
    certificates = Path(ca_file) if ca_file is not None else None
    if url_ref is not None:
        target = target_of_url(name, resolve_reference(url_ref, source=name), certificates)
    else:
        target = Target(
            host=host or "127.0.0.1",
            port=port or 7687,
            scheme=scheme,
            database=database,
            user=user,
            password=resolve_reference(password_ref, source=name) if password_ref else None,
            ca_file=certificates,
        )
    return Neo4jSource(
        name,
        target,
        allowed_labels=allowed_labels,
        allowed_operations=allowed_operations,
        max_connections=max_connections,
        max_latency_ms=max_latency_ms,
        health_retries=health_retries,
    )


def driver_params(params: Mapping[str, object]) -> dict[str, object]:
    """Values as the driver takes them: lists for every collection, floats for decimals."""
    return {key: _param(value) for key, value in params.items()}


def _param(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_param(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _param(item) for key, item in value.items()}
    return value
