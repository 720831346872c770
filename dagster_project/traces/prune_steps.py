"""The steps of a prune: look, delete traces, sweep payloads, make room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.assets.policy import Retention
from dagster_project.store.audit import record
from dagster_project.traces import payload_sweep
from dagster_project.traces.going import Cutoffs, Reason, delete_batch, going_bytes, list_going

if TYPE_CHECKING:
    import psycopg

Tell = Callable[[str, str], None]
"""Called with step and message."""
_PAYLOADS_SHARE = 10
"""A batch of payloads is this much smaller than one of traces: keeps wait for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the look found."""

    cutoffs: Cutoffs
    going: int
    kept: dict[Reason, int]
    unneeded: int
    unneeded_bytes: int


@dataclass(frozen=True, slots=True)
class Done:
    """What was deleted, or would be."""

    traces: int = 0
    trace_bytes: int = 0
    payloads: int = 0
    payload_bytes: int = 0
    late: int = 0
    payloads_left: int = 0
    longest_hold_ms: float = 0.0


def look(
    connection: psycopg.Connection[Any], retention: Retention, now: datetime, tell: Tell
) -> Wanted:
    cutoffs = Cutoffs(
        others=now - timedelta(days=retention.days),
        test_runs=now - timedelta(days=retention.test_days),
        keep_failed=retention.keep_failed,
    )
    tell("list", "which traces go")
    count, kept = list_going(connection, cutoffs)
    tell("list", f"which payloads only these {count:,} traces need")
    unneeded, unneeded_bytes = payload_sweep.find_candidates(connection)
    return Wanted(cutoffs, count, kept, unneeded, unneeded_bytes)


def would_delete(connection: psycopg.Connection[Any], wanted: Wanted) -> Done:
    return Done(
        traces=wanted.going,
        trace_bytes=going_bytes(connection),
        payloads=wanted.unneeded,
        payload_bytes=wanted.unneeded_bytes,
    )


def delete(
    connection: psycopg.Connection[Any],
    wanted: Wanted,
    mark: int,
    batch: int,
    tell: Tell,
    write_audit: Callable[[], None],
) -> Done:
    """`mark` was taken before the look. Effects: a transaction per batch, then a vacuum."""
    if not wanted.going and not wanted.unneeded:
        return Done()
    # Batches are small: a plan that reads a whole table for one is always wrong.
    for way in ("seqscan", "hashjoin", "mergejoin"):
        connection.execute("select set_config(%s, 'off', false)", (f"enable_{way}",))
    with connection.transaction():
        # With the first batch, so that a killed prune has its row too.
        write_audit()
        done = _delete_batch(connection, batch, Done())
    tell("traces", f"{done.traces:,} of {wanted.going:,} deleted")
    while done.traces + done.late < wanted.going:
        with connection.transaction():
            done = _delete_batch(connection, batch, done)
        tell("traces", f"{done.traces:,} of {wanted.going:,} deleted")
    for swept in payload_sweep.sweep(connection, mark, max(1, batch // _PAYLOADS_SHARE)):
        done = replace(
            done,
            payloads=done.payloads + swept.payloads,
            payload_bytes=done.payload_bytes + swept.body_bytes,
            longest_hold_ms=max(done.longest_hold_ms, swept.held_ms),
        )
        tell("payloads", f"{done.payloads:,} of {wanted.unneeded:,} deleted")
    connection.execute("reset all")
    tell("vacuum", "make room for new rows")
    # No truncating: it would lock asks out.
    connection.execute("vacuum (analyze, truncate false, skip_locked) canvas.trace, canvas.payload")
    return replace(done, payloads_left=payload_sweep.left(connection))


def _delete_batch(connection: psycopg.Connection[Any], batch: int, done: Done) -> Done:
    gone = delete_batch(connection, batch)
    payload_sweep.spare(connection, gone.late)
    return replace(
        done,
        traces=done.traces + gone.traces,
        trace_bytes=done.trace_bytes + gone.body_bytes,
        late=done.late + len(gone.late),
    )


def write_audit(
    connection: psycopg.Connection[Any], retention: Retention, wanted: Wanted, by: str
) -> None:
    record(
        connection,
        by=by,
        act="prune",
        subject="traces",
        reason=f"older than {retention.days} days, test runs {retention.test_days}",
        after={
            "older_than": wanted.cutoffs.others,
            "test_runs_older_than": wanted.cutoffs.test_runs,
            "traces": wanted.going,
            "payloads": wanted.unneeded,
            "kept": wanted.kept,
        },
    )
