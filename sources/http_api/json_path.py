"""A small, strict part of JSONPath (RFC 9535): `$`, `.name`, `['name']`, `[n]` and `[*]`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_CHARACTERS = 500
_NAME = re.compile(r"\.([A-Za-z_\u0080-\U0010FFFF][A-Za-z0-9_\u0080-\U0010FFFF]*)")
_INDEX = re.compile(r"\[(0|-?[1-9][0-9]{0,8})\]")
_EVERY = "[*]"
_QUOTED = re.compile(r"""\[(?:'((?:[^'\\\x00-\x1f]|\\.)*)'|"((?:[^"\\\x00-\x1f]|\\.)*)")\]""")
_HINT = "Write $, .name, ['name'], [0] or [*]."


class JsonPathError(ValueError):
    """A path that this subset cannot read. The message says where and what to write."""


class _Missing:
    """Nothing is there; not even null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class _Every:
    """All elements of a list, all values of an object."""


_Step = str | int | _Every


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path from one JSON value to those below it."""

    text: str
    steps: tuple[_Step, ...]

    @property
    def is_single(self) -> bool:
        """Leads to one value at most."""
        return not any(isinstance(step, _Every) for step in self.steps)

    def find(self, value: object) -> list[object]:
        """All that it leads to, in the document's order."""
        found = [value]
        for step in self.steps:
            found = [below for one in found for below in _below(one, step)]
        return found

    def one(self, value: object) -> object:
        """The value at a single path, the list of values at one with `[*]`, else MISSING."""
        found = self.find(value)
        if not self.is_single:
            return found
        return found[0] if found else MISSING


@lru_cache(maxsize=512)
def read_path(text: str) -> JsonPath:
    """Raises: JsonPathError."""
    if len(text) > MAX_CHARACTERS:
        raise JsonPathError(f"a JSON path has at most {MAX_CHARACTERS} characters")
    if not text.startswith("$"):
        raise JsonPathError(f"the JSON path {text!r} does not start with $. {_HINT}")
    steps: list[_Step] = []
    at = 1
    while at < len(text):
        step, at = _read_step(text, at)
        steps.append(step)
    return JsonPath(text, tuple(steps))


def field_path(name: str) -> JsonPath:
    """The path to the field of that name, whatever characters it has."""
    return JsonPath(f"$[{json.dumps(name, ensure_ascii=False)}]", (name,))


def _read_step(text: str, at: int) -> tuple[_Step, int]:
    if text.startswith(_EVERY, at):
        return _Every(), at + len(_EVERY)
    if name := _NAME.match(text, at):
        return name[1], name.end()
    if index := _INDEX.match(text, at):
        return int(index[1]), index.end()
    if quoted := _QUOTED.match(text, at):
        return _unquote(text, quoted), quoted.end()
    shown = text[at : at + 12]
    raise JsonPathError(f"the JSON path {text!r} is not read at position {at}: {shown!r}. {_HINT}")


def _unquote(text: str, quoted: re.Match[str]) -> str:
    single, double = quoted.groups()
    # a JSON string escapes the double quote, not the single one
    body = re.sub(r"\\.|\"", _as_json, single, flags=re.S) if single is not None else double
    try:
        return json.loads(f'"{body}"')
    except ValueError as error:
        raise JsonPathError(
            f"the JSON path {text!r} has an escape that is none at position {quoted.start()}."
        ) from error


def _as_json(mark: re.Match[str]) -> str:
    return {"\\'": "'", '"': '\\"'}.get(mark[0], mark[0])


def _below(value: object, step: _Step) -> list[object]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if isinstance(step, int):
        inside = isinstance(value, list) and -len(value) <= step < len(value)
        return [value[step]] if isinstance(value, list) and inside else []
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
