"""What a schema says: its properties through allOf, oneOf and anyOf, and their column types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sources.facts import ColumnFacts
from sources.http_api.openapi_refs import Document, text_of
from sources.protocol import ColumnType

_MAX_DEPTH = 20
_TYPES: dict[str, ColumnType] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "string": "text",
    "object": "json",
    "array": "json",
    # not in any standard, yet written
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "date": "date",
    "datetime": "timestamp",
}
_FORMATS: dict[str, ColumnType] = {
    "date-time": "timestamp",
    "datetime": "timestamp",
    "date": "date",
}


@dataclass(slots=True)
class Shape:
    """A schema with its parts put together."""

    kind: str = ""
    """`object`, `array`, `string`, ...; empty where nothing says."""
    format: str = ""
    nullable: bool = False
    properties: dict[str, object] = field(default_factory=dict)
    """Unfollowed schemas, in the document's order."""
    required: set[str] = field(default_factory=set)
    items: object = None
    values: tuple[object, ...] = ()
    comment: str = ""


def read_shape(document: Document, schema: object, where: str, depth: int = _MAX_DEPTH) -> Shape:
    """Shape: never fails; what makes no sense is a note and left out."""
    shape = Shape()
    if isinstance(schema, bool):  # 3.1: anything goes, or nothing
        return shape
    given = document.follow(schema, where)
    if not given:
        return shape
    known = document.shapes.get(id(given))
    if isinstance(known, Shape):  # also while it is being read: a part of itself adds nothing
        return known
    document.shapes[id(given)] = shape
    shape.kind, shape.nullable = _kind(document, given, where)
    shape.format = given["format"] if isinstance(given.get("format"), str) else ""
    shape.comment = text_of(given.get("description")) or text_of(given.get("title"))
    values = given.get("enum", [given["const"]] if "const" in given else [])
    shape.values = _plain_values(values)
    shape.items = given.get("items")
    _merge_parts(document, given, shape, where, depth)
    _add_properties(document, given, shape, where)
    if not shape.kind:
        shape.kind = _guessed_kind(shape)
    return shape


def column_facts(document: Document, shape: Shape, where: str) -> tuple[ColumnFacts, ...]:
    """The properties of a row, in the document's order."""
    return tuple(
        _column(document, name, schema, name in shape.required, where)
        for name, schema in shape.properties.items()
    )


def column_type(shape: Shape) -> ColumnType:
    if shape.kind in ("string", ""):
        return _FORMATS.get(shape.format.lower(), "text" if shape.kind else "json")
    return _TYPES.get(shape.kind, "json")


def _column(
    document: Document, name: str, schema: object, required: bool, where: str
) -> ColumnFacts:
    shape = read_shape(document, schema, f"{where}.{name}")
    native = shape.kind + (f"({shape.format})" if shape.format else "")
    return ColumnFacts(
        name, column_type(shape), native, shape.nullable or not required, shape.comment
    )


def _kind(document: Document, given: dict[str, Any], where: str) -> tuple[str, bool]:
    kind = given.get("type")
    nullable = given.get("nullable") is True or given.get("x-nullable") is True
    if isinstance(kind, list):
        named = [one for one in kind if isinstance(one, str)]
        nullable = nullable or "null" in named
        others = [one for one in named if one != "null"]
        if set(others) == {"integer", "number"}:
            others = ["number"]
        return (others[0] if len(others) == 1 else ""), nullable
    if isinstance(kind, str):
        if kind not in _TYPES and kind not in ("null", "file"):
            document.note(where, f"the type {kind[:40]!r} is not known")
        return kind, nullable or kind == "null"
    if kind is not None:
        document.note(where, f"the type is a {type(kind).__name__}, not a name")
    return "", nullable


def _merge_parts(
    document: Document, given: dict[str, Any], shape: Shape, where: str, depth: int
) -> None:
    for word in ("allOf", "oneOf", "anyOf"):
        parts = given.get(word)
        if parts is None:
            continue
        if not isinstance(parts, list):
            document.note(where, f"{word} is no list")
            continue
        if depth <= 0:
            document.note(where, f"{word} goes too deep")
            return
        found = [read_shape(document, part, where, depth - 1) for part in parts[:50]]
        _merge(shape, found, all_hold=word == "allOf")


def _merge(shape: Shape, found: list[Shape], *, all_hold: bool) -> None:
    """Of alternatives every property is taken, and none is required that not all require."""
    real = [one for one in found if one.kind != "null"]
    if not all_hold:
        shape.nullable = shape.nullable or len(real) < len(found)
    for one in real:
        for name, schema in one.properties.items():
            shape.properties.setdefault(name, schema)
        shape.items = shape.items if shape.items is not None else one.items
        shape.values = shape.values or one.values
        shape.comment = shape.comment or one.comment
        if all_hold:
            shape.required |= one.required
            shape.nullable = shape.nullable or (one.nullable and len(real) == 1)
    if real and not all_hold:
        shape.required |= set.intersection(*(one.required for one in real))
    kinds = {one.kind for one in real if one.kind}
    if not shape.kind and len(kinds) == 1:
        shape.kind = kinds.pop()
        formats = {one.format for one in real}
        shape.format = shape.format or (formats.pop() if len(formats) == 1 else "")


def _add_properties(document: Document, given: dict[str, Any], shape: Shape, where: str) -> None:
    properties = given.get("properties")
    if isinstance(properties, dict):
        for name, schema in properties.items():
            shape.properties[str(name)] = schema
    elif properties is not None:
        document.note(where, f"properties is a {type(properties).__name__}, not an object")
    required = given.get("required")
    if isinstance(required, list):
        shape.required |= {name for name in required if isinstance(name, str)}


def _plain_values(values: object) -> tuple[object, ...]:
    listed = values if isinstance(values, list) else []
    return tuple(one for one in listed if isinstance(one, str | int | float | bool))


def _guessed_kind(shape: Shape) -> str:
    if shape.properties:
        return "object"
    if shape.items is not None:
        return "array"
    kinds = {type(value) for value in shape.values}
    return "string" if kinds == {str} else ""
