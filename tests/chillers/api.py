"""A work-order API over real data: work orders, events, alerts and anomalies of chillers.

Each list is paged in another way, as APIs that grew over the years are.
"""

from __future__ import annotations

import csv
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "chillers"
CAP = 500
Row = dict[str, Any]


def read_csv(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def _short_time(text: str) -> str:
    """`4/6/16 14:00` as the API gives it."""
    return datetime.strptime(text, "%m/%d/%y %H:%M").replace(tzinfo=UTC).isoformat()


def _hours(text: str) -> float:
    """`3:00`, and of long ones `40:00:00`."""
    hours, minutes, *_ = map(int, text.split(":"))
    return hours + minutes / 60


class Data:
    """The tables as the API's rows."""

    def __init__(self, folder: Path) -> None:
        self.orders = [
            row
            | {
                "preventive": row["preventive"] == "TRUE",
                "work_priority": int(row["work_priority"]),
                "actual_finish": _short_time(row["actual_finish"]),
                "duration": _hours(row["duration"]),
                "actual_labor_hours": _hours(row["actual_labor_hours"]),
            }
            for row in read_csv(folder, "all_wo_with_code_component_events.csv")
        ]
        self.events = [
            row | {"event_time": row["event_time"].replace(" ", "T") + "+00:00"}
            for row in read_csv(folder, "event.csv")
        ]
        self.alerts = [
            row | {name: _short_time(row[name]) for name in ("start_time", "end_time")}
            for row in read_csv(folder, "alert_events.csv")
        ]
        self.anomalies = [
            {"at": _short_time(row["timestamp"]), "kpi": row["KPI"], "asset": row["asset_name"]}
            for row in read_csv(folder, "anomaly_events.csv")
        ]
        self.codes = read_csv(folder, "alert_rule_failure_code_mapping.csv")


class Api:
    """The endpoints."""

    def __init__(self, data: Data) -> None:
        self._data = data

    async def orders(self, request: Request) -> Response:
        """By offset, with a total."""
        found = _narrow(request, self._data.orders, "actual_finish", "equipment_id")
        if "preventive" in request.query_params:
            wanted = request.query_params["preventive"] == "true"
            found = [row for row in found if row["preventive"] is wanted]
        start, size = _number(request, "offset", 0), min(_number(request, "limit", 50), CAP)
        page = found[start : start + size]
        return JSONResponse({"workorders": page, "count": len(page), "total": len(found)})

    async def order(self, request: Request) -> Response:
        for row in self._data.orders:
            if row["wo_id"] == request.path_params["wo_id"]:
                return JSONResponse({"data": row})
        raise HTTPException(404, "no such work order")

    async def events(self, request: Request) -> Response:
        """By cursor, no total."""
        found = _narrow(request, self._data.events, "event_time", "equipment_id", "event_group")
        start = _number(request, "cursor", 0)
        page = found[start : start + CAP]
        following = str(start + CAP) if start + CAP < len(found) else None
        return JSONResponse({"events": page, "next_cursor": following})

    async def alerts(self, request: Request) -> Response:
        """By Link header, a list at the root."""
        found = _narrow(request, self._data.alerts, "start_time", "equipment_id", "rule_id")
        start = _number(request, "start", 0)
        headers = {}
        if start + CAP < len(found):
            target = request.url.include_query_params(start=start + CAP)
            headers["link"] = f'<{target}>; rel="next"'
        return JSONResponse(found[start : start + CAP], headers=headers)

    async def anomalies(self, request: Request) -> Response:
        """By page, no total."""
        found = _narrow(request, self._data.anomalies, "at", "asset", "kpi")
        page = _number(request, "page", 1)
        return JSONResponse({"results": found[(page - 1) * 100 : page * 100], "page": page})

    async def rule_codes(self, request: Request) -> Response:
        rule = request.path_params["rule_id"]
        return JSONResponse(
            {"results": [row for row in self._data.codes if row["rule_id"] == rule]}
        )


async def _openapi(_: Request) -> Response:
    return JSONResponse(description())


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"message": error.detail}, error.status_code)


