"""What the plant's maintenance system holds, from the same generators as `plant.work_order`.

The two agree on every order that both have. They do not have the same orders, as in life:
only in the database   the four oldest, which the maintenance system has archived, and the newest
                       everyday one that is open, which was not passed on yet
only here              six contractor orders, `WO-C001` to `WO-C006`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from sources.embedded.plant import incidents, work
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.model import Ci, WorkOrder, both, dice
from sources.embedded.plant.topology import equipment

ANCHOR = datetime.fromisoformat("2026-02-04T09:00:00+09:00")
"""The moment the demo's data ends, as in the database."""
ARCHIVED = 4
STATUSES = ("open", "in_progress", "done", "cancelled")
PRIORITIES = tuple(work.PRIORITIES)
PERMIT_STATUSES = ("none", "requested", "issued", "closed")
CREWS_PER_TEAM = 2
TECHNICIANS_PER_CREW = 3
SHIFTS = ("day", "swing", "night")
PERMIT_KINDS = ("isolation", "hot_work", "work_at_height", "confined_space")
PARTS = (
    ("P-1108", both("필터 카트리지", "Filter cartridge")),
    ("P-1121", both("윤활유 20 L", "Lube oil 20 L")),
    ("P-2040", both("패킹 세트", "Gasket set")),
    ("P-2077", both("베어링", "Bearing")),
    ("P-3015", both("압력 전송기", "Pressure transmitter")),
    ("P-3302", both("도료 5 L", "Paint 5 L")),
)
IT_PARTS = (
    ("P-7001", both("SSD 3.84 TB", "SSD 3.84 TB")),
    ("P-7012", both("전원 모듈", "Power module")),
    ("P-7020", both("광 트랜시버", "Optical transceiver")),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an order's parts list."""

    order_id: str
    part_no: str
    name: str
    quantity: int
    in_stock: int
    waiting: bool
    expected_on: date | None
    """When what is waited for should come."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit to work."""

    permit_id: str
    order_id: str
    kind: str
    status: str
    requested_at: datetime
    issued_at: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody of a crew, by number: the demo names no people."""

    technician_id: str
    crew: str
    team: str
    shift: str


@dataclass(frozen=True, slots=True)
class Order:
    """A work order with what planning knows of it."""

    order_id: str
    ci_id: str
    title: str
    description: str
    priority: str
    status: str
    team: str
    crew: str
    requested_at: datetime
    updated_at: datetime
    planned_start: datetime | None
    planned_hours: float
    progress_percent: int
    permit_status: str
    parts_waiting: int
    """Lines of its parts list that are waited for."""
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything, each part in order of its ids."""

    orders: tuple[Order, ...]
    parts: tuple[Part, ...]
    permits: tuple[Permit, ...]
    technicians: tuple[Technician, ...]


@lru_cache(maxsize=2)
def holdings(anchor: datetime = ANCHOR) -> Holdings:
    """The same for the same anchor, in every process."""
    items = {ci.ci_id: ci for ci in (*equipment(), *information_technology())}
    planned = [
        _plan(order_id, order, items[order.ci_id], anchor)
        for order_id, order in (*_kept(_numbered(items.values(), anchor)), *_only_here(anchor))
    ]
    return Holdings(
        orders=tuple(order for order, _, _ in planned),
        parts=tuple(part for _, parts, _ in planned for part in parts),
        permits=tuple(permit for _, _, permits in planned for permit in permits),
        technicians=tuple(_technicians(sorted({order.team for order, _, _ in planned}))),
    )


def database_only(anchor: datetime = ANCHOR) -> frozenset[str]:
    """Ids of `plant.work_order` that this system does not have."""
    numbered = _numbered((*equipment(), *information_technology()), anchor)
    here = {order_id for order_id, _ in _kept(numbered)}
    return frozenset(order_id for order_id, _ in numbered if order_id not in here)


def _numbered(items: Iterable[Ci], anchor: datetime) -> list[tuple[str, WorkOrder]]:
    """Ids as the database gives them."""
    orders = [*work.everyday_orders(items, anchor), *incidents.incident_orders(anchor)]
    orders.sort(key=lambda order: (order.requested_at, order.ci_id))
    return [(f"WO-{number:05d}", order) for number, order in enumerate(orders, start=1)]


def _kept(numbered: list[tuple[str, WorkOrder]]) -> list[tuple[str, WorkOrder]]:
    of_incidents = {order.title for order in incidents.incident_orders(ANCHOR)}
    open_ones = [
        order_id
        for order_id, order in numbered
        if order.order_status == "open" and order.title not in of_incidents
    ]
    not_passed_on = open_ones[-1:]
    return [one for one in numbered[ARCHIVED:] if one[0] not in not_passed_on]


def _only_here(anchor: datetime) -> Iterator[tuple[str, WorkOrder]]:
    """Contractors' work that nobody entered in the plant's own database."""
    found = (
        ("LOP-02", "high", "open", "필터 재발주", "Order the filter again", 3, "turbine_team"),
        ("GT-02", "high", "open", "저널 베어링 재점검", "Inspect journal bearing again", 6,
         "turbine_team"),
        ("GT-04", "normal", "in_progress", "분해 정비 외주", "Overhaul, contractor's share", 5,
         "turbine_team"),
        ("SW-07", "urgent", "open", "예비 스위치 준비", "Prepare a spare switch", 1,
         "network_team"),
        ("TR-02", "low", "done", "절연유 시료 분석", "Analyse oil sample", 20, "electrical_team"),
        ("HRSG-03", "normal", "cancelled", "비계 설치", "Put up scaffolding", 2, "boiler_team"),
    )  # fmt: skip
    contractor = both("외주 작업", "Contractor's work")
    for number, (ci_id, priority, status, ko, en, days, team) in enumerate(found, start=1):
        at = anchor - timedelta(days=days, hours=2)
        done = at + timedelta(days=2) if status == "done" else None
        order = WorkOrder(ci_id, priority, status, both(ko, en), contractor, at, done, team)
        yield f"WO-C{number:03d}", order


# ------------------------------------------------------------------------------------------------


def _plan(
    order_id: str, order: WorkOrder, ci: Ci, anchor: datetime
) -> tuple[Order, tuple[Part, ...], tuple[Permit, ...]]:
    rng = dice("work orders", order_id)
    is_it = ci.category == "it_asset"
    start = _planned_start(order, anchor, rng)
    parts = _parts(order_id, order, is_it, anchor, rng)
    permits = () if is_it else _permits(order_id, order, start, rng)
    touched = order.requested_at + timedelta(hours=rng.randrange(1, 30))
    planned = Order(
        order_id=order_id,
        ci_id=order.ci_id,
        title=order.title,
        description=order.description,
        priority=order.priority,
        status=order.order_status,
        team=order.team,
        crew=f"{order.team.removesuffix('_team')}-{1 + rng.randrange(CREWS_PER_TEAM)}",
        requested_at=order.requested_at,
        updated_at=order.completed_at or min(touched, anchor - timedelta(minutes=30)),
        planned_start=start,
        planned_hours=0.5 * rng.randrange(2, 33),
        progress_percent=_progress(order, rng),
        permit_status=permits[-1].status if permits else "none",
        parts_waiting=sum(part.waiting for part in parts),
        completed_at=order.completed_at,
    )
    return planned, parts, permits


def _planned_start(order: WorkOrder, anchor: datetime, rng: Random) -> datetime | None:
    """On an hour; what is done began before it ended, what is open begins after the anchor."""
    if order.order_status == "cancelled":
        return None
    if order.completed_at is not None:
        took = order.completed_at - order.requested_at
        return _on_the_hour(order.requested_at + took * (0.2 + 0.6 * rng.random()))
    if order.order_status == "in_progress":
        return _on_the_hour(order.requested_at + (anchor - order.requested_at) * rng.random())
    soon = {"urgent": 1, "high": 4, "normal": 12, "low": 25}[order.priority]
    return _on_the_hour(anchor + timedelta(hours=3 + rng.randrange(24 * soon)))


def _on_the_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _progress(order: WorkOrder, rng: Random) -> int:
    if order.order_status == "in_progress":
        return 5 * rng.randrange(3, 18)
    return 100 if order.order_status == "done" else 0


def _parts(
    order_id: str, order: WorkOrder, is_it: bool, anchor: datetime, rng: Random
) -> tuple[Part, ...]:
    """Only what is not done yet can wait for a part; the re-ordered filter surely does."""
    chosen = rng.sample(IT_PARTS if is_it else PARTS, rng.choice((0, 0, 1, 1, 2)))
    can_wait = order.order_status in ("open", "in_progress")
    lines = []
    for part_no, name in sorted(chosen):
        quantity = rng.randrange(1, 5)
        is_short = can_wait and rng.random() < 0.5
        stock = rng.randrange(quantity) if is_short else quantity + rng.randrange(6)
        due = anchor.date() + timedelta(days=2 + rng.randrange(20)) if is_short else None
        lines.append(Part(order_id, part_no, name, quantity, stock, is_short, due))
    if order.title.endswith("Order the filter again"):
        due = anchor.date() + timedelta(days=9)
        return (Part(order_id, *PARTS[0], 2, 0, True, due),)
    return tuple(lines)


def _permits(
    order_id: str, order: WorkOrder, start: datetime | None, rng: Random
) -> tuple[Permit, ...]:
    if start is None or rng.random() < 0.4:
        return ()
    status = {"done": "closed", "in_progress": "issued"}.get(order.order_status, "requested")
    issued = start - timedelta(hours=1) if status != "requested" else None
    until = issued + timedelta(hours=24) if issued else None
    number, kind = order_id.removeprefix("WO-"), rng.choice(PERMIT_KINDS)
    return (Permit(f"PTW-{number}", order_id, kind, status, order.requested_at, issued, until),)


def _technicians(teams: list[str]) -> Iterator[Technician]:
    number = 0
    for team in teams:
        for crew in range(1, CREWS_PER_TEAM + 1):
            for shift in SHIFTS[:TECHNICIANS_PER_CREW]:
                number += 1
                name = f"{team.removesuffix('_team')}-{crew}"
                yield Technician(f"TEC-{number:03d}", name, team, shift)


def as_json(row: Order | Part | Permit | Technician) -> dict[str, object]:
    """A row as the API gives it: times in ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(row).items()
    }
