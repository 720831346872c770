"""Traces of chosen ages, and what must hold of a store after any prune."""

from __future__ import annotations

from datetime import datetime, timedelta

from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import TraceId
from dagster_project.store.audit import AuditRow, audit_rows
from dagster_project.store.database import Database
from dagster_project.traces.find import get
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep
from dagster_project.traces.packing import base_of, digests_in
from traces.finished_trace import ANCHOR
from traces.trace_examples import table_trace

NOW = ANCHOR + timedelta(days=100)
OLD = NOW - timedelta(days=31)
YOUNG = NOW - timedelta(days=1)


def aged(trace: Trace, created: datetime, **changes: object) -> Trace:
    """The same content once more, under an id of its own."""
    update = {"trace_id": new_trace_id(created), "created_at": created, **changes}
    return trace.model_copy(update=update)


def kept(database: Database, seed: int, created: datetime, **changes: object) -> TraceId:
    trace = aged(table_trace(seed, rows=3), created, **changes)
    keep(database, trace)
    return trace.trace_id


def trace_ids(database: Database) -> set[str]:
    with database.pool.connection() as connection:
        return {row[0] for row in connection.execute("select trace_id from canvas.trace")}


def payloads(database: Database) -> dict[bytes, bytes | None]:
    """Digest to the digest it leans on."""
    with database.pool.connection() as connection:
        rows = connection.execute("select digest, body from canvas.payload").fetchall()
    return {bytes(digest): base_of(bytes(body)) for digest, body in rows}


def needed_payloads(database: Database) -> set[bytes]:
    """Worked out in Python from the bodies: named by a trace, or leant on."""
    bases = payloads(database)
    with database.pool.connection() as connection:
        bodies = [bytes(row[0]) for row in connection.execute("select body from canvas.trace")]
    open_ = {digest for body in bodies for digest in digests_in(body)}
    needed: set[bytes] = set()
    while open_:
        needed |= open_
        open_ = {base for digest in open_ if (base := bases[digest])} - needed
    return needed


def assert_whole(database: Database) -> None:
    """Every trace can be read, and no payload leans on one that is gone."""
    for trace_id in trace_ids(database):
        get(database, trace_id)
    bases = payloads(database)
    assert {base for base in bases.values() if base} <= bases.keys()


def prune_rows(database: Database) -> list[AuditRow]:
    return [row for row in audit_rows(database) if row.act == "prune"]
