"""Deletes payloads that no trace needs, while traces are being kept.

`keep` leaves a payload alone that is there already, so a sweep must never delete one between that
look and the commit of its trace. It is made impossible so:

1. Under `share row exclusive` on the table payload no keep is under way: all that were are
   committed, all that come wait. The highest `trace.seq` is the mark, and the lock is given back.
2. Without a lock, what no trace needs becomes the table of candidates. A trace that this look
   cannot see was kept after the mark, and `seq` says so.
3. Batch by batch the lock is taken again for some milliseconds. Traces above the mark take what
   they name, and what that leans on, out of the candidates. Then the batch is deleted.

A payload goes before the one it leans on. So a sweep may be killed at any moment: what is left
can be read, and shared by the next keep.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")
LAYOUT = b"\x01"
"""Of bodies and payloads, see `packing`: where in them the digests stand."""
LOCK_TIMEOUT = "50ms"
"""Keeps wait behind a sweep that waits for the lock; an autovacuum may hold it for long."""
_PAUSE_SECONDS = 0.25
PATIENCE_SECONDS = 60.0

# `packing` says where digests stand: 16 bytes each, from byte 4 of a body and byte 2 of a payload.
_REFERENCES = """
select substring(t.body from 4 + 16 * n for 16) as digest
from (select substring(body from 2 for 2) as head, trace_id, seq, body from canvas.trace) t
cross join lateral generate_series(0, get_byte(t.head, 0) * 256 + get_byte(t.head, 1)) as n
"""
_BASE = "substring(p.body from 2 for 16)"
_FIND = f"""
create temporary table candidate as
select p.digest, {_BASE} as base, pg_column_size(p.body) as bytes, null::int as depth
from canvas.payload p
where not exists (
    select from (
        {_REFERENCES} where not exists (select from going g where g.trace_id = t.trace_id)
    ) needed where needed.digest = p.digest)
"""
_TAKE_OUT = """
with recursive needed (digest, base) as (
    select c.digest, c.base from candidate c where {start}
    union
    select c.digest, c.base from needed n join candidate c on c.digest = n.base
)
delete from candidate c using needed n where c.digest = n.digest
"""
_LEANT_ON = _TAKE_OUT.format(
    start=f"""exists (
        select from canvas.payload p where {_BASE} = c.digest
        and not exists (select from candidate other where other.digest = p.digest))"""
)
_NAMED_SINCE = _TAKE_OUT.format(start=f"c.digest in ({_REFERENCES} where t.seq > %s)")
_NAMED_BY = _TAKE_OUT.format(start=f"c.digest in ({_REFERENCES} where t.trace_id = any(%s))")
_DEPTHS = """
with recursive placed (digest, depth) as (
    select c.digest, 0 from candidate c
    where not exists (select from candidate other where other.digest = c.base)
    union all
    select c.digest, p.depth + 1 from placed p join candidate c on c.base = p.digest
)
update candidate c set depth = p.depth from placed p where p.digest = c.digest
"""
_DELETE = """
with batch as (
    delete from candidate where digest in (
        select digest from candidate where depth is not null order by depth desc limit %s)
    returning digest
), gone as (
    delete from canvas.payload p using batch b where p.digest = b.digest
    returning pg_column_size(p.body) as bytes
)
select (select count(*) from batch), (select count(*) from gone),
       (select coalesce(sum(bytes), 0)::bigint from gone)
"""
_STRANGE = """
select (select count(*) from canvas.trace where substring(body for 1) <> %(layout)s)
     + (select count(*) from canvas.payload where substring(body for 1) <> %(layout)s)
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """One batch."""

    payloads: int
    body_bytes: int
    held_ms: float
    """How long keeps could not go on."""


def mark_newest(connection: psycopg.Connection[Any]) -> int:
    """The newest trace at a moment when no keep is under way. Raises: StoreError when busy."""
    found = _alone(connection, lambda: _newest(connection))
    if found is None:
        raise StoreError(
            f"The table canvas.payload could not be locked for {PATIENCE_SECONDS:.0f} s.",
            "Something writes or vacuums it without a pause; prune again later.",
        )
    return found


def find_candidates(connection: psycopg.Connection[Any]) -> tuple[int, int]:
    """Payloads that no trace will need once those `going` are gone, and the bytes of their bodies.

    Effects: makes the temporary table `candidate`. Raises: StoreError for a layout not known here.
    """
    strange = _row(connection.execute(_STRANGE, {"layout": LAYOUT}))[0]
    if strange:
        raise StoreError(
            f"{strange:,} traces or payloads are in a layout that this program cannot read.",
            "Prune with the version of the program that wrote them, or a newer one.",
        )
    connection.execute(_FIND)
    connection.execute("alter table candidate add primary key (digest)")
    connection.execute("analyze candidate")
    connection.execute(_LEANT_ON)
    connection.execute("create index on candidate (base)")
    connection.execute(_DEPTHS)
    connection.execute("create index on candidate (depth)")
    connection.execute("analyze candidate")
    return _row(connection.execute("select count(*), coalesce(sum(bytes), 0) from candidate"))


def spare(connection: psycopg.Connection[Any], trace_ids: tuple[str, ...]) -> None:
    """Takes out of the candidates what these traces need; they stay after all."""
    if trace_ids:
        connection.execute(_NAMED_BY, (list(trace_ids),))


def sweep(connection: psycopg.Connection[Any], since: int, batch: int) -> Iterator[Swept]:
    """Deletes the candidates, each batch in a transaction of its own; `since` is the mark.

    Ends early when the lock cannot be had; the next sweep goes on.
    """
    caught_up = _alone(connection, lambda: _newest(connection))
    if caught_up is None:
        return
    # Most of what came since needs no lock: all up to here is committed.
    connection.execute(_NAMED_SINCE, (since,))
    newest = caught_up

    def delete_batch() -> tuple[int, int, int, int, float]:
        began = time.perf_counter()
        connection.execute(_NAMED_SINCE, (newest,))
        now_newest = _newest(connection)
        counts = _row(connection.execute(_DELETE, (batch,)))
        return (now_newest, *counts, began)

    while True:
        done = _alone(connection, delete_batch)
        if done is None:
            return
        newest, taken, payloads, body_bytes, began = done
        held = time.perf_counter() - began
        if not taken:
            return
        yield Swept(payloads, body_bytes, held * 1_000)
        time.sleep(held)  # as long for keeps as for the sweep


def left(connection: psycopg.Connection[Any]) -> int:
    """Candidates that are still there."""
    return _row(connection.execute("select count(*) from candidate"))[0]


def _alone(connection: psycopg.Connection[Any], act: Callable[[], _T]) -> _T | None:
    """`act` in a transaction while no trace is kept; None when the lock cannot be had in time."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with connection.transaction():
                connection.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
                # Keeps need not wait for the disk; a deletion that a crash undoes is done again.
                connection.execute("set local synchronous_commit = off")
                connection.execute("lock table canvas.payload in share row exclusive mode")
                return act()
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > patient_until:
                return None
            time.sleep(_PAUSE_SECONDS)


def _newest(connection: psycopg.Connection[Any]) -> int:
    return _row(connection.execute("select coalesce(max(seq), 0) from canvas.trace"))[0]


def _row(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row
