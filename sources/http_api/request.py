"""The request document of an HTTP query, and the URL that it becomes with its values.

{"method": "GET", "path": "/orders/{id}", "query": {"status": "$status"},
 "rows": "$.items", "columns": {"crew": "$.crew.name"}, "types": {"crew": "text"},
 "paging": {"style": "page", "param": "page", "size_param": "size", "total": "$.total"}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NoReturn, cast, get_args

from sources.errors import QueryRejected
from sources.http_api.json_path import JsonPath, JsonPathError, field_path, read_path
from sources.protocol import Column, ColumnType

MAX_CHARACTERS = 20_000
PagingStyle = Literal["none", "page", "offset", "cursor", "link"]
_KEYS = {"method", "path", "query", "rows", "columns", "types", "paging"}
_PAGING_KEYS = {"style", "param", "first", "size_param", "size", "next", "total"}


@dataclass(frozen=True, slots=True)
class Paging:
    """How further pages are asked for."""

    style: PagingStyle = "none"
    param: str = "page"
    first: int = 1
    size_param: str | None = None
    size: int = 100
    next: JsonPath | None = None
    total: JsonPath | None = None


@dataclass(frozen=True, slots=True)
class RequestDocument:
    """What one query asks and where its rows and columns are."""

    path: str
    query: tuple[tuple[str, object], ...]
    rows: JsonPath
    columns: tuple[tuple[Column, JsonPath], ...]
    """Empty: the fields of the rows, as they come."""
    paging: Paging


def read_request(text: str, *, source: str) -> RequestDocument:
    """Check the document's shape. Raises: QueryRejected, saying which part and what to write."""
    if len(text) > MAX_CHARACTERS:
        _reject(source, f"it has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    return _read(text, source)


@lru_cache(maxsize=256)
def _read(text: str, source: str) -> RequestDocument:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        _reject(source, "it is not JSON")
    if not isinstance(given, dict):
        _reject(source, "it is not a JSON object")
    if unknown := sorted(set(given) - _KEYS):
        _reject(source, f"it has {unknown[0]!r}, which is not one of {', '.join(sorted(_KEYS))}")
    method = given.get("method", "GET")
    if method != "GET":
        _reject(source, f"its method is {method!r}; only GET is ever sent")
    path = given.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        _reject(source, f"its path is {path!r}; a path starts with /")
    return RequestDocument(
        path,
        _query(given.get("query"), source),
        _path(given.get("rows", "$"), "rows", source),
        _columns(given.get("columns"), given.get("types"), source),
        _paging(given.get("paging"), source),
    )


def _query(given: object, source: str) -> tuple[tuple[str, object], ...]:
    query = _object(given, "query", source)
    for name, value in query.items():
        values = value if isinstance(value, list) else [value]
        for one in values:
            if not isinstance(one, str | int | float | bool):
                _reject(source, f"query.{name} is {one!r}; give text, a number or true")
            if isinstance(one, str) and "$" in one.replace("$$", "") and not _parameter(one):
                _reject(
                    source,
                    f"query.{name} is {one!r}; a parameter stands alone as $name, and $$ is a "
                    "dollar sign",
                )
    return tuple(query.items())


def parameter_of(value: object) -> str | None:
    """The parameter that a query value `$name` stands for."""
    return _parameter(value) if isinstance(value, str) else None


def _parameter(value: str) -> str | None:
    name = value[1:]
    return name if value.startswith("$") and name.isidentifier() else None


def _columns(paths: object, types: object, source: str) -> tuple[tuple[Column, JsonPath], ...]:
    paths, types = _object(paths, "columns", source), _object(types, "types", source)
    for name, kind in types.items():
        if kind not in get_args(ColumnType):
            known = ", ".join(get_args(ColumnType))
            _reject(source, f"types.{name} is {kind!r}; it is one of {known}")
    names = dict.fromkeys([*types, *paths])
    return tuple(
        (
            Column(name, cast(ColumnType, types.get(name, "json"))),
            _path(paths[name], f"columns.{name}", source) if name in paths else field_path(name),
        )
        for name in names
    )


def _paging(given: object, source: str) -> Paging:
    paging = _object(given, "paging", source)
    if unknown := sorted(set(paging) - _PAGING_KEYS):
        _reject(source, f"paging has {unknown[0]!r}; it knows {', '.join(sorted(_PAGING_KEYS))}")
    style = paging.get("style", "none")
    if style not in get_args(PagingStyle):
        _reject(source, f"paging.style is {style!r}; {', '.join(get_args(PagingStyle))}")
    if style == "cursor" and not paging.get("next"):
        _reject(source, "paging by cursor needs paging.next: the JSON path to the next one")
    default_param = {"offset": "offset", "cursor": "cursor"}.get(style, "page")
    return Paging(
        style=style,
        param=_text(paging.get("param") or default_param, "paging.param", source),
        first=_whole(paging.get("first"), 0 if style == "offset" else 1, 0, "first", source),
        size_param=_text(paging["size_param"], "paging.size_param", source)
        if paging.get("size_param") is not None
        else None,
        size=_whole(paging.get("size"), 100, 1, "size", source),
        next=_path(paging["next"], "paging.next", source) if paging.get("next") else None,
        total=_path(paging["total"], "paging.total", source) if paging.get("total") else None,
    )


def _whole(value: object, default: int, least: int, name: str, source: str) -> int:
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        _reject(source, f"paging.{name} is {value!r}; a whole number of at least {least}")
    return value


def _object(value: object, name: str, source: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _reject(source, f"{name} is {value!r}; it is an object")
    return dict(value)


def _text(value: object, name: str, source: str) -> str:
    if not isinstance(value, str) or not value:
        _reject(source, f"{name} is {value!r}; it is a name")
    return value


def _path(value: object, name: str, source: str) -> JsonPath:
    try:
        return read_path(_text(value, name, source))
    except JsonPathError as error:
        _reject(source, f"{name}: {error}")


def _reject(source: str, why: str) -> NoReturn:
    shown = why if len(why) <= 400 else f"{why[:400]}…"
    raise QueryRejected(source, f"the request document is refused: {shown.rstrip('.')}.")
