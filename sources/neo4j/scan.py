"""What a Neo4j holds: labels, relationship types, properties, keys, indexes, counts.

Counts and which labels a type joins come from the server's count store, so they are exact and cost
the same on any size. Properties come from `db.schema.nodeTypeProperties` and `relTypeProperties`,
which read every node and relationship (1 s for 80,000 nodes and 180,000 relationships); a graph
larger than `WHOLE` is sampled instead, and the scan's notes say so. These statements are our own:
they go in read access mode, and not through the guard for people's queries.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sources.facts import IndexFacts, KeyFacts, LabelFacts, RelationFacts, SourceFacts
from sources.neo4j.guard import EVERY_LABEL
from sources.neo4j.lexer import fold
from sources.neo4j.scan_properties import PropertyRow, columns_of_labels, columns_of_types
from sources.neo4j.sessions import ReaderSessions

if TYPE_CHECKING:
    from neo4j import AsyncSession

WHOLE = 1_000_000
"""Nodes, or relationships, up to which all are read for their properties."""
SAMPLE = 1_000
"""Nodes per label, or relationships per type, that are read of a larger graph."""
_BRANCHES = 40
"""Counts asked for in one statement."""
_KEY_KINDS = {"UNIQUENESS": "unique", "NODE_PROPERTY_UNIQUENESS": "unique", "NODE_KEY": "primary"}
_NODE_SAMPLE = """
    MATCH (n:{name}) WITH n LIMIT {limit} UNWIND keys(n) AS property
    RETURN property, collect(DISTINCT valueType(n[property])) AS types,
           count(*) AS bearing
"""
_TYPE_SAMPLE = """
    MATCH ()-[r:{name}]->() WITH r LIMIT {limit} UNWIND keys(r) AS property
    RETURN property, collect(DISTINCT valueType(r[property])) AS types,
           count(*) AS bearing
"""


def scan_graph(
    sessions: ReaderSessions,
    allowed: frozenset[str],
    timeout_seconds: float,
    *,
    whole: int = WHOLE,
) -> SourceFacts:
    """Raises: any SourceError."""
    scanned_at, started = datetime.now(UTC), time.perf_counter()

    async def read(session: AsyncSession) -> SourceFacts:
        reading = _Reading(session, time.monotonic() + timeout_seconds)
        labels, relations, notes = await _facts(reading, allowed, whole)
        elapsed_ms = (time.perf_counter() - started) * 1000
        return SourceFacts(scanned_at, elapsed_ms, labels=labels, relations=relations, notes=notes)

    return sessions.run(read, timeout_seconds)


class _Reading:
    """Statements on one session until a deadline (monotonic)."""

    def __init__(self, session: AsyncSession, deadline: float) -> None:
        self._session = session
        self._deadline = deadline

    async def rows(self, text: str) -> list[dict[str, Any]]:
        import neo4j

        left = max(self._deadline - time.monotonic(), 0.1)
        result = await self._session.run(neo4j.Query(text, timeout=left))  # pyright: ignore[reportArgumentType]
        return [dict(zip(record.keys(), record.values(), strict=True)) async for record in result]

    async def counts(self, pattern: str, names: Iterable[str]) -> dict[str, int]:
        """From the count store. `pattern` has `{name}` for the quoted name."""
        found: dict[str, int] = {}
        for part in _parts(sorted(names)):
            branches = (
                f"MATCH {pattern.format(name=quoted(name))} WITH count(*) AS n RETURN {at} AS at, n"
                for at, name in enumerate(part)
            )
            for row in await self.rows(" UNION ALL ".join(branches)):
                found[part[row["at"]]] = row["n"]
        return found


async def _facts(
    reading: _Reading, allowed: frozenset[str], whole: int
) -> tuple[tuple[LabelFacts, ...], tuple[RelationFacts, ...], tuple[str, ...]]:
    constraints = await reading.rows("SHOW CONSTRAINTS")
    indexes = await reading.rows("SHOW INDEXES")
    awaited = _named(constraints) | _named(indexes)
    labels = await reading.counts(
        "(:{name})", awaited | {row["label"] for row in await reading.rows("CALL db.labels()")}
    )
    types = await reading.counts(
        "()-[:{name}]->()",
        (row["relationshipType"] for row in await reading.rows("CALL db.relationshipTypes()")),
    )
    joins = await _joins(reading)
    totals = await reading.rows(
        "MATCH () WITH count(*) AS n CALL () { MATCH ()-->() RETURN count(*) AS r } RETURN n, r"
    )
    nodes, node_note = await _properties(reading, totals[0]["n"] > whole, _NODES, labels)
    edges, edge_note = await _properties(reading, totals[0]["r"] > whole, _EDGES, types)
    is_allowed = _Allowed(allowed)
    required = _required(constraints)
    node_columns = columns_of_labels(nodes, labels, required)
    type_columns = columns_of_types(edges, required)
    label_facts = tuple(
        LabelFacts(
            label,
            node_columns.get(label, ()),
            keys=tuple(_keys(constraints, label)),
            indexes=tuple(_indexes(indexes, label)),
            row_estimate=count,
        )
        for label, count in sorted(labels.items())
        if is_allowed.label(label) and (count or label in awaited)
    )
    relation_facts = tuple(
        RelationFacts(
            kind,
            tuple(sorted(filter(is_allowed.label, joins.get(kind, (set(), set()))[0]))),
            tuple(sorted(filter(is_allowed.label, joins.get(kind, (set(), set()))[1]))),
            type_columns.get(kind, ()),
            row_estimate=count,
        )
        for kind, count in sorted(types.items())
        if is_allowed.type(kind) and count
    )
    return label_facts, relation_facts, tuple(filter(None, (node_note, edge_note)))


class _Allowed:
    """What the source's permissions let be told."""

    def __init__(self, entries: frozenset[str]) -> None:
        self._labels = frozenset(fold(entry) for entry in entries if not entry.startswith("[:"))
        self._types = frozenset(fold(entry[2:-1]) for entry in entries if entry.startswith("[:"))
        self._is_all = EVERY_LABEL in entries

    def label(self, name: str) -> bool:
        return self._is_all or fold(name) in self._labels

    def type(self, name: str) -> bool:
        return self._is_all or not self._types or fold(name) in self._types


