"""What traces take on disk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.contracts.value import Value
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database


class TraceSizes(Value):
    """Bytes are all that the tables take, with indexes and pages not yet full."""

    traces: int
    payloads: int
    trace_bytes: int
    payload_bytes: int
    bytes_per_trace: float
    by_route: dict[str, int]
    by_status: dict[str, int]
    oldest: datetime | None
    newest: datetime | None


def trace_sizes(database: Database, *, tenant: str = "default") -> TraceSizes:
    """Counts are the tenant's; bytes are the whole store's, which tenants share."""
    with single_statements(database, "count traces") as connection:
        row = connection.execute(
            "select (select count(*) from canvas.trace), (select count(*) from canvas.payload),"
            " pg_total_relation_size('canvas.trace'), pg_total_relation_size('canvas.payload')"
        ).fetchone()
        groups = connection.execute(
            "select route, status, count(*), min(created_at), max(created_at)"
            " from canvas.trace where tenant = %s group by route, status order by route, status",
            (tenant,),
        ).fetchall()
    assert row is not None
    all_traces, payloads, trace_bytes, payload_bytes = row
    by_route: dict[str, int] = {}
    by_status: dict[str, int] = {}
    for route, status, count, _, _ in groups:
        by_route[route] = by_route.get(route, 0) + count
        by_status[status] = by_status.get(status, 0) + count
    return TraceSizes(
        traces=sum(by_route.values()),
        payloads=payloads,
        trace_bytes=trace_bytes,
        payload_bytes=payload_bytes,
        bytes_per_trace=(trace_bytes + payload_bytes) / all_traces if all_traces else 0.0,
        by_route=by_route,
        by_status=by_status,
        oldest=min((group[3] for group in groups), default=None),
        newest=max((group[4] for group in groups), default=None),
    )
