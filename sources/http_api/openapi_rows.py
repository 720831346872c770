"""Where the rows of an answer are: the list itself, a list within an envelope, or one object."""

from __future__ import annotations

import json
import re

from sources.http_api.openapi_refs import Document
from sources.http_api.openapi_schema import Shape, read_shape

_MAX_DEPTH = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LISTS = _words(
    "data items results result values value content rows records list entries hits elements "
    "objects resources members collection docs nodes"
)
_SINGLES = _words("data result item value response payload body content")
_ABOUT = _words(
    "paging pagination page pages pageinfo page_info page_size pagesize per_page perpage size "
    "total totalcount total_count totalpages total_pages totalelements total_elements "
    "totalresults count number offset limit start startat startindex maxresults next "
    "next_page nextpage next_cursor nextcursor nextpagetoken next_page_token cursor previous "
    "prev first last has_more hasmore links _links meta metadata took requestid request_id "
    "status statuscode code message success error errors warnings expand expandable self kind "
    "apiversion etag sort empty numberofelements timestamp version href"
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def find_rows(document: Document, schema: object, path: str, where: str) -> tuple[str, Shape]:
    """The JSON path to the rows and the shape of one row."""
    return _search(document, schema, _last_word(path), "$", where, _MAX_DEPTH)


def _search(
    document: Document, schema: object, thing: str, at: str, where: str, depth: int
) -> tuple[str, Shape]:
    shape = read_shape(document, schema, where)
    if shape.kind == "array":
        return at, read_shape(document, shape.items, f"{where}[]")
    if shape.kind != "object" or depth <= 0:
        return at, shape
    parts = {
        name: read_shape(document, part, f"{where}.{name}")
        for name, part in shape.properties.items()
    }
    if (name := _list_of(document, parts, thing, where)) is not None:
        return _search(document, shape.properties[name], thing, at + _step(name), where, depth - 1)
    if (name := _single_of(parts)) is not None:
        return _search(document, shape.properties[name], thing, at + _step(name), where, depth - 1)
    return at, shape


def _list_of(document: Document, parts: dict[str, Shape], thing: str, where: str) -> str | None:
    """The list of things in an envelope. A list in a thing (its tags) has fields beside it."""
    lists = [name for name, part in parts.items() if part.kind == "array"]
    things = [
        name
        for name in lists
        if read_shape(document, parts[name].items, f"{where}.{name}[]").kind in ("object", "")
        and name.lower() not in _ABOUT
    ]
    if len(things) != 1:
        things = [name for name in things if name.lower() in _LISTS or name.lower() == thing]
    if len(things) != 1:
        return None
    name = things[0]
    others = [other for other in parts if other != name]
    is_envelope = all(other.lower() in _ABOUT for other in others)
    is_named_so = name.lower() in _LISTS or name.lower() == thing
    has_counts = any(other.lower() in _ABOUT for other in others)
    return name if is_envelope or (is_named_so and has_counts and "id" not in parts) else None


def _single_of(parts: dict[str, Shape]) -> str | None:
    """The one object that an envelope holds."""
    objects = [
        name
        for name, part in parts.items()
        if part.kind == "object" and name.lower() in _SINGLES and part.properties
    ]
    if len(objects) != 1:
        return None
    name = objects[0]
    return name if all(other.lower() in _ABOUT for other in parts if other != name) else None


def _last_word(path: str) -> str:
    words = [part for part in path.split("/") if part and "{" not in part]
    return words[-1].lower() if words else ""


def _step(name: str) -> str:
    if _WORD.fullmatch(name):
        return f".{name}"
    return f"[{json.dumps(name, ensure_ascii=False)}]"