async def _joins(reading: _Reading) -> dict[str, tuple[set[str], set[str]]]:
    """By type: labels that it leads from, and to."""
    joins: dict[str, tuple[set[str], set[str]]] = {}
    for row in await reading.rows("CALL db.schema.visualization()"):
        for one in row["relationships"]:
            starts, ends = joins.setdefault(one.type, (set(), set()))
            starts.add(one.start_node["name"])
            ends.add(one.end_node["name"])
    return joins


_NODES = ("db.schema.nodeTypeProperties", "nodeLabels", _NODE_SAMPLE, "nodes per label")
_EDGES = ("db.schema.relTypeProperties", "relType", _TYPE_SAMPLE, "relationships per type")


async def _properties(
    reading: _Reading,
    is_sampled: bool,
    part: tuple[str, str, str, str],
    counts: dict[str, int],
) -> tuple[list[PropertyRow], str]:
    """The properties of nodes or relationships, and a note where only a sample was read."""
    procedure, on, sample, what = part
    if not is_sampled:
        rows = await reading.rows(
            f"CALL {procedure}() YIELD {on}, propertyName, propertyTypes, mandatory "
            f"RETURN {on} AS on, propertyName AS property, propertyTypes AS types, mandatory"
        )
        return [PropertyRow.of(row) for row in rows], ""
    found: list[PropertyRow] = []
    for name, count in counts.items():
        text = sample.format(name=quoted(name), limit=SAMPLE)
        for row in await reading.rows(text):
            everywhere = row["bearing"] == count  # so never where only a part was read
            found.append(PropertyRow.of({**row, "on": [name], "mandatory": everywhere}))
    return found, f"properties come from {SAMPLE:,} {what}: the graph is large."


def _keys(constraints: list[dict[str, Any]], label: str) -> Iterator[KeyFacts]:
    for row in sorted(constraints, key=lambda row: row["name"]):
        kind = _KEY_KINDS.get(row["type"])
        if kind is not None and label in row["labelsOrTypes"]:
            yield KeyFacts(kind, tuple(row["properties"]), name=row["name"])  # pyright: ignore[reportArgumentType]


def _named(schema: list[dict[str, Any]]) -> set[str]:
    """Labels of constraints or indexes, whether or not a node bears them yet."""
    rows = (row for row in schema if row["entityType"] == "NODE")
    return {name for row in rows for name in row["labelsOrTypes"] or ()}


def _required(constraints: list[dict[str, Any]]) -> frozenset[tuple[str, str]]:
    """Labels or types with a property that a constraint makes them bear."""
    return frozenset(
        (name, property_)
        for row in constraints
        if "EXISTENCE" in row["type"] or row["type"].endswith("_KEY")
        for name in row["labelsOrTypes"]
        for property_ in row["properties"]
    )


def _indexes(indexes: list[dict[str, Any]], label: str) -> Iterator[IndexFacts]:
    for row in sorted(indexes, key=lambda row: row["name"]):
        if row["entityType"] == "NODE" and label in (row["labelsOrTypes"] or ()):
            columns = tuple(row["properties"] or ())
            yield IndexFacts(
                row["name"],
                columns,
                unique=row["owningConstraint"] is not None,
                definition=f"{row['type']} ({', '.join(columns)})",
            )


def _parts(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _BRANCHES):
        yield names[start : start + _BRANCHES]


def quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
