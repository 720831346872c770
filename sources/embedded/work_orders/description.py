"""The API's own OpenAPI document."""

from __future__ import annotations

from typing import Any

from sources.embedded.work_orders.filters import (
    CHOICES,
    LARGEST_PAGE,
    SORTS,
    TIMES,
    USUAL_PAGE,
)
from sources.embedded.work_orders.orders import PERMIT_KINDS, PERMIT_STATUSES, SHIFTS

_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_SAYS = {
    "ci_id": "Configuration item that it is about; several may be given",
    "status": "How far it is",
    "priority": "How urgent it is",
    "team": "Team that does it",
    "crew": "Crew of the team that it is assigned to",
    "permit_status": "How far its permit to work is",
    "since": "Requested at or after this time",
    "until": "Requested before this time",
    "updated_since": "Changed at or after this time",
    "planned_since": "Planned to start at or after this time",
    "planned_until": "Planned to start before this time",
}
_ORDER = {
    "order_id": ({"type": "string"}, "Number of the order"),
    "ci_id": ({"type": "string"}, _SAYS["ci_id"]),
    "title": ({"type": "string"}, "What is asked for, Korean / English"),
    "description": ({"type": "string"}, "Details, Korean / English"),
    "priority": ({"type": "string", "enum": list(CHOICES["priority"] or ())}, _SAYS["priority"]),
    "status": ({"type": "string", "enum": list(CHOICES["status"] or ())}, _SAYS["status"]),
    "team": ({"type": "string"}, _SAYS["team"]),
    "crew": ({"type": "string"}, _SAYS["crew"]),
    "requested_at": (_TIME, "When it was requested"),
    "updated_at": (_TIME, "When it last changed"),
    "planned_start": (_TIME_OR_NONE, "When work is planned to start"),
    "planned_hours": ({"type": "number"}, "How long work is planned to take, in hours"),
    "progress_percent": ({"type": "integer"}, "How much of it is done, in percent"),
    "permit_status": ({"type": "string", "enum": list(PERMIT_STATUSES)}, _SAYS["permit_status"]),
    "parts_waiting": ({"type": "integer"}, "Lines of its parts list that are waited for"),
    "completed_at": (_TIME_OR_NONE, "When it was done"),
}
_PART = {
    "order_id": ({"type": "string"}, "Number of the order"),
    "part_no": ({"type": "string"}, "Number of the part"),
    "name": ({"type": "string"}, "Name of the part, Korean / English"),
    "quantity": ({"type": "integer"}, "How many are needed"),
    "in_stock": ({"type": "integer"}, "How many are there"),
    "waiting": ({"type": "boolean"}, "Whether the order waits for it"),
    "expected_on": ({"type": ["string", "null"], "format": "date"}, "When it should come"),
}
_PERMIT = {
    "permit_id": ({"type": "string"}, "Number of the permit"),
    "order_id": ({"type": "string"}, "Number of the order"),
    "kind": ({"type": "string", "enum": list(PERMIT_KINDS)}, "What it permits"),
    "status": ({"type": "string", "enum": list(PERMIT_STATUSES)}, "How far it is"),
    "requested_at": (_TIME, "When it was requested"),
    "issued_at": (_TIME_OR_NONE, "When it was issued"),
    "valid_until": (_TIME_OR_NONE, "When it ends"),
}
_TECHNICIAN = {
    "technician_id": ({"type": "string"}, "Number of the technician"),
    "crew": ({"type": "string"}, "Crew"),
    "team": ({"type": "string"}, "Team"),
    "shift": ({"type": "string", "enum": list(SHIFTS)}, "Shift"),
}


def description() -> dict[str, Any]:
    """OpenAPI 3.1."""
    schemas = {
        "Order": _schema(_ORDER),
        "Part": _schema(_PART),
        "Permit": _schema(_PERMIT),
        "Technician": _schema(_TECHNICIAN),
        "Error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        },
    }
    one = [{"name": "order_id", "in": "path", "required": True, "schema": {"type": "string"}}]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Work orders of the demo plant", "version": "1.0.0"},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {
            "/orders": _get("listOrders", "Work orders", _page("Order"), _order_params()),
            "/orders/{order_id}": _get("getOrder", "One work order", _ref("Order"), one),
            "/orders/{order_id}/parts": _get("listParts", "Its parts", _page("Part"), one),
            "/orders/{order_id}/permits": _get("listPermits", "Its permits", _page("Permit"), one),
            "/technicians": _get(
                "listTechnicians", "Technicians", _page("Technician"), _technician_params()
            ),
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schema(fields: dict[str, tuple[dict[str, Any], str]]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(fields),
        "properties": {name: kind | {"description": says} for name, (kind, says) in fields.items()},
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(name: str) -> dict[str, Any]:
    counts = {word: {"type": "integer"} for word in ("page", "page_size", "pages", "total")}
    items = {"type": "array", "items": _ref(name)}
    return {"type": "object", "required": ["items"], "properties": {"items": items, **counts}}


def _get(
    operation_id: str, summary: str, schema: dict[str, Any], params: list[dict[str, Any]]
) -> dict[str, Any]:
    answers = {"200": {"description": summary, "content": {"application/json": {"schema": schema}}}}
    for code, says in (("400", "A wrong parameter"), ("401", "No token"), ("404", "Not there")):
        content = {"application/json": {"schema": _ref("Error")}}
        answers[code] = {"description": says, "content": content}
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            "parameters": params,
            "responses": answers,
        }
    }


def _several(name: str, values: tuple[str, ...] | None, says: str) -> dict[str, Any]:
    items: dict[str, Any] = {"type": "string"} | ({"enum": list(values)} if values else {})
    schema = {"type": "array", "items": items}
    return {"name": name, "in": "query", "schema": schema, "description": says}


def _one(name: str, schema: dict[str, Any], says: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": says}


def _order_params() -> list[dict[str, Any]]:
    sorts = [sign + name for name in SORTS for sign in ("", "-")]
    return [
        *(_several(name, values, _SAYS[name]) for name, values in CHOICES.items()),
        *(_one(name, _TIME, _SAYS[name]) for name in TIMES),
        _one("waiting_for_parts", {"type": "boolean"}, "Whether it waits for a part"),
        _one("sort", {"type": "string", "enum": sorts}, "Order of the list"),
        *_page_params(),
    ]


def _technician_params() -> list[dict[str, Any]]:
    return [
        _several("team", None, "Team"),
        _several("crew", None, "Crew"),
        _several("shift", SHIFTS, "Shift"),
        *_page_params(),
    ]


def _page_params() -> list[dict[str, Any]]:
    size = {"type": "integer", "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
    return [
        _one("page", {"type": "integer", "default": 1}, "Number of the page, from 1"),
        _one("page_size", size, "Rows of a page"),
    ]
