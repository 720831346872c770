"""Documents: a search in, passages out. Stands on the Postgres adapter and its four walls."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime

from sources.errors import QueryFailed, QueryRejected, SourceError, SourceTimeout
from sources.facts import CollectionFacts, SourceFacts
from sources.postgres.source import PostgresSource, open_postgres
from sources.protocol import BoundQuery, Cell, Column, Health, Rows
from sources.vector.asked_vectors import AskedVectors
from sources.vector.embedders import TextEmbedder
from sources.vector.health import with_index_findings
from sources.vector.link import make_link
from sources.vector.search_request import SearchRequest, read_search
from sources.vector.search_sql import (
    COLUMNS,
    SCHEMA_NAME,
    collections_statement,
    search_params,
    search_statement,
)

RESULT_COLUMNS = (
    Column("document", "text"),
    Column("title", "text"),
    Column("headings", "json"),
    Column("quote", "text"),
    Column("link", "text"),
    Column("score", "number"),
    Column("page", "integer"),
    Column("collection", "text"),
)


class VectorSource:
    """Fulfils `sources.protocol.Source`.

    A search must stay within `allowed_collections` and within its own list; `*` is all of them.
    """

    def __init__(
        self,
        name: str,
        tables: PostgresSource,
        schema: str,
        embedder: TextEmbedder,
        *,
        allowed_collections: Collection[str] = (),
        allowed_operations: Collection[str] = ("search",),
        max_latency_ms: float = 500.0,
    ) -> None:
        if not SCHEMA_NAME.fullmatch(schema):
            raise QueryRejected(
                name, f"the schema {schema!r} is no plain name.", "Use a-z, 0-9 and _."
            )
        self._name = name
        self._tables = tables
        self._schema = schema
        self._embedder = embedder
        self._allowed = frozenset(allowed_collections)
        self._operations = frozenset(allowed_operations)
        self._max_latency_ms = max_latency_ms
        self._vectors = AskedVectors(embedder)

    @property
    def name(self) -> str:
        return self._name

    def inspect(self, query: BoundQuery) -> None:
        """Raises: QueryRejected."""
        self._request(query)

    def run(self, query: BoundQuery) -> Rows:
        """One statement, and one call of the embedder where the words are new.

        Raises: any SourceError; QueryFailed where the index is missing or of another embedder.
        """
        request = self._request(query)
        started = time.perf_counter()
        params = search_params(request, self._embedder.id)
        if request.vector_weight:
            params["vector"] = self._vectors.text(
                request.words, request.also, query.timeout_seconds
            )
        left = query.timeout_seconds - (time.perf_counter() - started)
        if left <= 0:
            raise SourceTimeout(self._name, "embedding the words took all the time.", "Ask again.")
        text = search_statement(self._schema, self._embedder.dimension, request)
        found = self._ask(text, params, query.max_rows, left, request)
        return Rows(
            columns=RESULT_COLUMNS,
            rows=tuple(_passage(row) for row in found.rows),
            truncated=found.truncated,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            fetched_at=found.fetched_at,
        )

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """What Postgres tells, then `index` and `embedder`. Never raises."""
        deadline = time.monotonic() + timeout_seconds
        found = self._tables.health(timeout_seconds)
        return with_index_findings(
            found,
            self._collections,
            self._embedder,
            self._allowed,
            deadline,
            self._max_latency_ms,
        )

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """The allowed collections as they are indexed. Raises: any SourceError."""
        started = time.perf_counter()
        found = tuple(
            facts
            for facts in self._collections(timeout_seconds)
            if "*" in self._allowed or facts.name in self._allowed
        )
        missing = sorted(self._allowed - {"*"} - {facts.name for facts in found})
        return SourceFacts(
            scanned_at=datetime.now(UTC),
            elapsed_ms=(time.perf_counter() - started) * 1000,
            collections=found,
            notes=tuple(f"collection {name!r} is not indexed yet" for name in missing),
        )

    def close(self) -> None:
        self._tables.close()
        self._embedder.close()

    def _request(self, query: BoundQuery) -> SearchRequest:
        if "search" not in self._operations:
            raise QueryRejected(
                self._name,
                "the operation 'search' is not allowed.",
                "Add it to the source's allowed_operations.",
            )
        request = read_search(self._name, query.text, query.params)
        for allowed in (self._allowed, query.allowed_tables):
            for collection in request.collections:
                if "*" not in allowed and collection not in allowed:
                    shown = ", ".join(sorted(allowed)[:8]) or "nothing"
                    raise QueryRejected(
                        self._name,
                        f"collection {collection!r} is not allowed.",
                        f"Allowed: {shown}. Add it to the source's allowed_tables if it may be"
                        " read.",
                    )
        return request

    def _ask(
        self,
        text: str,
        params: dict[str, object],
        max_rows: int,
        timeout_seconds: float,
        request: SearchRequest,
    ) -> Rows:
        tables = frozenset((f"{self._schema}.*",))
        query = BoundQuery(text, params, max_rows, timeout_seconds, tables)
        try:
            found = self._tables.run(query)
        except QueryFailed as error:
            raise self._told(error, request, timeout_seconds) from error
        if not found.rows or found.rows[0][-1] != len(request.collections):
            self._check_index(request, timeout_seconds)
        return found

    def _told(
        self, error: QueryFailed, request: SearchRequest, timeout_seconds: float
    ) -> SourceError:
        """A missing table is a missing index; say that instead."""
        try:
            self._check_index(request, timeout_seconds)
        except SourceError as better:
            return better
        return error

    def _check_index(self, request: SearchRequest, timeout_seconds: float) -> None:
        """Raises: QueryFailed for a collection that is not indexed, or by another embedder."""
        try:
            there = {facts.name: facts for facts in self._collections(timeout_seconds)}
        except QueryFailed as error:
            reason = f"there is no index in the schema {self._schema!r}."
            raise QueryFailed(self._name, reason, "Materialise its documents asset.") from error
        for name in request.collections:
            if name not in there:
                reason = f"collection {name!r} is not indexed."
                raise QueryFailed(self._name, reason, f"Materialise documents/…/{name}.")
            if there[name].embedder != self._embedder.id:
                raise QueryFailed(
                    self._name,
                    f"collection {name!r} holds vectors of {there[name].embedder!r}, and the"
                    f" source's embedder is {self._embedder.id!r}.",
                    f"Index it again: materialise documents/…/{name}.",
                )

    def _collections(self, timeout_seconds: float) -> tuple[CollectionFacts, ...]:
        tables = frozenset((f"{self._schema}.*",))
        text = collections_statement(self._schema)
        found = self._tables.run(BoundQuery(text, {}, 10_000, timeout_seconds, tables))
        return tuple(CollectionFacts(*row) for row in found.rows)  # pyright: ignore[reportArgumentType]


def open_vector(
    name: str,
    *,
    schema: str,
    embedder: TextEmbedder,
    host: str | None = None,
    port: int | None = None,
    database: str | None = None,
    user: str | None = None,
    password_ref: str | None = None,
    url_ref: str | None = None,
    url: str | None = None,
    allowed_collections: Collection[str] = (),
    allowed_operations: Collection[str] = ("search",),
    max_connections: int = 8,
    statement_timeout_seconds: float = 5.0,
    max_latency_ms: float = 500.0,
    health_retries: int = 1,
) -> VectorSource:
    """A source from the plain parts of its asset; `url` (the mock's) wins over `url_ref`.

    Raises: SourceUnavailable when a secret reference leads nowhere; QueryRejected for a schema
    that is no plain name.
    """
    tables = open_postgres(
        name,
        host=host,
        port=port,
        database=database,
        user=user,
        password_ref=password_ref,
        url_ref=url_ref,
        url=url,
        allowed_schemas=[schema],
        allowed_tables=[f"{schema}.*"],
        max_connections=max_connections,
        statement_timeout_seconds=statement_timeout_seconds,
        max_latency_ms=max_latency_ms,
        health_retries=health_retries,
    )
    return VectorSource(
        name,
        tables,
        schema,
        embedder,
        allowed_collections=allowed_collections,
        allowed_operations=allowed_operations,
        max_latency_ms=max_latency_ms,
    )


def _passage(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    document, title, headings, quote, score, page, collection, anchor = row[: len(COLUMNS)]
    link = make_link(str(collection), str(document), str(anchor))
    return document, title, headings, quote, link, score, page, collection
