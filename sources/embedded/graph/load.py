"""Nodes and edges into an embedded graph, streamed, replacing what was there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import psycopg
from psycopg import sql

from sources.embedded.graph.schema import DEFINITIONS, INDEXES, SEED_INFO, TABLES


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node. `key` is the property that tells the nodes of its collection apart, as text:
    what `key_text` makes of it."""

    id: int
    labels: tuple[str, ...]
    key: str | None
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphRelation:
    """A relation from one node's id to another's."""

    source: int
    target: int
    type: str
    properties: Mapping[str, object] = field(default_factory=dict)


def key_text(value: object) -> str:
    """A key as the column `key` holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def load_graph(
    connection: psycopg.Connection,
    schema: str,
    nodes: Iterable[GraphNode],
    edges: Iterable[GraphRelation],
) -> dict[str, int]:
    """Replace the schema by this graph; answers the rows of each table.

    Effects: one transaction, or a part of the caller's. Analyze the tables afterwards.
    Raises: psycopg.Error; an edge without its nodes is one.
    """
    with connection.transaction():
        name = sql.Identifier(schema)
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(name))
        connection.execute(sql.SQL("create schema {}").format(name))
        _define(connection, schema, TABLES)
        node_rows = ((n.id, list(n.labels), n.key, _json(n.properties)) for n in nodes)
        columns = "stored_node (id, labels, key, properties)"
        counts = {f"{schema}.stored_node": _copy(connection, schema, columns, node_rows)}
        edge_rows = (
            (place, e.source, e.target, e.type, _json(e.properties))
            for place, e in enumerate(edges, start=1)
        )
        columns = "edge (id, source, target, type, properties)"
        counts[f"{schema}.edge"] = _copy(connection, schema, columns, edge_rows)
        for part in (INDEXES, *DEFINITIONS, SEED_INFO):
            _define(connection, schema, part)
        _refuse_loose_ends(connection, schema)
    return counts


def grant_graph(connection: psycopg.Connection, schema: str, reader: str) -> None:
    """Let a role read this graph. Effects: grants."""
    names = {"schema": sql.Identifier(schema), "reader": sql.Identifier(reader)}
    connection.execute(sql.SQL("grant usage on schema {schema} to {reader}").format(**names))
    connection.execute(
        sql.SQL("grant select on all tables in schema {schema} to {reader}").format(**names)
    )


def _define(connection: psycopg.Connection, schema: str, text: str) -> None:
    quoted = '"' + schema.replace('"', '""') + '"'
    connection.execute(text.format(schema=quoted).encode())


def _copy(
    connection: psycopg.Connection, schema: str, into: str, rows: Iterable[tuple[object, ...]]
) -> int:
    count = 0
    statement = sql.SQL("copy {}.{} from stdin").format(
        sql.Identifier(schema),
        sql.SQL(into),  # pyright: ignore[reportArgumentType]
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for count, row in enumerate(rows, start=1):  # noqa: B007
            copy.write_row(row)
    return count


def _refuse_loose_ends(connection: psycopg.Connection, schema: str) -> None:
    found = connection.execute(
        sql.SQL(
            "select e.source, e.target from {edge} e"
            " where not exists (select 1 from {node} n where n.id = e.source)"
            " or not exists (select 1 from {node} n where n.id = e.target) limit 1"
        ).format(edge=sql.Identifier(schema, "edge"), node=sql.Identifier(schema, "stored_node"))
    ).fetchone()
    if found is not None:
        reason = f"edge {found[0]} -> {found[1]} of graph {schema!r} has an end that is no node"
        raise psycopg.IntegrityError(reason)


def _json(properties: Mapping[str, object]) -> str:
    kept = {name: value for name, value in properties.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, default=_iso)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a property holds {type(value).__name__} {value!r}; give text or a number")
