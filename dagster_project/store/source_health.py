"""The last states of each source, kept in `canvas.source_health`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from dagster_project.store.tables import source_health
from sources.protocol import Health, HealthStatus

if TYPE_CHECKING:
    from dagster_project.store.database import Database

HealthRecord = tuple[datetime, HealthStatus, float]
"""When, how it stood, and its latency in ms."""


def keep_health(database: Database, source: str, health: Health) -> None:
    """Add a row. Effects: one durable commit; a second row of the same instant changes nothing."""
    row = {
        "source": source,
        "checked_at": health.checked_at,
        "status": health.status,
        "latency_ms": health.latency_ms,
        "findings": [
            {"name": f.name, "status": f.status, "detail": f.detail} for f in health.findings
        ],
    }
    with database.engine.begin() as connection:
        connection.execute(pg.insert(source_health).values(row).on_conflict_do_nothing())


def recent_health(database: Database, source: str, limit: int = 50) -> tuple[HealthRecord, ...]:
    """The last states, oldest first."""
    newest = (
        sa.select(source_health.c.checked_at, source_health.c.status, source_health.c.latency_ms)
        .where(source_health.c.source == source)
        .order_by(source_health.c.checked_at.desc())
        .limit(limit)
    )
    with database.engine.connect() as connection:
        found = connection.execute(newest).all()
    return tuple((at, cast(HealthStatus, status), ms) for at, status, ms in reversed(found))
