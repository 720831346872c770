"""What the contract suite of all engines asks of an HTTP API: the laboratory's machines as one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sources.http_api.source import HttpApiSource
from sources.protocol import BoundQuery

from .scripted import Answer, Asked, answer, request, serving, source_of

_MACHINES = [{"id": number, "name": f"GT-0{number}"} for number in range(1, 10)]
_CELL = {
    "text": "가", "integer": 1, "number": 1.5, "yes": True, "day": "2026-01-02",
    "at": "2026-01-02T09:00:00+09:00", "list": [1, 2],
}  # fmt: skip
_TYPES = {
    "text": "text", "integer": "integer", "number": "number", "yes": "boolean", "day": "date",
    "at": "timestamp", "list": "json",
}  # fmt: skip
_NAMED = {"id": "integer", "name": "text"}
PROBES: dict[str, BoundQuery] = {
    "by name": request("/machines", {"name": "GT-03"}, query={"name": "$name"}, types=_NAMED),
    "all": request("/machines", types=_NAMED),
    "typed": request("/cells", types=_TYPES),
    "slow": request("/slow"),
    "large": request("/large", paging={"style": "page"}),
    "write": BoundQuery('{"method": "DELETE", "path": "/machines"}', allowed_tables=frozenset("*")),
    "not allowed": request("/machines", allowed=frozenset()),
    "no such column": request("/machines", query={"sort": "colour"}),
    "no right": request("/hidden"),
}
GAPS: dict[str, str] = {}


def _script(asked: Asked) -> Answer:
    match asked.path:
        case "/machines" if "sort" in asked.query:
            return answer({"message": f"no field {asked.query['sort'][0]}"}, 400)
        case "/machines":
            wanted = asked.query.get("name")
            return answer([m for m in _MACHINES if wanted is None or m["name"] in wanted])
        case "/cells":
            return answer([_CELL])
        case "/slow":
            time.sleep(1.5)
            return answer([])
        case "/large":
            page = asked.number("page", 1)
            return answer([{"x": page * 1_000 + n} for n in range(1_000)])
        case "/hidden":
            return answer({"message": "hidden from this token"}, 403)
        case _:
            return answer({"message": "no such path"}, 404)


@contextmanager
def laboratory_api() -> Iterator[HttpApiSource]:
    """A source of the laboratory, while the block runs."""
    with serving(_script) as server:
        source = source_of(server, allowed_paths=["*"], retries=1, max_pages=20_000)
        yield source
        source.close()


def dead_api() -> HttpApiSource:
    return source_of("http://127.0.0.1:9", token="not-to-be-shown", health_retries=0)
