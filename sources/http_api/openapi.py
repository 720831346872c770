"""A small, tolerant reader of API descriptions: OpenAPI 3.0 and 3.1, Swagger 2.0, GETs only.

Real descriptions have faults. What makes no sense becomes a note, and the rest goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from sources.facts import ColumnFacts, OperationFacts, ParamFacts
from sources.http_api.openapi_refs import Document, shown, text_of
from sources.http_api.openapi_rows import find_rows
from sources.http_api.openapi_schema import column_facts, column_type, read_shape

_PLACES = ("path", "query", "header")
_NO_PARAMS = frozenset({"accept", "content-type", "authorization"})
"""Headers that the standard says are no parameters."""
_PLACE = re.compile(r"\{([^{}/]+)\}")


class UnreadableDescription(ValueError):
    """The text is no description at all: neither JSON nor YAML, or no object."""


@dataclass(frozen=True, slots=True)
class ApiFacts:
    """What a description says of the GETs of an API."""

    operations: tuple[OperationFacts, ...]
    """In order of their ids."""
    base_path: str
    """The path that the description puts before its own paths; empty for none."""
    notes: tuple[str, ...]


def parse_description(text: bytes) -> dict[str, Any]:
    """JSON or YAML as plain dicts. Raises: UnreadableDescription."""
    import yaml

    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            loaded = yaml.load(text, Loader=loader)
        except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark is not None else ""
            raise UnreadableDescription(f"it is neither JSON nor YAML{where}") from error
    if not isinstance(loaded, dict):
        raise UnreadableDescription(f"it is a {type(loaded).__name__}, not an object")
    return loaded


def read_openapi(description: object) -> ApiFacts:
    """Never raises: what cannot be read is a note."""
    document = Document(description if isinstance(description, dict) else {})
    _note_version(document)
    found: dict[str, OperationFacts] = {}
    paths = document.root.get("paths")
    if not isinstance(paths, dict):
        document.note("document", "it has no paths")
        paths = {}
    for path, given in paths.items():
        if not isinstance(path, str) or not path.startswith("/"):
            if not (isinstance(path, str) and path.startswith("x-")):
                document.note(f"path {shown(path)}", "a path starts with /")
            continue
        operation = _operation(document, path, given)
        if operation is not None:
            operation_id = _unique(operation.id, found)
            if operation_id != operation.id:
                document.note(f"GET {path}", f"the operationId {operation.id!r} is used twice")
                operation = replace(operation, id=operation_id)
            found[operation_id] = operation
    return ApiFacts(
        tuple(found[name] for name in sorted(found)),
        _base_path(document),
        tuple(document.notes),
    )


def _note_version(document: Document) -> None:
    version = document.root.get("openapi", document.root.get("swagger"))
    if not isinstance(version, str | int | float) or str(version)[:1] not in ("2", "3"):
        document.note("document", f"neither OpenAPI 3 nor Swagger 2: {shown(version)}")


def _operation(document: Document, path: str, given: object) -> OperationFacts | None:
    where = f"GET {path}"
    item = document.follow(given, where)
    if "get" not in item:
        return None
    get = document.follow(item["get"], where)
    rows, columns = _answer(document, path, get, where)
    operation_id = get.get("operationId")
    return OperationFacts(
        id=operation_id if isinstance(operation_id, str) and operation_id else _made_id(path),
        path=path,
        params=_params(document, path, item, get, where),
        columns=columns,
        rows=rows,
        comment=text_of(get.get("summary")) or text_of(get.get("description")),
    )


def _made_id(path: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path)
    return "_".join(["get", *words])


def _unique(name: str, taken: dict[str, OperationFacts]) -> str:
    number, unique = 2, name
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


# ------------------------------------------------------------------------------------------------


def _params(
    document: Document, path: str, item: dict[str, Any], get: dict[str, Any], where: str
) -> tuple[ParamFacts, ...]:
    """The operation's own win over the path's; a `{name}` that is not described is text."""
    found: dict[tuple[str, str], ParamFacts] = {}
    for level in (item, get):
        for given in _list(document, level.get("parameters"), where):
            param = _param(document, given, where)
            if param is not None:
                found[(param.name, param.place)] = param
    for name in _PLACE.findall(path):
        if (name, "path") not in found:
            document.note(where, f"{{{name[:40]}}} is not described")
            found[(name, "path")] = ParamFacts(name, "path", required=True)
    return tuple(found.values())


def _param(document: Document, given: object, where: str) -> ParamFacts | None:
    param = document.follow(given, where)
    name, place = param.get("name"), param.get("in")
    if not isinstance(name, str) or not name:
        if param:
            document.note(where, "a parameter has no name")
        return None
    if place not in _PLACES:
        if place not in ("body", "formData"):
            document.note(where, f"parameter {name!r} is in {shown(place)}, left out")
        return None
    if place == "header" and name.lower() in _NO_PARAMS:
        return None
    schema = param.get("schema", param)
    if "content" in param:
        schema = _first_schema(document, param["content"], where)
    shape = read_shape(document, _without_flag(schema), f"{where} parameter {name}")
    element = shape
    if shape.kind == "array":
        element = read_shape(document, shape.items, f"{where} parameter {name}[]")
    return ParamFacts(
        name=name,
        place=cast(Literal["path", "query", "header"], place),
        type=column_type(element),
        required=param.get("required") is True or place == "path",
        values=tuple(_plain(value) for value in element.values),
        comment=text_of(param.get("description")) or shape.comment,
    )


def _without_flag(schema: object) -> object:
    """A parameter of Swagger 2 is a schema too, but its `required` is a flag."""
    if isinstance(schema, dict) and "required" in schema and "in" in schema:
        return {name: value for name, value in schema.items() if name != "required"}
    return schema


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# ------------------------------------------------------------------------------------------------


def _answer(
    document: Document, path: str, get: dict[str, Any], where: str
) -> tuple[str, tuple[ColumnFacts, ...]]:
    schema = _answer_schema(document, get, where)
    if schema is None:
        document.note(where, "what it answers is not described")
        return "$", ()
    rows, shape = find_rows(document, schema, path, where)
    columns = column_facts(document, shape, where)
    if not columns:
        document.note(where, f"its rows ({shape.kind or 'anything'}) have no named fields")
    return rows, columns


def _answer_schema(document: Document, get: dict[str, Any], where: str) -> object:
    responses = document.follow(get.get("responses"), where)
    for code in _good_codes(responses):
        response = document.follow(responses[code], f"{where} {code}")
        if "schema" in response:  # Swagger 2
            return response["schema"]
        if (schema := _first_schema(document, response.get("content"), where)) is not None:
            return schema
    return None


def _good_codes(responses: dict[Any, Any]) -> Iterator[Any]:
    """200 first; YAML makes whole numbers of codes."""
    rank = {"200": 0, "2xx": 1, "201": 2, "203": 2, "206": 2, "default": 9}
    good = [code for code in responses if str(code).startswith("2") or str(code) == "default"]
    yield from sorted(good, key=lambda code: (rank.get(str(code).lower(), 5), str(code)))


def _first_schema(document: Document, content: object, where: str) -> object:
    """The schema of the JSON answer."""
    kinds = document.follow(content, where) if content is not None else {}
    for is_wanted in (_is_json, lambda kind: kind in ("*/*", "application/*")):
        for kind, given in kinds.items():
            if is_wanted(str(kind).partition(";")[0].strip().lower()):
                return document.follow(given, where).get("schema")
    return None


def _is_json(kind: str) -> bool:
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def _list(document: Document, value: object, where: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if value is not None:
        document.note(where, f"parameters is a {type(value).__name__}, not a list")
    return []


def _base_path(document: Document) -> str:
    base = document.root.get("basePath")
    servers = document.root.get("servers")
    if base is None and isinstance(servers, list) and servers:
        server = servers[0]
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str) and "{" in url:
            document.note("servers", f"{url[:80]!r} has variables; paths stand as they are")
            return ""
        try:
            base = urlsplit(url).path if isinstance(url, str) else None
        except ValueError:
            base = None
    if not isinstance(base, str):
        return ""
    path = "/" + base.strip("/")
    return "" if path == "/" else path
