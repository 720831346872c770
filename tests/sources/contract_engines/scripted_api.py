"""An HTTP API: a server on the loopback that answers with the machines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from http_api.scripted import Answer, Asked, answer, request, serving, source_of

from contract_engines.engine import NOBODY, SECRET, Engine, Ready, Source
from sources.http_api.source import ApiDescription
from sources.protocol import ColumnType

_TYPES: dict[str, ColumnType] = {
    "text": "text",
    "integer": "integer",
    "number": "number",
    "yes": "boolean",
    "day": "date",
    "at": "timestamp",
    "list": "json",
}
_CELL = {
    "text": "가",
    "integer": 1,
    "number": 1.5,
    "yes": True,
    "day": "2026-01-02",
    "at": "2026-01-02T09:00:00+09:00",
    "list": [1, 2],
}
_MACHINES = [{"id": number, "name": f"GT-0{number}"} for number in range(1, 10)]
_OPERATIONS = ("machines", "hidden", "cells")
_PAGE = 50


def _described() -> dict[str, object]:
    schema = {"type": "array", "items": {"properties": {"id": {"type": "integer"}}}}
    told = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    paths = {f"/{name}": {"get": {"operationId": name, **told}} for name in _OPERATIONS}
    return {"openapi": "3.0.3", "info": {"title": "lab", "version": "1"}, "paths": paths}


def _answered(asked: Asked) -> Answer:
    match asked.path:
        case "/openapi.json":
            return answer(_described())
        case "/machines":
            query = parse_qs(urlsplit(asked.target).query, keep_blank_values=True)
            return answer([m for m in _MACHINES if query.get("name", [m["name"]]) == [m["name"]]])
        case "/cells":
            return answer([_CELL])
        case "/slow":
            time.sleep(1.5)
            return answer([])
        case "/large":
            first = asked.number("page", 1) * _PAGE
            return answer([{"n": n} for n in range(first, first + _PAGE)])
        case "/hidden":
            return answer({"message": "not for you"}, 403)
        case _:
            return answer({"message": "no such path"}, 404)


@contextmanager
def _open_api(request: pytest.FixtureRequest) -> Iterator[Ready]:
    description = ApiDescription("/openapi.json")
    with serving(_answered) as server:
        source = source_of(server, description=description, allowed_paths=["*"], max_pages=1_000)
        narrow = source_of(server, description=description, allowed_paths=["/machines"])
        yield Ready(source, narrow, source)
        narrow.close()


def _dead_api() -> Source:
    url = f"http://127.0.0.1:{NOBODY}"
    description = ApiDescription("/openapi.json")
    return source_of(url, token=SECRET, description=description, health_retries=0)


_MACHINE = {"types": {"id": "integer", "name": "text"}}
HTTP_API = Engine(
    name="http api",
    open=_open_api,
    open_dead=_dead_api,
    probes={
        "by name": request("/machines", {"name": "GT-03"}, query={"name": "$name"}, **_MACHINE),
        "all": request("/machines", types={"id": "integer"}),
        "typed": request("/cells", types=_TYPES),
        "slow": request("/slow"),
        "large": request("/large", paging={"style": "page"}),
        "write": request("/machines", method="DELETE"),
        "not allowed": request("/machines", allowed=frozenset()),
        "no such column": request("/colour"),
        "no right": request("/hidden"),
    },
    gaps={"driver's error": "a refusal is the API's own answer: no exception lies behind it"},
    scanned=("cells", "hidden", "machines"),
    narrowly=("machines",),
)
