"""Row types of the demo plant, and the deterministic dice they are rolled with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

SEED = 20_260_204


@dataclass(frozen=True, slots=True)
class Ci:
    """One configuration item."""

    ci_id: str
    name_ko: str
    name_en: str
    ci_class: str
    parent_id: str | None
    zone: str
    owner: str
    category: str = "plant"
    status: str = "running"
    criticality: str = "medium"
    aliases: tuple[str, ...] = ()
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    cores: int | None = None
    memory_gb: int | None = None
    ip: str | None = None
    rated_mw: float | None = None
    age_days: int = 0
    """Since its installation, at the anchor."""


@dataclass(frozen=True, slots=True)
class Event:
    ci_id: str
    event_type: str
    severity: str
    alarm_code: str
    message: str
    occurred_at: datetime
    acknowledged_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    ci_id: str
    maintenance_type: str
    started_at: datetime
    ended_at: datetime | None
    cost_krw: int
    result: str
    summary: str


@dataclass(frozen=True, slots=True)
class WorkOrder:
    ci_id: str
    priority: str
    order_status: str
    title: str
    description: str
    requested_at: datetime
    completed_at: datetime | None
    team: str


def both(ko: str, en: str) -> str:
    """One free text for readers of either language."""
    return f"{ko} / {en}"


def dice(*about: object) -> Random:
    """The same random numbers for the same words, in every process."""
    return Random(":".join(str(part) for part in (SEED, *about)))
