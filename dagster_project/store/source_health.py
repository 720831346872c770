"""The last states of each source, kept in `canvas.source_health`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.store.single_statements import single_statements
from sources.protocol import Health, HealthStatus

if TYPE_CHECKING:
    from dagster_project.store.database import Database

HealthRecord = tuple[datetime, HealthStatus, float]
"""When, how it stood, and its latency in ms."""


def keep_health(database: Database, source: str, health: Health) -> None:
    """Add a row. Effects: one durable commit; a second row of the same instant changes nothing.

    Raises: StoreError.
    """
    findings = [{"name": f.name, "status": f.status, "detail": f.detail} for f in health.findings]
    with single_statements(database, "keep a source's health") as connection:
        connection.execute(
            "insert into canvas.source_health (source, checked_at, status, latency_ms, findings)"
            " values (%s, %s, %s, %s, %s) on conflict do nothing",
            (source, health.checked_at, health.status, health.latency_ms, json.dumps(findings)),
        )


def recent_health(database: Database, source: str, limit: int = 50) -> tuple[HealthRecord, ...]:
    """The last states, oldest first. Raises: StoreError."""
    with single_statements(database, "read a source's health") as connection:
        found = connection.execute(
            "select checked_at, status, latency_ms from canvas.source_health"
            " where source = %s order by checked_at desc limit %s",
            (source, limit),
        ).fetchall()
    return tuple(reversed(found))
