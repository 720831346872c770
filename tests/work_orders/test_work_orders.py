"""The demo's work orders over HTTP agree with the demo's database, and say where they do not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from dagster_project.store.ports import free_port
from dagster_project.store.settings import Settings
from sources.embedded.seeds import DEFAULT_ANCHOR
from sources.embedded.work_orders.attach import (
    OPENAPI,
    RECORD,
    TOKEN,
    answers,
    kept_port,
    work_order_url,
)
from sources.embedded.work_orders.orders import ANCHOR, database_only, holdings
from sources.errors import QueryFailed, RightsMissing
from sources.http_api.source import HttpApiSource, open_http_api
from sources.protocol import BoundQuery, Rows

REPOSITORY = Path(__file__).resolve().parents[2]
PAGING = {"style": "page", "size_param": "page_size", "size": 200, "total": "$.total"}
SHARED = ("order_id", "ci_id", "priority", "status", "title", "description", "requested_at",
          "completed_at", "team")  # fmt: skip
TYPES = dict.fromkeys(SHARED, "text") | {"requested_at": "timestamp", "completed_at": "timestamp"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server on a thread of this process, as where no `up` runs."""
    return work_order_url(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def api(url: str) -> HttpApiSource:
    return open_http_api(
        "work_orders", base_url=url, token=TOKEN, openapi=OPENAPI, allowed_paths=["*"],
        requests_per_second=10_000,
    )  # fmt: skip


def ask(api: HttpApiSource, path: str, **document: object) -> Rows:
    return api.run(BoundQuery(json.dumps({"path": path} | document), {}, 5_000, 20.0,
                              frozenset({"*"})))  # fmt: skip


def listed(api: HttpApiSource, types: dict[str, str] | None = None, **query: object) -> Rows:
    given = {"query": query, "rows": "$.items", "paging": PAGING, "types": types or TYPES}
    return ask(api, "/orders", **given)


def test_both_hold_the_same_of_the_same_orders(
    api: HttpApiSource, make_settings: Callable[..., Settings]
) -> None:
    """Every shared order has the same item, priority, state, texts, times and team in both."""
    columns = ", ".join("order_status" if name == "status" else name for name in SHARED)
    with psycopg.connect(str(make_settings(plant=True).database_url)) as connection:
        rows = connection.execute(f"select {columns} from plant.work_order".encode()).fetchall()
    in_database = {row[0]: row for row in rows}
    here = {row[0]: row for row in listed(api).rows}
    assert DEFAULT_ANCHOR == ANCHOR
    assert set(in_database) - set(here) == database_only()
    assert set(here) - set(in_database) == {f"WO-C{n:03d}" for n in range(1, 7)}
    shared = set(here) & set(in_database)
    assert len(shared) > 1_000
    assert {n: here[n] for n in shared} == {n: tuple(in_database[n]) for n in shared}


def test_some_are_only_in_the_database_some_only_here() -> None:
    """Four archived ones and one that was not passed on; six of contractors."""
    assert database_only() == {"WO-00001", "WO-00002", "WO-00003", "WO-00004", "WO-01017"}
    (filter_order,) = [o for o in holdings().orders if o.order_id == "WO-C001"]
    assert (filter_order.ci_id, filter_order.status, filter_order.parts_waiting) == (
        "LOP-02", "open", 1,
    )  # fmt: skip


def test_what_planning_knows_makes_sense() -> None:
    """Progress, planned start, permits and parts go with an order's state."""
    held = holdings()
    for order in held.orders:
        assert order.requested_at < order.updated_at or order.completed_at is not None
        assert order.updated_at <= ANCHOR
        if order.status == "done":
            assert (order.progress_percent, order.parts_waiting) == (100, 0)
            assert order.planned_start is not None
            assert order.completed_at is not None
            assert order.planned_start <= order.completed_at
        if order.status == "in_progress":
            assert 0 < order.progress_percent < 100
            assert order.planned_start is not None
            assert order.planned_start <= ANCHOR
        if order.status == "open":
            assert order.progress_percent == 0
            assert order.planned_start is not None
            assert order.planned_start > ANCHOR
        if order.status == "cancelled":
            assert (order.planned_start, order.permit_status) == (None, "none")
        waiting = [p for p in held.parts if p.order_id == order.order_id and p.waiting]
        assert order.parts_waiting == len(waiting)
    assert all((part.in_stock < part.quantity) is part.waiting for part in held.parts)
    assert sum(order.parts_waiting > 0 for order in held.orders) >= 3
    crews = {technician.crew for technician in held.technicians}
    assert {order.crew for order in held.orders} <= crews


def test_it_is_the_same_in_every_process() -> None:
    """Two processes make the same data, whatever their hash seed."""
    code = ("import hashlib; from sources.embedded.work_orders.orders import holdings;"
            "print(hashlib.sha256(repr(holdings()).encode()).hexdigest())")  # fmt: skip
    made = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=REPOSITORY, env={"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(made) == 1


# ------------------------------------------------------------------------------------------------


def test_the_description_says_what_comes(api: HttpApiSource) -> None:
    """Every operation is scanned without a note, and its columns are the fields that come."""
    facts = api.scan()
    assert facts.notes == ()
    assert [o.id for o in facts.operations] == [
        "getOrder", "listOrders", "listParts", "listPermits", "listTechnicians",
    ]  # fmt: skip
    for operation in facts.operations:
        path = operation.path.replace("{order_id}", "WO-01011")
        if operation.id in ("listParts", "listPermits"):
            path = path.replace("WO-01011", "WO-C001")
        found = ask(api, path, rows=operation.rows, paging=PAGING if "list" in path else {})
        assert found.rows
        assert [c.name for c in found.columns] == [c.name for c in operation.columns]
        types = {c.name: c.type for c in operation.columns}
        ask(api, path, rows=operation.rows, types=types)


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ({"ci_id": "LOP-02"}, lambda o: o.ci_id == "LOP-02"),
        ({"ci_id": ["LOP-02", "SW-07"]}, lambda o: o.ci_id in ("LOP-02", "SW-07")),
        ({"status": ["open", "in_progress"]}, lambda o: o.status in ("open", "in_progress")),
        ({"priority": "urgent", "team": "network_team"},
         lambda o: o.priority == "urgent" and o.team == "network_team"),
        ({"crew": "turbine-1", "permit_status": "closed"},
         lambda o: o.crew == "turbine-1" and o.permit_status == "closed"),
        ({"since": "2026-01-01T00:00:00+09:00", "until": "2026-02-01T00:00:00+09:00"},
         lambda o: "2026-01-01" <= o.requested_at.isoformat() < "2026-02-01"),
        ({"updated_since": "2026-02-01T00:00:00+09:00"},
         lambda o: o.updated_at.isoformat() >= "2026-02-01"),
        ({"planned_since": "2026-02-04T09:00:00+09:00"},
         lambda o: o.planned_start is not None and o.planned_start >= ANCHOR),
        ({"waiting_for_parts": True}, lambda o: o.parts_waiting > 0),
        ({"waiting_for_parts": False, "status": "open"},
         lambda o: o.parts_waiting == 0 and o.status == "open"),
    ],
)  # fmt: skip
def test_filters(
    api: HttpApiSource, query: dict[str, object], keeps: Callable[[object], bool]
) -> None:
    """Each filter keeps just the orders that a plain look at all of them keeps."""
    wanted = {order.order_id for order in holdings().orders if keeps(order)}
    assert wanted
    assert {row[0] for row in listed(api, **query).rows} == wanted


