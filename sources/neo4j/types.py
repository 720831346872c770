"""How Neo4j's values become cells: aware times in UTC, durations as text, the rest as JSON.

Bolt tells no column types, so a column's type is what its values have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sources.protocol import Cell, Column, ColumnType

_KINDS: tuple[tuple[type, ColumnType], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "text"),
    (datetime, "timestamp"),
    (date, "date"),
)


def table_of(
    names: Sequence[str], records: Sequence[Sequence[object]]
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Columns with the type that their values share, and the rows.

    Integers and floats together are numbers; other mixtures are JSON; nothing but null is text.
    """
    rows = [[cell_of(value) for value in record] for record in records]
    columns: list[Column] = []
    for index, name in enumerate(names):
        kind = _shared_kind({_kind(row[index]) for row in rows if row[index] is not None})
        columns.append(Column(name, kind))
        if kind == "json":
            for row in rows:
                row[index] = _as_json(row[index])
    return tuple(columns), tuple(tuple(row) for row in rows)


def cell_of(value: object) -> Cell:
    """One value of the driver's as a cell. A local date and time is taken as UTC."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    from neo4j.time import Date, DateTime

    if isinstance(value, DateTime):
        return _utc(value.to_native())
    if isinstance(value, Date):
        return value.to_native()
    return _structure(value)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _structure(value: Any) -> Cell:
    from neo4j.graph import Node, Path, Relationship
    from neo4j.spatial import Point
    from neo4j.time import Duration, Time

    if isinstance(value, Time | Duration):
        return value.iso_format()
    if isinstance(value, Point):
        return {"srid": value.srid, "coordinates": list(value)}
    if isinstance(value, Node):
        return _node(value)
    if isinstance(value, Relationship):
        return _relationship(value)
    if isinstance(value, Path):
        return {
            "nodes": [_node(node) for node in value.nodes],
            "relationships": [_relationship(one) for one in value.relationships],
        }
    if isinstance(value, dict):
        return {str(key): _as_json(cell_of(item)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_json(cell_of(item)) for item in value]
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return str(value)


def _node(node: Any) -> dict[str, Cell]:
    return {
        "id": node.element_id,
        "labels": sorted(node.labels),
        "properties": {key: _as_json(cell_of(value)) for key, value in node.items()},
    }


def _relationship(relationship: Any) -> dict[str, Cell]:
    start, end = relationship.nodes
    return {
        "id": relationship.element_id,
        "type": relationship.type,
        "start": start.element_id if start is not None else None,
        "end": end.element_id if end is not None else None,
        "properties": {key: _as_json(cell_of(value)) for key, value in relationship.items()},
    }


def _as_json(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, datetime | date) else cell


def _kind(cell: Cell) -> ColumnType:
    for kind, name in _KINDS:
        if isinstance(cell, kind):
            return name
    return "json"


def _shared_kind(kinds: set[ColumnType]) -> ColumnType:
    if not kinds:
        return "text"
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds == {"integer", "number"} else "json"
