"""What an embedded graph holds: labels, properties with their types, relations, counts."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from sources.facts import ColumnFacts, KeyFacts, LabelFacts, RelationFacts, SourceFacts
from sources.postgres.connections import GRACE_SECONDS, ReaderConnection, ReaderConnections
from sources.postgres.errors import translate
from sources.protocol import ColumnType

_LABELS = """
    select l.label, count(*), bool_and(n.key is not null), count(n.key) = count(distinct n.key)
      from {schema}.node n, unnest(n.labels) l(label) group by 1
"""
_PROPERTIES = """
    select l.label, p.name, count(*) filter (where p.value <> 'null'), array_agg(distinct
           case jsonb_typeof(p.value)
             when 'number' then case when p.value::text ~ '[.]' then 'number' else 'integer' end
             when 'string' then case
               when p.value #>> '{{}}' ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}'
                 and pg_input_is_valid(p.value #>> '{{}}', 'timestamptz') then 'timestamp'
               when p.value #>> '{{}}' ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$'
                 and pg_input_is_valid(p.value #>> '{{}}', 'date') then 'date'
               else 'text' end
             when 'boolean' then 'boolean' when 'null' then 'null' else 'json' end),
           bool_and(p.value = to_jsonb(n.key) or p.value #>> '{{}}' = n.key)
      from {schema}.node n, unnest(n.labels) l(label), jsonb_each(n.properties) p(name, value)
     group by 1, 2 order by 1, 2
"""
_RELATIONS = """
    with kind as (
        select e.type, a.labels as here, b.labels as there, count(*) as edges
          from {schema}.edge e join {schema}.node a on a.id = e.source
          join {schema}.node b on b.id = e.target group by 1, 2, 3)
    select type, sum(edges)::bigint,
           array(select distinct l from kind o, unnest(o.here) l where o.type = k.type order by l),
           array(select distinct l from kind o, unnest(o.there) l where o.type = k.type order by l)
      from kind k group by type order by type
"""
_RELATION_PROPERTIES = """
    select e.type, p.name, count(*), array_agg(distinct case jsonb_typeof(p.value)
             when 'number' then case when p.value::text ~ '[.]' then 'number' else 'integer' end
             when 'string' then 'text' when 'boolean' then 'boolean' else 'json' end)
      from {schema}.edge e, jsonb_each(e.properties) p(name, value) group by 1, 2 order by 1, 2
"""


def scan_graph(source: str, conninfo: str, schema: str, timeout_seconds: float) -> SourceFacts:
    """Read it all in four set-wide reads. Raises: any SourceError."""
    started, at = time.perf_counter(), datetime.now(UTC)
    connections = ReaderConnections(
        source, conninfo, max_connections=1, statement_timeout_seconds=timeout_seconds
    )
    with connections.open(timeout_seconds) as connection:
        connection.deadline = time.monotonic() + timeout_seconds + GRACE_SECONDS
        try:
            with connection.transaction():
                labels, relations = _labels(connection, schema), _relations(connection, schema)
        except psycopg.Error as error:
            raise translate(source, error, timeout_seconds) from error
    elapsed_ms = (time.perf_counter() - started) * 1000
    return SourceFacts(at, elapsed_ms, labels=labels, relations=relations)


def _read(connection: ReaderConnection, text: str, schema: str) -> list[tuple[object, ...]]:
    query = sql.SQL(text).format(schema=sql.Identifier(schema))  # pyright: ignore[reportArgumentType]
    return connection.execute(query).fetchall()


def _labels(connection: ReaderConnection, schema: str) -> tuple[LabelFacts, ...]:
    counts = {str(row[0]): row[1:] for row in _read(connection, _LABELS, schema)}
    found: dict[str, list[ColumnFacts]] = {label: [] for label in counts}
    keys: dict[str, list[KeyFacts]] = {label: [] for label in counts}
    for label, name, held, kinds, is_key in _read(connection, _PROPERTIES, schema):
        nodes, all_keyed, unique = counts[str(label)]
        found[str(label)].append(_column(str(name), kinds, held != nodes))
        if is_key and held == nodes and all_keyed and unique and not keys[str(label)]:
            keys[str(label)].append(KeyFacts("unique", (str(name),)))
    return tuple(
        LabelFacts(
            label,
            tuple(found[label]),
            keys=tuple(keys[label]),
            row_estimate=int(counts[label][0]),  # pyright: ignore[reportArgumentType]
        )
        for label in sorted(counts)
    )


def _relations(connection: ReaderConnection, schema: str) -> tuple[RelationFacts, ...]:
    rows = _read(connection, _RELATIONS, schema)
    totals = {str(row[0]): row[1] for row in rows}
    properties: dict[str, list[ColumnFacts]] = {kind: [] for kind in totals}
    for kind, name, held, kinds in _read(connection, _RELATION_PROPERTIES, schema):
        if str(kind) in properties:
            properties[str(kind)].append(_column(str(name), kinds, held != totals[str(kind)]))
    return tuple(
        RelationFacts(
            str(kind),
            tuple(here),  # pyright: ignore[reportArgumentType]
            tuple(there),  # pyright: ignore[reportArgumentType]
            tuple(properties[str(kind)]),
            int(edges),  # pyright: ignore[reportArgumentType]
        )
        for kind, edges, here, there in rows
    )


def _column(name: str, kinds: object, nullable: bool) -> ColumnFacts:
    assert isinstance(kinds, list)
    seen = set(kinds) - {"null"}
    return ColumnFacts(name, _one_type(seen), "|".join(sorted(seen)), nullable)


def _one_type(seen: set[str]) -> ColumnType:
    if len(seen) == 1:
        return next(iter(seen))  # pyright: ignore[reportReturnType]
    if seen == {"integer", "number"}:
        return "number"
    return "json" if "json" in seen else "text"
