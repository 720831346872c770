"""How PostgreSQL's types become cells: numbers, text, booleans, aware times in UTC, JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.numeric import FloatLoader
from psycopg.types.string import TextLoader

from sources.protocol import Cell, Column, ColumnType

_BASE: dict[str, ColumnType] = {
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "oid": "integer",
    "numeric": "number",
    "float4": "number",
    "float8": "number",
    "bool": "boolean",
    "timestamptz": "timestamp",
    "timestamp": "timestamp",
    "date": "date",
    "json": "json",
    "jsonb": "json",
}
_STAYS_TEXT = frozenset(("text", "varchar", "bpchar", "name", '"char"', "unknown"))
_registry = psycopg.adapters.types
COLUMN_TYPES: dict[int, ColumnType] = {_registry[name].oid: kind for name, kind in _BASE.items()}
ARRAY_OIDS = frozenset(
    info.array_oid for info in _registry if info.array_oid and info.name != '"char"'
)
COLUMN_TYPES.update(dict.fromkeys(ARRAY_OIDS, "json"))


class _InstantLoader(TimestamptzLoader):
    """`infinity` and years beyond the calendar become its last or first instant."""

    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            return (datetime.min if _is_early(data) else datetime.max).replace(tzinfo=UTC)


class _NaiveTimeLoader(TimestampLoader):
    """The same; a time without a zone is taken as UTC."""

    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data).replace(tzinfo=UTC)
        except psycopg.DataError:
            return (datetime.min if _is_early(data) else datetime.max).replace(tzinfo=UTC)


class _DayLoader(DateLoader):
    def load(self, data: Buffer) -> date:
        try:
            return super().load(data)
        except psycopg.DataError:
            return date.min if _is_early(data) else date.max


def _is_early(data: Buffer) -> bool:
    text = bytes(data)
    return text.startswith(b"-") or text.endswith(b"BC")


@cache
def cell_adapters() -> AdaptersMap:
    """The driver's adapters, with decimals as floats and every unlisted type as its text."""
    adapters = AdaptersMap(psycopg.adapters)
    for info in _registry:
        if info.name not in _BASE and info.name not in _STAYS_TEXT:
            adapters.register_loader(info.oid, TextLoader)
    adapters.register_loader("numeric", FloatLoader)
    adapters.register_loader("timestamptz", _InstantLoader)
    adapters.register_loader("timestamp", _NaiveTimeLoader)
    adapters.register_loader("date", _DayLoader)
    return adapters


def columns_of(description: list[psycopg.Column]) -> tuple[Column, ...]:
    return tuple(
        Column(column.name, COLUMN_TYPES.get(column.type_code, "text")) for column in description
    )


def cells(
    description: list[psycopg.Column], rows: list[tuple[object, ...]]
) -> tuple[tuple[Cell, ...], ...]:
    """Rows as cells: an array's items become JSON values."""
    arrays = [i for i, column in enumerate(description) if column.type_code in ARRAY_OIDS]
    if not arrays:
        return tuple(rows)
    changed: list[tuple[Cell, ...]] = []
    for row in rows:
        values = list(row)
        for index in arrays:
            values[index] = _as_json(values[index])
        changed.append(tuple(values))
    return tuple(changed)


def _as_json(value: object) -> object:
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value
