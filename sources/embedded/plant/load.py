"""All rows of the demo plant into the schema `plant`, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Literal

import psycopg

from sources.embedded.plant import events, incidents, metrics, work
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.model import Ci
from sources.embedded.plant.relations import relations
from sources.embedded.plant.schema import AFTER_SAMPLES, DDL, INDEXES, comments
from sources.embedded.plant.topology import equipment

VERSION = 1
METRIC_DAYS = 31
Scale = Literal["small", "default", "large"]
INTERVAL_SECONDS: dict[Scale, int] = {"small": 3_600, "default": 900, "large": 80}
CI_COLUMNS = ", ".join(field.name for field in fields(Ci) if field.name != "age_days")


def load_plant(connection: psycopg.Connection, anchor: datetime, scale: Scale) -> dict[str, int]:
    """Replace the schema `plant`; answers the row count of each table."""
    items = (*equipment(), *information_technology())
    connection.execute("drop schema if exists plant cascade")
    connection.execute("create schema plant")
    connection.execute(DDL)
    connection.execute("comment on schema plant is 'Demo: a combined-cycle plant and its IT'")
    connection.execute(comments().encode())
    counts = {
        "plant.ci": _copy_items(connection, items, anchor),
        "plant.ci_relation": _copy(
            connection, "ci_relation (from_ci, relation, to_ci)", relations(items)
        ),
        "plant.event": _copy_events(connection, items, anchor),
        **_copy_work(connection, items, anchor),
        **_make_metrics(connection, items, anchor, scale),
    }
    connection.execute(INDEXES)
    return counts


def _copy(connection: psycopg.Connection, into: str, rows: Iterable[Sequence[object]]) -> int:
    count = 0
    statement = f"copy plant.{into} from stdin".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for count, row in enumerate(rows, start=1):  # noqa: B007
            copy.write_row(row)
    return count


def _copy_items(connection: psycopg.Connection, items: tuple[Ci, ...], anchor: datetime) -> int:
    rows = (
        [list(v) if isinstance(v, tuple) else v for v in astuple(ci)[:-1]]
        + [anchor.date() - timedelta(days=ci.age_days)]
        for ci in items
    )
    return _copy(connection, f"ci ({CI_COLUMNS}, installed_on)", rows)


def _copy_events(connection: psycopg.Connection, items: tuple[Ci, ...], anchor: datetime) -> int:
    found = [
        *events.everyday_events(items, anchor),
        *incidents.incident_events(items, anchor),
    ]
    found.sort(key=lambda e: (e.occurred_at, e.ci_id, e.alarm_code))
    rows = (
        (
            number,
            e.ci_id,
            e.event_type,
            e.severity,
            e.alarm_code,
            e.message,
            e.occurred_at,
            e.acknowledged_at is not None,
            e.acknowledged_at,
            e.cleared_at is not None,
            e.cleared_at,
        )
        for number, e in enumerate(found, start=1)
    )
    return _copy(
        connection,
        "event (event_id, ci_id, event_type, severity, alarm_code, message, occurred_at, "
        "acknowledged, acknowledged_at, cleared, cleared_at)",
        rows,
    )


def _copy_work(
    connection: psycopg.Connection, items: tuple[Ci, ...], anchor: datetime
) -> dict[str, int]:
    jobs = [*work.everyday_maintenance(items, anchor), *incidents.incident_maintenance(anchor)]
    jobs.sort(key=lambda m: (m.started_at, m.ci_id))
    orders = [*work.everyday_orders(items, anchor), *incidents.incident_orders(anchor)]
    orders.sort(key=lambda o: (o.requested_at, o.ci_id))
    done = _copy(
        connection,
        "maintenance (maintenance_id, ci_id, maintenance_type, started_at, ended_at, "
        "duration_hours, cost_krw, result, summary)",
        (
            (
                f"MNT-{n:05d}",
                m.ci_id,
                m.maintenance_type,
                m.started_at,
                m.ended_at,
                (m.ended_at - m.started_at) / timedelta(hours=1) if m.ended_at else None,
                m.cost_krw,
                m.result,
                m.summary,
            )
            for n, m in enumerate(jobs, start=1)
        ),
    )
    asked = _copy(
        connection,
        "work_order (order_id, ci_id, priority, order_status, title, description, requested_at, "
        "completed_at, team)",
        ((f"WO-{n:05d}", *astuple(o)) for n, o in enumerate(orders, start=1)),
    )
    return {"plant.maintenance": done, "plant.work_order": asked}


def _make_metrics(
    connection: psycopg.Connection, items: tuple[Ci, ...], anchor: datetime, scale: Scale
) -> dict[str, int]:
    defined = _copy(
        connection,
        "metric_definition (metric, unit, name_ko, name_en, ci_classes)",
        ((m.name, m.unit, m.name_ko, m.name_en, list(m.classes)) for m in metrics.METRICS),
    )
    found = metrics.series(items)
    names = ("ci_id", "metric", "base", "daily", "noise", "low", "high", "phase", "seed")
    made = connection.execute(
        metrics.SAMPLES_SQL,
        {
            "start": anchor - timedelta(days=METRIC_DAYS),
            "end": anchor,
            "interval_seconds": INTERVAL_SECONDS[scale],
            **{name: [getattr(one, name) for one in found] for name in names},
        },
    ).rowcount
    connection.execute(AFTER_SAMPLES)
    highest = {metric.name: metric.high for metric in metrics.METRICS}
    for shift in incidents.shifts(anchor):
        values = {name: getattr(shift, name) for name in shift.__slots__}
        connection.execute(incidents.SHIFT_SQL, {**values, "high": highest[shift.metric]})
    return {"plant.metric_definition": defined, "plant.metric_sample": made}
