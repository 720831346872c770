"""From properties as the server lists them, by combination of labels, to facts by label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sources.facts import ColumnFacts
from sources.protocol import ColumnType

_TYPES: dict[str, ColumnType] = {
    "STRING": "text",
    "INTEGER": "integer",
    "FLOAT": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "ZONED DATETIME": "timestamp",
    "LOCAL DATETIME": "timestamp",
    "DURATION": "text",
    "ZONED TIME": "text",
    "LOCAL TIME": "text",
}
_LATER_NAMES = {
    "LONG": "INTEGER",
    "DOUBLE": "FLOAT",
    "DATETIME": "ZONED DATETIME",
    "LOCALDATETIME": "LOCAL DATETIME",
    "TIME": "ZONED TIME",
    "LOCALTIME": "LOCAL TIME",
}


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """One property of the nodes that bear just these labels, or of a type."""

    on: tuple[str, ...]
    property: str | None
    """None: they bear no property at all."""
    types: tuple[str, ...]
    is_everywhere: bool
    """Each of them bears it."""

    @staticmethod
    def of(row: Mapping[str, Any]) -> PropertyRow:
        on = [row["on"]] if isinstance(row["on"], str) else row["on"]
        return PropertyRow(
            tuple(_bare(name) for name in on),
            row["property"],
            tuple(row["types"] or ()),
            bool(row["mandatory"]),
        )


def columns_of_labels(
    rows: list[PropertyRow], labels: Iterable[str], required: frozenset[tuple[str, str]]
) -> dict[str, tuple[ColumnFacts, ...]]:
    """By label. A property is nullable unless every node of the label bears it."""
    return {
        label: _columns(label, [row for row in rows if label in row.on], required)
        for label in labels
    }


def columns_of_types(
    rows: list[PropertyRow], required: frozenset[tuple[str, str]]
) -> dict[str, tuple[ColumnFacts, ...]]:
    """By relationship type."""
    kinds = sorted({row.on[0] for row in rows})
    return columns_of_labels(rows, kinds, required)


def _columns(
    name: str, rows: list[PropertyRow], required: frozenset[tuple[str, str]]
) -> tuple[ColumnFacts, ...]:
    groups = {row.on for row in rows}
    found: list[ColumnFacts] = []
    for property_ in sorted({row.property for row in rows if row.property is not None}):
        bearing = [row for row in rows if row.property == property_]
        natives = sorted({_native(kind) for row in bearing for kind in row.types})
        everywhere = all(row.is_everywhere for row in bearing)
        in_all_groups = len({row.on for row in bearing}) == len(groups)
        found.append(
            ColumnFacts(
                property_,
                _type_of(natives),
                native_type=" | ".join(natives),
                nullable=not ((everywhere and in_all_groups) or (name, property_) in required),
            )
        )
    return tuple(found)


def _native(kind: str) -> str:
    """Neo4j 5's `Long` and `StringArray` as later servers write them: `INTEGER`, `LIST<STRING>`."""
    name = kind.replace(" NOT NULL", "").upper()
    if name.endswith("ARRAY"):
        return f"LIST<{_native(name.removesuffix('ARRAY'))}>"
    return _LATER_NAMES.get(name, name)


def _type_of(natives: list[str]) -> ColumnType:
    kinds: set[ColumnType] = {_TYPES.get(native, "json") for native in natives}
    if kinds == {"integer", "number"}:
        return "number"
    return next(iter(kinds)) if len(kinds) == 1 else "json"


def _bare(name: str) -> str:
    """`relTypeProperties` writes a type as :`NAME`."""
    if name.startswith(":`") and name.endswith("`"):
        return name[2:-1].replace("``", "`")
    return name