def create_app(folder: Path) -> Starlette:
    api = Api(Data(folder))
    return Starlette(
        routes=[
            Route("/api/openapi.json", _openapi),
            Route("/api/workorders", api.orders),
            Route("/api/workorders/{wo_id}", api.order),
            Route("/api/events", api.events),
            Route("/api/alerts", api.alerts),
            Route("/api/anomalies", api.anomalies),
            Route("/api/rules/{rule_id}/codes", api.rule_codes),
        ],
        exception_handlers={HTTPException: _refuse},
    )


def _narrow(request: Request, rows: list[Row], time_name: str, *names: str) -> list[Row]:
    if request.headers.get("x-api-key") != TOKEN:
        raise HTTPException(401, "send the key as X-Api-Key")
    given = request.query_params
    for name in names:
        if wanted := set(given.getlist(name)):
            rows = [row for row in rows if row[name] in wanted]
    for name, is_start in (("from", True), ("to", False)):
        if name in given:
            at = datetime.fromisoformat(given[name])
            rows = [r for r in rows if (datetime.fromisoformat(r[time_name]) >= at) is is_start]
    return rows


def _number(request: Request, name: str, default: int) -> int:
    return int(request.query_params.get(name, default))


def description() -> dict[str, Any]:
    """Swagger 2.0, with the faults that such documents have: no types for times, a lost $ref."""
    text = {"type": "string"}
    order = {
        name: text
        for name in (
            "wo_id", "wo_description", "collection", "primary_code", "primary_code_description",
            "secondary_code", "secondary_code_description", "equipment_id", "equipment_name",
        )
    } | {
        "preventive": {"type": "boolean"},
        "work_priority": {"type": "integer"},
        "actual_finish": {"type": "string", "format": "date-time"},
        "duration": {"type": "number"},
        "actual_labor_hours": {"type": "number"},
    }  # fmt: skip
    event = dict.fromkeys(("event_id", "event_group", "event_type", "equipment_id"), text)
    event["event_time"] = {"type": "string", "format": "date-time"}
    alert = dict.fromkeys(("equipment_id", "rule_id", "start_time", "end_time"), text)
    window = [{"name": name, "in": "query", "type": "string", "format": "date-time"}
              for name in ("from", "to")]  # fmt: skip
    equipment = {"name": "equipment_id", "in": "query", "type": "array", "items": text}

    def listed(name: str, schema: str, *others: str) -> dict[str, Any]:
        items = {"type": "array", "items": {"$ref": f"#/definitions/{schema}"}}
        counts = {other: {"type": "integer"} for other in others}
        return {"type": "object", "properties": {name: items, **counts}}

    def get(schema: object, *params: object) -> dict[str, Any]:
        return {"get": {"parameters": list(params), "responses": {200: {"schema": schema}}}}

    one = {"type": "object", "properties": {"data": {"$ref": "#/definitions/order"}}}
    return {
        "swagger": "2.0",
        "basePath": "/api",
        "paths": {
            "/workorders": get(listed("workorders", "order", "count", "total"), equipment, *window),
            "/workorders/{wo_id}": get(one),
            "/events": get(listed("events", "event", "next_cursor"), equipment, *window),
            "/alerts": get({"type": "array", "items": {"$ref": "#/definitions/alert"}}, *window),
            "/anomalies": get(listed("results", "lost", "page")),
            "/rules/{rule_id}/codes": get({"type": "object"}),
        },
        "definitions": {
            "order": {"type": "object", "properties": order},
            "event": {"type": "object", "properties": event},
            "alert": {"type": "object", "properties": alert},
        },
    }


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The base URL, while the block runs."""
    config = uvicorn.Config(create_app(folder), log_level="warning", lifespan="off", ws="none")
    server, listener = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    finally:
        server.should_exit = True
        thread.join()
