"""Rows of `pg_catalog` → facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sources.facts import (
    ColumnFacts,
    ColumnStatistics,
    IndexFacts,
    KeyFacts,
    KeyKind,
    TableFacts,
    TableKind,
    TimeFacts,
)
from sources.postgres.scan_bounds import bounds
from sources.postgres.types import COLUMN_TYPES
from sources.protocol import ColumnType

Row = tuple[Any, ...]
_KINDS: dict[str, TableKind] = {
    "r": "table",
    "p": "partitioned",
    "v": "view",
    "m": "materialized_view",
    "f": "foreign",
}
_KEYS: dict[str, KeyKind] = {"p": "primary", "u": "unique"}
_MOST_COMMON = 50
"""Common values that are kept of a column."""
_LONGEST_VALUE = 200
"""Characters; a longer common value is cut, as it is only shown."""


class Listed(NamedTuple):
    """A table that the source's permissions allow."""

    oid: int
    schema: str
    relation: str
    kind: str
    whole: bool
    """The role may read all of its columns."""
    readable: bool
    rows: float
    pages: int
    analyzed: int

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.relation}"


@dataclass(frozen=True, slots=True)
class Structure:
    """Columns and their names by table, and rows of the statements of the other names."""

    columns: Mapping[int, list[ColumnFacts]]
    names: Mapping[int, dict[int, str]]
    comments: Mapping[int, str]
    targets: Sequence[Row]
    keys: Sequence[Row]
    indexes: Sequence[Row]
    definitions: Mapping[int, tuple[str, list[str]]]
    partition_keys: Mapping[int, str]
    timed: Mapping[str, Row]


def tables_of(listed: Sequence[Listed], read: Structure) -> tuple[TableFacts, ...]:
    """Facts without rows, sizes and statistics, in the order of `listed`."""
    keys = _keys(read.keys, read.names, _targets(listed, read.names, read.targets))
    indexes = _indexes(read.indexes, read.definitions, read.names)
    return tuple(
        TableFacts(
            name=table.name,
            kind=_kind(table, read.timed),
            columns=tuple(read.columns.get(table.oid, ())),
            keys=tuple(keys.get(table.oid, ())),
            indexes=tuple(indexes.get(table.oid, ())),
            comment=read.comments.get(table.oid, ""),
            partition_key=read.partition_keys.get(table.oid, ""),
            time=_time(read.timed.get(table.name)),
        )
        for table in listed
    )


def _kind(table: Listed, timed: Mapping[str, Row]) -> TableKind:
    if table.name not in timed:
        return _KINDS[table.kind]
    return "continuous_aggregate" if table.kind == "v" else "hypertable"


def _time(row: Row | None) -> TimeFacts | None:
    if row is None:
        return None
    column, interval, chunks, compressed, made_from = row
    shown = str(interval) if isinstance(interval, timedelta) else interval
    return TimeFacts(column, shown, chunks, compressed, made_from)


def columns_of(
    rows: Iterable[Row], types: Iterable[Row]
) -> tuple[dict[int, list[ColumnFacts]], dict[int, dict[int, str]]]:
    """Facts by table, and names by table and number."""
    told: dict[tuple[int, int], tuple[ColumnType, str, bool]] = {
        (oid, mod): (COLUMN_TYPES.get(base, "text"), native, not_null)
        for oid, mod, native, base, not_null in types
    }
    found: defaultdict[int, list[ColumnFacts]] = defaultdict(list)
    names: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for table, number, name, oid, mod, not_null, comment in rows:
        kind, native, domain_not_null = told[oid, mod]
        nullable = not (not_null or domain_not_null)
        found[table].append(ColumnFacts(name, kind, native, nullable, comment or ""))
        names[table][number] = name
    return found, names


def _targets(
    listed: Sequence[Listed], names: Mapping[int, dict[int, str]], others: Iterable[Row]
) -> dict[int, tuple[str, dict[int, str]]]:
    """Name and columns of what foreign keys may point to."""
    found = {table.oid: (table.name, names.get(table.oid, {})) for table in listed if table.whole}
    for oid, name, number, column in others:
        found.setdefault(oid, (name, {}))[1][number] = column
    return found