def test_order_and_pages(api: HttpApiSource) -> None:
    """Newest first by default, any sort on demand, each order on one page only."""
    types = {"order_id": "text", "requested_at": "timestamp", "planned_start": "timestamp"}
    newest = [row[1] for row in listed(api, types).rows]
    assert newest == sorted(newest, reverse=True)  # type: ignore[type-var]
    by_plan = [row[2] for row in listed(api, types, sort="planned_start").rows]
    known = [at for at in by_plan if isinstance(at, datetime)]
    assert known == sorted(known)
    assert by_plan[len(known) :] == [None] * (len(by_plan) - len(known))
    small = {"query": {}, "rows": "$.items", "types": {"order_id": "text"},
             "paging": PAGING | {"size": 100}}  # fmt: skip
    linked = small | {"paging": {"style": "link"}, "query": {"page_size": 100}}
    ids = [row[0] for row in ask(api, "/orders", **small).rows]
    assert len(ids) == len(set(ids)) == len(holdings().orders)
    assert [row[0] for row in ask(api, "/orders", **linked).rows] == ids


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"status": "lost"}, "one of open, in_progress"),
        ({"stat": "open"}, "no parameter 'stat'"),
        ({"since": "soon"}, "no ISO 8601"),
        ({"waiting_for_parts": "maybe"}, "true or false"),
        ({"sort": "cost"}, "one of requested_at"),
        ({"page": 0}, "whole number"),
    ],
)
def test_wrong_parameters_are_told(api: HttpApiSource, query: dict[str, object], said: str) -> None:
    """400 with a message that says what is allowed."""
    with pytest.raises(QueryFailed, match=said):
        ask(api, "/orders", query=query, rows="$.items")


