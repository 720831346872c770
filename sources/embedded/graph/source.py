"""The embedded graph: SQL of the graph compiler in, rows out, behind Postgres's four walls.

A fifth: each session is told which labels it may see, and the view that queries read shows no
other node.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sources.embedded.graph.scan import scan_graph
from sources.embedded.graph.schema import FUNCTIONS, LABELS_SETTING
from sources.errors import QueryRejected
from sources.facts import SourceFacts
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery, Health, Rows

EVERY_LABEL = "*"
_PLANNING = (
    "-c work_mem=32MB -c random_page_cost=1.1 -c jit=off -c plan_cache_mode=force_custom_plan"
)
"""A graph is small and read in all directions: it stays in memory, indexes pay, and a plan made
for any labels reads all nodes where one for these labels reads a few."""


class EmbeddedGraphSource:
    """Fulfils `sources.protocol.Source`.

    A query sees the nodes with a label of `allowed_labels` (compared without case; `*` is all) that
    its own list holds too. An empty list allows nothing.
    """

    def __init__(
        self,
        name: str,
        conninfo: str,
        *,
        schema: str,
        allowed_labels: Collection[str] = (),
        allowed_operations: Collection[str] = ("read",),
        statement_timeout_seconds: float = 5.0,
        max_latency_ms: float = 500.0,
        health_retries: int = 1,
    ) -> None:
        self._name = name
        self._conninfo = conninfo
        self._schema = schema
        self._allowed = _folded(allowed_labels)
        self._operations = frozenset(allowed_operations)
        self._timeout_seconds = statement_timeout_seconds
        self._max_latency_ms = max_latency_ms
        self._health_retries = health_retries
        self._open: dict[frozenset[str], PostgresSource] = {}
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._name

    def inspect(self, query: BoundQuery) -> None:
        """Raises: QueryRejected."""
        self._seeing(query).inspect(self._within(query))

    def run(self, query: BoundQuery) -> Rows:
        """Raises: any SourceError."""
        return self._seeing(query).run(self._within(query))

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """Labels, properties and relations that may be seen. Raises: any SourceError."""
        conninfo = self._session(self._allowed)
        return scan_graph(self._name, conninfo, self._schema, timeout_seconds)

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Connection, rights on the graph's tables, limits, latency. Never raises."""
        return self._postgres(self._allowed).health(timeout_seconds)

    def close(self) -> None:
        with self._lock:
            for source in self._open.values():
                source.close()
            self._open.clear()

    def _seeing(self, query: BoundQuery) -> PostgresSource:
        """Sessions that see what both lists allow. Raises: QueryRejected."""
        if not self._operations & {"read", "select"}:
            raise QueryRejected(
                self._name,
                "the operation 'read' is not allowed.",
                "Add it to the source's allowed_operations.",
            )
        asked = _folded(query.allowed_tables)
        if EVERY_LABEL in self._allowed:
            seen = asked
        else:
            seen = self._allowed if EVERY_LABEL in asked else self._allowed & asked
        if not seen:
            raise QueryRejected(
                self._name, "no label is allowed.", "Fill the source's allowed_tables with labels."
            )
        return self._postgres(frozenset((EVERY_LABEL,)) if EVERY_LABEL in seen else seen)

    def _within(self, query: BoundQuery) -> BoundQuery:
        return BoundQuery(
            query.text, query.params, query.max_rows, query.timeout_seconds, self._tables()
        )

    def _tables(self) -> frozenset[str]:
        return frozenset((f"{self._schema}.node", f"{self._schema}.edge"))

    def _postgres(self, labels: frozenset[str]) -> PostgresSource:
        with self._lock:
            if labels not in self._open:
                self._open[labels] = PostgresSource(
                    self._name,
                    self._session(labels),
                    allowed_tables=self._tables(),
                    allowed_functions=FUNCTIONS,
                    statement_timeout_seconds=self._timeout_seconds,
                    max_latency_ms=self._max_latency_ms,
                    health_retries=self._health_retries,
                )
            return self._open[labels]

    def _session(self, labels: frozenset[str]) -> str:
        """The connection's text, with what its sessions may see and where functions are found."""
        seen = "*" if EVERY_LABEL in labels else "\n".join(sorted(labels)).encode().hex()
        given = str(conninfo_to_dict(self._conninfo).get("options") or "")
        options = f"{given} {_PLANNING} -c search_path={self._schema} -c {LABELS_SETTING}={seen}"
        return make_conninfo(self._conninfo, options=options.strip())


def open_embedded_graph(
    name: str,
    url: str,
    *,
    schema: str,
    allowed_labels: Collection[str] = (),
    allowed_operations: Collection[str] = ("read",),
    max_latency_ms: float = 500.0,
    health_retries: int = 1,
) -> EmbeddedGraphSource:
    """The graph in this schema of the embedded Postgres; `url` is a reader's.

    Raises: ValueError for a schema whose name needs quotes.
    """
    if not schema.isidentifier() or not schema.isascii() or schema != schema.lower():
        raise ValueError(f"schema {schema!r} of graph {name!r}: write a lower-case plain name")
    return EmbeddedGraphSource(
        name,
        url,
        schema=schema,
        allowed_labels=allowed_labels,
        allowed_operations=allowed_operations,
        max_latency_ms=max_latency_ms,
        health_retries=health_retries,
    )


def _folded(labels: Collection[str]) -> frozenset[str]:
    return frozenset(label.lower() for label in labels)
