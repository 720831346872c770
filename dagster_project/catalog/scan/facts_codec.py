"""Facts to bytes and back, and the digest of what drift is judged by."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256

import orjson
import zstandard
from pydantic import TypeAdapter

from sources.facts import SourceFacts, TableFacts

_MOST_BYTES = 512 * 1024 * 1024


def encode_facts(facts: SourceFacts) -> bytes:
    """zstd over JSON."""
    return zstandard.compress(orjson.dumps(facts), level=3)


def decode_facts(body: bytes) -> SourceFacts:
    """Raises: ValueError for bytes that `encode_facts` did not write."""
    return _adapter().validate_json(zstandard.decompress(body, max_output_size=_MOST_BYTES))


@cache
def _adapter() -> TypeAdapter[SourceFacts]:
    return TypeAdapter(SourceFacts)


def drift_digest(facts: SourceFacts) -> str:
    """The same for the same structure: rows, sizes, partitions, statistics, notes and times are no
    part of it, and neither is the order in which keys and indexes are told."""
    return sha256(orjson.dumps(_structure(facts))).hexdigest()


def _structure(facts: SourceFacts) -> list[object]:
    return [
        [_table(table) for table in sorted(facts.tables, key=lambda t: t.name)],
        [
            replace(label, row_estimate=None)
            for label in sorted(facts.labels, key=lambda x: x.label)
        ],
        [
            replace(relation, row_estimate=None)
            for relation in sorted(facts.relations, key=lambda r: r.type)
        ],
        [
            [found.name, found.embedder, found.dimension]
            for found in sorted(facts.collections, key=lambda c: c.name)
        ],
        sorted(facts.operations, key=lambda o: o.id),
    ]


def _table(table: TableFacts) -> list[object]:
    time = table.time
    return [
        table.name,
        table.kind,
        table.columns,
        sorted(table.keys, key=lambda k: (k.kind, k.name, k.columns)),
        sorted(table.indexes, key=lambda i: i.name),
        table.comment,
        table.partition_key,
        [time.column, time.chunk_interval, time.compressed, time.materialized_from]
        if time
        else None,
    ]


def without_values(facts: SourceFacts, masked: frozenset[str]) -> SourceFacts:
    """The same without values of masked columns (`schema.table.column`): they are kept nowhere."""
    if not masked:
        return facts
    tables = tuple(
        replace(
            table,
            statistics=tuple(
                (
                    name,
                    replace(found, common=(), minimum=None, maximum=None)
                    if f"{table.name}.{name}" in masked
                    else found,
                )
                for name, found in table.statistics
            ),
        )
        for table in facts.tables
    )
    return replace(facts, tables=tables)