def _keys(
    rows: Iterable[Row],
    names: Mapping[int, dict[int, str]],
    targets: Mapping[int, tuple[str, dict[int, str]]],
) -> dict[int, list[KeyFacts]]:
    found: defaultdict[int, list[KeyFacts]] = defaultdict(list)
    for table, kind, name, numbers, target, target_numbers in rows:
        own = names.get(table, {})
        columns = tuple(own[n] for n in numbers if n in own)
        if len(columns) != len(numbers):  # over a column that the role may not read
            continue
        if kind == "f":
            target_name, theirs = targets[target]
            theirs_named = tuple(theirs[n] for n in target_numbers)
            found[table].append(KeyFacts("foreign", columns, name, target_name, theirs_named))
        else:
            found[table].append(KeyFacts(_KEYS[kind], columns, name))
    return found


def _indexes(
    rows: Iterable[Row],
    definitions: Mapping[int, tuple[str, list[str]]],
    names: Mapping[int, dict[int, str]],
) -> dict[int, list[IndexFacts]]:
    found: defaultdict[int, list[IndexFacts]] = defaultdict(list)
    for table, oid, name, unique, numbers, count, *_ in rows:
        own = names.get(table, {})
        text, over = definitions[oid]
        columns = [own.get(n) if n else part for n, part in zip(numbers[:count], over, strict=True)]
        if None not in columns:  # else over a column that the role may not read
            found[table].append(IndexFacts(name, tuple(filter(None, columns)), unique, text))
    return found


@dataclass(slots=True)
class Parts:
    """Partitions or chunks below one table."""

    leaves: list[int] = field(default_factory=list)
    rows: float | None = None
    """Of those that were counted."""


def parts_of(rows: Iterable[Row]) -> dict[int, Parts]:
    found: defaultdict[int, Parts] = defaultdict(Parts)
    for root, leaf, count, counted in rows:
        part = found[root]
        part.leaves.append(leaf)
        if counted:
            part.rows = (part.rows or 0.0) + count
    return dict(found)


def leaves_of(parts: Mapping[int, Parts]) -> list[int]:
    return [leaf for part in parts.values() for leaf in part.leaves]


def with_figures(
    bare: Sequence[TableFacts],
    listed: Sequence[Listed],
    sizes: Mapping[int, int],
    parts: Mapping[int, Parts],
    statistics: Iterable[Row],
) -> tuple[TableFacts, ...]:
    """The same tables with rows, sizes, partitions and statistics."""
    of_table: defaultdict[int, list[Row]] = defaultdict(list)
    for oid, *rest in statistics:
        of_table[oid].append(tuple(rest))
    return tuple(
        _with_figures(table, place, sizes, parts, of_table.get(place.oid, []))
        for table, place in zip(bare, listed, strict=True)
    )


def _with_figures(
    table: TableFacts,
    place: Listed,
    sizes: Mapping[int, int],
    parts: Mapping[int, Parts],
    statistics: list[Row],
) -> TableFacts:
    rows = round(place.rows) if place.rows >= 0 and place.kind != "v" else None
    size = sizes.get(place.oid)
    count = 0
    if (part := parts.get(place.oid)) is not None:
        count = len(part.leaves)
        if not rows and part.rows is not None:
            rows = round(part.rows)
        known = [sizes[leaf] for leaf in part.leaves if leaf in sizes]
        size = sum(known, size or 0) if known or size is not None else None
    types: dict[str, ColumnType] = {column.name: column.type for column in table.columns}
    return replace(
        table,
        row_estimate=rows,
        size_bytes=size,
        partitions=count if table.kind == "partitioned" else 0,
        statistics=tuple(
            sorted(
                (
                    (row[0], _statistics(row, rows, types[row[0]]))
                    for row in statistics
                    if row[0] in types
                ),
                key=itemgetter(0),
            )
        ),
    )


def _statistics(row: Row, rows: int | None, kind: ColumnType) -> ColumnStatistics:
    _, distinct, null_share, common, low, high = row
    values = [value for value in common or [] if value is not None]
    ends = [end for end in (low, high) if end is not None]
    least, most = bounds([*values, *ends], kind)
    return ColumnStatistics(
        distinct=_distinct(distinct, rows),
        null_share=round(null_share, 6),
        common=tuple(value[:_LONGEST_VALUE] for value in values[:_MOST_COMMON]),
        minimum=least,
        maximum=most,
    )


def _distinct(figure: float, rows: int | None) -> int | None:
    """Postgres gives a count, or with a minus the share of the rows; 0 is unknown."""
    if figure > 0:
        return round(figure)
    if figure < 0 and rows is not None:
        return round(-figure * rows)
    return None
