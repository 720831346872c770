"""What a query of the API may narrow and order by, and its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from starlette.datastructures import QueryParams

from sources.embedded.work_orders.orders import (
    PERMIT_STATUSES,
    PRIORITIES,
    SHIFTS,
    STATUSES,
    Order,
    Technician,
)

LARGEST_PAGE = 200
USUAL_PAGE = 50
CHOICES: dict[str, tuple[str, ...] | None] = {
    "ci_id": None,
    "status": STATUSES,
    "priority": PRIORITIES,
    "team": None,
    "crew": None,
    "permit_status": PERMIT_STATUSES,
}
"""Filters of orders that take several values, and the values that there are."""
TIMES = {
    "since": ("requested_at", True),
    "until": ("requested_at", False),
    "updated_since": ("updated_at", True),
    "planned_since": ("planned_start", True),
    "planned_until": ("planned_start", False),
}
"""Filters of orders that take a time: the field, and whether it must be at or after it."""
SORTS = ("requested_at", "updated_at", "planned_start", "order_id")
_ORDER_KEYS = {*CHOICES, *TIMES, "waiting_for_parts", "sort"}
_PAGE_KEYS = {"page", "page_size"}
Row = TypeVar("Row")


class BadRequest(ValueError):
    """A parameter that is not known, or a value that it does not take."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One page of what was found."""

    number: int
    size: int
    total: int
    first: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def filter_orders(orders: Iterable[Order], given: QueryParams) -> list[Order]:
    """Raises: BadRequest."""
    _refuse_unknown(given, _ORDER_KEYS | _PAGE_KEYS)
    found = list(orders)
    for name, choices in CHOICES.items():
        if wanted := _several(given, name, choices):
            found = [order for order in found if getattr(order, name) in wanted]
    for name, (field, is_start) in TIMES.items():
        if name in given:
            at = _time(given[name], name)
            found = [o for o in found if _lies(getattr(o, field), at, is_start=is_start)]
    if "waiting_for_parts" in given:
        wanted = _truth(given["waiting_for_parts"])
        found = [order for order in found if (order.parts_waiting > 0) is wanted]
    return _sorted(found, given.get("sort", "-requested_at"))


def filter_technicians(people: Iterable[Technician], given: QueryParams) -> list[Technician]:
    """Raises: BadRequest."""
    _refuse_unknown(given, {"team", "crew", "shift"} | _PAGE_KEYS)
    found = list(people)
    for name, choices in (("team", None), ("crew", None), ("shift", SHIFTS)):
        if wanted := _several(given, name, choices):
            found = [one for one in found if getattr(one, name) in wanted]
    return found


def cut(rows: list[Row], given: QueryParams) -> tuple[list[Row], Cut]:
    """Raises: BadRequest."""
    number = _whole(given.get("page", "1"), "page", 1_000_000)
    size = _whole(given.get("page_size", str(USUAL_PAGE)), "page_size", LARGEST_PAGE)
    first = (number - 1) * size
    return rows[first : first + size], Cut(number, size, len(rows), first)


def _refuse_unknown(given: QueryParams, known: set[str]) -> None:
    if unknown := sorted(set(given) - known):
        raise BadRequest(f"there is no parameter {unknown[0]!r}; {', '.join(sorted(known))}")


def _several(given: QueryParams, name: str, choices: tuple[str, ...] | None) -> set[str]:
    wanted = set(given.getlist(name))
    if choices is not None and (unknown := sorted(wanted - set(choices))):
        raise BadRequest(f"{name} is {unknown[0]!r}; it is one of {', '.join(choices)}")
    return wanted


def _time(text: str, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{name} is {text!r}, no ISO 8601 time") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _lies(value: datetime | None, at: datetime, *, is_start: bool) -> bool:
    return value is not None and (value >= at if is_start else value < at)


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise BadRequest(f"waiting_for_parts is {text!r}; it is true or false")
    return text == "true"


def _whole(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= most:
        raise BadRequest(f"{name} is {text!r}; it is a whole number from 1 to {most}")
    return int(text)


def _sorted(orders: list[Order], by: str) -> list[Order]:
    """Orders without the field come last either way."""
    name = by.removeprefix("-")
    if name not in SORTS:
        raise BadRequest(f"sort is {by!r}; it is one of {', '.join(SORTS)}, or with a - before it")
    orders.sort(key=lambda order: order.order_id)
    known = [order for order in orders if getattr(order, name) is not None]
    known.sort(key=lambda order: getattr(order, name), reverse=by.startswith("-"))
    return known + [order for order in orders if getattr(order, name) is None]
