"""Plain values as YAML in the site's style: a column on one line, a table over several."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"[A-Za-z_가-힣][\w가-힣./°%()-]*(?: [\w가-힣./°%()-]+)*", re.ASCII)
_CONSTANTS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


def flow(value: object) -> str:
    """On one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _CONSTANTS
            return value if plain else json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return json.dumps(value)


def pair(key: str, value: object, indent: int) -> list[str]:
    """Lines of `key: value`; a list of records has a line or more for each."""
    space = " " * indent
    if not _is_records(value):
        return [f"{space}{flow(key)}: {flow(value)}"]
    assert isinstance(value, list)
    return [f"{space}{flow(key)}:", *(line for one in value for line in item(one, indent + 2))]


def item(value: object, indent: int) -> list[str]:
    """Lines of `- value`."""
    space = " " * indent
    if not isinstance(value, Mapping) or not any(_is_records(v) for v in value.values()):
        return [f"{space}- {flow(value)}"]
    lines = [line for k, v in value.items() for line in pair(k, v, indent + 2)]
    return [f"{space}- {lines[0].lstrip()}", *lines[1:]]


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)