def test_the_token_is_needed_and_a_missing_order_is_no_rows(url: str, api: HttpApiSource) -> None:
    """Without the token 401; the description is open to all; no such order, no rows."""
    stranger = open_http_api("x", base_url=url, openapi=OPENAPI, allowed_paths=["*"])
    with pytest.raises(RightsMissing, match="401"):
        ask(stranger, "/orders")
    assert len(stranger.scan().operations) == 5
    assert stranger.health().status == "error"
    assert api.health().status == "ok"
    for path in ("/orders/WO-none", "/orders/{id}"):
        query = BoundQuery(json.dumps({"path": path}), {"id": "WO-none"}, 5, 5.0, frozenset("*"))
        if "{" in path:
            assert api.run(query).rows == ()
        else:
            with pytest.raises(QueryFailed):
                api.run(query)


# ------------------------------------------------------------------------------------------------


@contextmanager
def part(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The service as `up` starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sources.embedded.work_orders", "--port", str(port)],
        cwd=REPOSITORY,
    )
    try:
        deadline = time.monotonic() + 30
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        assert process.wait(timeout=20) is not None


def test_the_running_part_is_used_else_a_thread(tmp_path: Path, url: str) -> None:
    """The part's URL while it answers; before and after it that of this process, one for all."""
    port = free_port(30_000, 32_000)
    (tmp_path / RECORD).write_text(json.dumps({"port": port}))
    assert work_order_url(tmp_path) == url
    with part(port):
        assert work_order_url(tmp_path) == f"http://127.0.0.1:{port}"
    assert work_order_url(tmp_path) == url


@pytest.mark.parametrize("content", ["", "[]", '{"port": "x"}', '{"port": 0}', '{"port": 99999}'])
def test_a_record_that_makes_no_sense_is_none(tmp_path: Path, content: str) -> None:
    """A damaged record means that no part is known."""
    (tmp_path / RECORD).write_text(content)
    assert kept_port(tmp_path) is None
    assert kept_port(tmp_path / "nowhere") is None


def test_it_needs_no_database_and_starts_fast() -> None:
    """Neither psycopg nor our own packages are imported, and making everything takes no time."""
    code = (
        "import sys, time; at = time.perf_counter();"
        "from sources.embedded.work_orders.app import create_app; create_app();"
        "print(time.perf_counter() - at);"
        "print([n for n in sys.modules if n.split('.')[0] in ('psycopg', 'dagster_project')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    seconds, imported = done.stdout.split("\n")[:2]
    assert imported == "[]"
    assert float(seconds) < 3  # 0.2 s alone on the machine
