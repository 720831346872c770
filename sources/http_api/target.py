"""Puts values into a request's path and query, and keeps both within the allowed paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import NoReturn
from urllib.parse import quote, unquote, urlencode

from sources.errors import QueryRejected
from sources.http_api.request import RequestDocument, parameter_of

_PLACE = re.compile(r"\{(\+?)([A-Za-z_][A-Za-z0-9_]*)\}")
_BRACED = re.compile(r"\{[^{}/]*\}")
_SAFE_IN_SEGMENT = "!$&'()*+,;=:@~"
_MAX_VALUE = 2_000


def has_place(path: str) -> bool:
    """Whether a value is put into the path: it then names one thing."""
    return _PLACE.search(path) is not None


def check_path(path: str, allowed: Iterable[str], *, source: str, filled: bool = False) -> None:
    """Raises: QueryRejected for a path that is not within `allowed`, or as text is not clean."""
    if not filled:
        _check_clean(path, source)
    allowed = tuple(allowed)
    if not is_allowed(path, allowed):
        shown = ", ".join(sorted(allowed)[:8]) or "none"
        _reject(source, f"the path {path!r} is not allowed; allowed: {shown}")


def is_allowed(path: str, allowed: Iterable[str]) -> bool:
    """Whether one of the patterns takes the whole path.

    Shape: `*` alone is every path, `/orders/*` all below /orders, `/a/*/b` and `/a/{id}/b` any
    one segment. A path's own `{id}` counts as some segment.
    """
    return any(_takes(pattern, path) for pattern in allowed)


def fill_path(document: RequestDocument, params: Mapping[str, object], *, source: str) -> str:
    """The encoded path. A value is one segment; `{+name}` takes several.

    Raises: QueryRejected for a value that is missing, empty or would change the path.
    """

    def put(place: re.Match[str]) -> str:
        many, name = place.groups()
        value = params.get(name)
        if value is None:
            _reject(source, f"the path needs a value for {name!r}")
        if isinstance(value, list | tuple | set | frozenset | dict):
            _reject(source, f"the path takes one value for {name!r}, not several")
        text = as_text(value, source)
        segments = text.split("/") if many else [text]
        for segment in segments:
            _check_segment(name, segment, text, source)
        return "/".join(quote(segment, safe="") for segment in segments)

    parts, at = [], 0
    for place in _PLACE.finditer(document.path):
        parts += [_literal(document.path[at : place.start()]), put(place)]
        at = place.end()
    return "".join([*parts, _literal(document.path[at:])])


def fill_query(
    document: RequestDocument, params: Mapping[str, object], *, source: str
) -> list[tuple[str, str]]:
    """What stands behind the `?`; a parameter without a value is left out."""
    pairs: list[tuple[str, str]] = []
    for name, given in document.query:
        for one in _listed(given):
            parameter = parameter_of(one)
            value = params.get(parameter) if parameter else one
            if isinstance(value, str) and not parameter:
                value = value.replace("$$", "$")
            values = value if isinstance(value, list | tuple | set | frozenset) else [value]
            pairs += [(name, as_text(v, source)) for v in values if v is not None]
    return pairs


def asks_for_none(document: RequestDocument, params: Mapping[str, object]) -> bool:
    """Whether a list that narrows the query is empty: left out, it would narrow nothing."""
    names = (parameter_of(one) for _, given in document.query for one in _listed(given))
    return any(name and _is_empty_list(params.get(name)) for name in names)


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else [given]


def _is_empty_list(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and not value


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    return urlencode(list(pairs), quote_via=quote)


def as_text(value: object, source: str) -> str:
    """A value as a URL has it: times in UTC with Z, truths in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return as_text(value.value, source)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str | int | float | Decimal):
        _reject(source, f"a value of type {type(value).__name__} cannot stand in a URL")
    text = str(value)
    if len(text) > _MAX_VALUE:
        _reject(source, f"a value has {len(text)} characters; at most {_MAX_VALUE} are sent")
    try:
        text.encode()
    except UnicodeEncodeError:
        _reject(source, "a value holds half of a character")
    return text


def _check_segment(name: str, segment: str, value: str, source: str) -> None:
    """Also what a server that decodes twice would read."""
    shown = value if len(value) <= 60 else f"{value[:60]}…"
    plain = segment
    for _ in range(4):
        plain = unquote(plain)
    if not segment.strip():
        _reject(source, f"the value of {name!r} in the path is empty")
    if plain in (".", "..") or any(mark in plain for mark in "/\\") or not plain.isprintable():
        _reject(source, f"the value {shown!r} of {name!r} would change the path")


def _check_clean(path: str, source: str) -> None:
    bare = unquote(_PLACE.sub("x", path))
    if any(mark in bare for mark in "?#\\{}%") or not bare.isprintable():
        _reject(source, f"the path {path!r} holds a character that no path has")
    inner = bare.split("/")[1:]
    if {".", ".."} & set(inner) or "" in inner[:-1]:
        _reject(source, f"the path {path!r} holds '.', '..' or '//'")


def _literal(text: str) -> str:
    return quote(unquote(text), safe=f"/{_SAFE_IN_SEGMENT}")


def _takes(pattern: str, path: str) -> bool:
    if pattern == "*":
        return True
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if wanted[-1] == "*":
        wanted, given = wanted[:-1], given if len(given) < len(wanted) else given[: len(wanted) - 1]
        return len(path.strip("/").split("/")) > len(wanted) and _segments_match(wanted, given)
    return _segments_match(wanted, given)


def _segments_match(wanted: list[str], given: list[str]) -> bool:
    if len(wanted) != len(given):
        return False
    return all(_segment_matches(w, g) for w, g in zip(wanted, given, strict=True))


def _segment_matches(wanted: str, given: str) -> bool:
    if wanted == "*":
        return bool(given)
    if _BRACED.search(wanted) is None:
        return wanted == given
    literals = [re.escape(part) for part in _BRACED.split(wanted)]
    return re.fullmatch("[^/]+".join(literals), given) is not None


def _reject(source: str, why: str) -> NoReturn:
    raise QueryRejected(source, f"{why}.", "Change the query, or the source's allowed_tables.")
