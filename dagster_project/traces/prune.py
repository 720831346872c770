"""T4: traces older than the policy's retention go, with the payloads that only they needed.

Asks go on meanwhile. What stays is whole at every moment, also when a prune is killed; the next
one goes on where it ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from dagster_project.contracts.assets.policy import Retention
from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.contracts.value import Value
from dagster_project.traces.going import Reason, oldest_staying
from dagster_project.traces.payload_sweep import mark_newest
from dagster_project.traces.prune_steps import delete, look, would_delete, write_audit
from dagster_project.traces.table_sizes import TableSize, compared, table_sizes

if TYPE_CHECKING:
    from dagster_project.store.database import Database

Progress = Callable[[str, str, float], None]
"""Called with step, message and elapsed milliseconds."""
_ONE_AT_A_TIME = 0x63616E76_61730003


class PruneReport(Value):
    """What a prune deleted, or with `dry_run` would delete, and why the rest stayed."""

    dry_run: bool
    older_than: datetime
    """Traces created before this moment go."""
    test_runs_older_than: datetime
    deleted: int
    kept: dict[Reason, int]
    oldest_kept: datetime | None
    payloads_deleted: int
    payloads_left: int
    """Not needed and still there, as the table was busy; the next prune takes them."""
    trace_bytes: int
    """Of the deleted traces' bodies; rows and indexes come on top."""
    payload_bytes: int
    """Of the deleted payloads' bodies."""
    longest_hold_ms: float
    """The longest that asks could not be kept."""
    tables: tuple[TableSize, ...]
    """All of the schemas canvas and dagster. Postgres gives deleted rows' space to new rows, and
    seldom back to the disk: a size that stays is one that stops growing."""
    seconds: float
    model_calls_deleted: int = 0
    """Rows of the ledger; what a day cost stays."""
    replies_deleted: int = 0
    """Kept replies of models that a newer one stands in for."""

    @property
    def deleted_anything(self) -> bool:
        return not self.dry_run and bool(self.deleted or self.payloads_deleted)


def prune(
    database: Database,
    retention: Retention,
    now: datetime,
    dry_run: bool = False,
    batch: int = 1_000,
    progress: Progress | None = None,
    by: str = "canvas",
) -> PruneReport:
    """Delete what the retention does not keep, of all tenants.

    Effects: transactions of at most `batch` traces; one audit row when something is deleted.
    Raises: InvalidRequest while another prune is under way, StoreError.
    """
    began = time.perf_counter()

    def tell(step: str, message: str) -> None:
        if progress is not None:
            progress(step, message, (time.perf_counter() - began) * 1_000)

    with _connected(database) as connection:
        before = table_sizes(connection)
        tell("mark", "a moment at which no trace is being kept")
        mark = 0 if dry_run else mark_newest(connection)
        wanted = look(connection, retention, now, tell)
        if dry_run:
            done = would_delete(connection, wanted)
        else:
            done = delete(
                connection,
                wanted,
                mark,
                batch,
                tell,
                lambda: write_audit(connection, retention, wanted, by),
            )
        return PruneReport(
            dry_run=dry_run,
            older_than=wanted.cutoffs.others,
            test_runs_older_than=wanted.cutoffs.test_runs,
            deleted=done.traces,
            kept={**wanted.kept, **_late(done.late)},
            oldest_kept=oldest_staying(connection),
            payloads_deleted=done.payloads,
            payloads_left=done.payloads_left,
            trace_bytes=done.trace_bytes,
            payload_bytes=done.payload_bytes,
            longest_hold_ms=round(done.longest_hold_ms, 3),
            tables=compared(before, table_sizes(connection)),
            seconds=round(time.perf_counter() - began, 3),
        )


def _late(count: int) -> dict[Reason, int]:
    return {"late": count} if count else {}


@contextmanager
def _connected(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own: temporary tables and the lock end with it."""
    try:
        with psycopg.connect(
            database.owner_url,
            autocommit=True,
            connect_timeout=5,
            application_name="canvas prune",
        ) as connection:
            _be_alone(connection)
            connection.execute("set work_mem = '32MB'")
            yield connection
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not prune traces: {error}.",
            "See that the database runs (`canvas status`), then prune again; nothing is half done.",
        ) from error


def _be_alone(connection: psycopg.Connection[Any]) -> None:
    """Waits a moment, as the server frees the lock of a prune that just ended after its client."""
    try:
        connection.execute("set lock_timeout = '1s'")
        connection.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
        connection.execute("reset lock_timeout")
    except psycopg.errors.LockNotAvailable:
        raise InvalidRequest(
            "Another prune is under way.", "Wait for it to end; one is enough."
        ) from None
