"""A small instance of a JSON Schema."""

from __future__ import annotations

from typing import Any


def example_of(schema: dict[str, Any]) -> Any:
    """The least that fits: first of an enum, null where it may be, empty lists."""
    return _example(schema, schema.get("$defs", {}))


def _example(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(named[schema["$ref"].rsplit("/", 1)[-1]], named)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if choices := schema.get("anyOf"):
        is_null = any(choice.get("type") == "null" for choice in choices)
        return None if is_null else _example(choices[0], named)
    if isinstance(schema.get("type"), list):
        return None if "null" in schema["type"] else _plain(schema["type"][0])
    if schema.get("type") == "object":
        return {name: _example(one, named) for name, one in schema.get("properties", {}).items()}
    return _plain(schema.get("type", "object"))


def _plain(kind: str) -> Any:
    values = {
        "string": "",
        "integer": 0,
        "number": 0.0,
        "boolean": False,
        "array": [],
        "object": {},
    }
    return values.get(kind)
