"""The strict JSON Schema of a reply, from the pydantic model that reads it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any

from dagster_project.contracts.value import Value
from dagster_project.llm.port import ReplySchema

_KEPT = {"$ref", "type", "enum", "const", "anyOf", "items", "properties", "required"}
_MAX_DESCRIPTION = 200


@cache
def reply_schema(model: type[Value]) -> ReplySchema:
    """Every property required, nothing beside, docstrings as descriptions. Not to be changed.

    Raises: TypeError for a form that no strict schema has: a free mapping, Any.
    """
    found = model.model_json_schema()
    named = found.pop("$defs", {})
    documented = {one.__name__: _field_docs(one) for one in _models_of(model)}
    strict = _strict(found, model.__name__, documented)
    if named:
        strict["$defs"] = {name: _strict(one, name, documented) for name, one in named.items()}
    return ReplySchema(_snake(model.__name__), strict)


def _strict(
    node: dict[str, Any], where: str, documented: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Only what every endpoint that knows schemas knows; the rest is checked when it is read."""
    kept: dict[str, Any] = {key: node[key] for key in node if key in _KEPT}
    if not kept or (kept.get("type") == "object" and "properties" not in kept):
        raise TypeError(f"{where} has a form that a strict JSON Schema cannot hold: {node}")
    if described := _short(node.get("description", "")):
        kept["description"] = described
    if "items" in kept:
        kept["items"] = _strict(kept["items"], f"{where}[]", documented)
    if "anyOf" in kept:
        kept["anyOf"] = [_strict(one, where, documented) for one in kept["anyOf"]]
    if "properties" in kept:
        docs = documented.get(where, {})
        properties = {}
        for name, one in kept["properties"].items():
            strict = _strict(one, f"{where}.{name}", documented)
            if name in docs and "$ref" not in strict:
                strict["description"] = docs[name]
            properties[name] = strict
        kept |= {"properties": properties, "required": list(properties)}
        kept["additionalProperties"] = False
    return kept


def _models_of(model: type[Value]) -> set[type[Value]]:
    """The model and those in its fields, at any depth."""
    found: set[type[Value]] = set()
    waiting: list[Any] = [model]
    while waiting:
        one = waiting.pop()
        if not (inspect.isclass(one) and issubclass(one, Value)):
            waiting.extend(getattr(one, "__args__", ()))
        elif one not in found:
            found.add(one)
            waiting.extend(field.annotation for field in one.model_fields.values())
    return found


def _field_docs(model: type[Value]) -> dict[str, str]:
    """The docstring below each field; none where the source cannot be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: _short(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _short(text: str) -> str:
    """One line; whole sentences as far as they fit."""
    line = " ".join(text.split())
    if len(line) <= _MAX_DESCRIPTION:
        return line
    return line[:_MAX_DESCRIPTION].rsplit(". " if ". " in line[:_MAX_DESCRIPTION] else " ", 1)[0]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
