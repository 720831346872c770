"""The database as calls of models use it: soon or not at all.

An ask must end in time also while the database does not answer. So each piece of work waits for a
connection, a lock and a statement only for a moment, and after a failure the database is left alone
for another: whoever comes in between is told at once. What each call needs goes out as one message.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_WAIT_SECONDS = 1.0
_REST_SECONDS = 3.0
_errors_seen: WeakKeyDictionary[Database, int] = WeakKeyDictionary()
_failed_at: WeakKeyDictionary[Database, float] = WeakKeyDictionary()


@contextmanager
def short_transaction(database: Database, doing: str) -> Iterator[psycopg.Connection[Any]]:
    """One durable transaction. `doing` completes "The database could not …". Raises: StoreError."""
    with _connected(database, doing) as connection, connection.transaction():
        connection.execute(_LIMITS)
        yield connection


def one_message(
    database: Database, doing: str, script: LiteralString, values: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Statements as one transaction in one message. Shape: the rows of the last that has any.

    Their commit does not wait for the disk: it is there for all at once, and safe with the next
    durable commit of anybody, such as that of the ask's trace. Raises: StoreError.
    """
    with _connected(database, doing) as connection:
        cursor = psycopg.ClientCursor(connection)
        rows: list[tuple[Any, ...]] = []
        try:
            cursor.execute(f"begin; {_LIMITS}; {_NOT_WAITING}; {script}; commit", values)
            while True:
                if cursor.description is not None:
                    rows = cursor.fetchall()
                if not cursor.nextset():
                    return rows
        except psycopg.Error:
            if not connection.broken:
                connection.rollback()
            raise


@contextmanager
def _connected(database: Database, doing: str) -> Iterator[psycopg.Connection[Any]]:
    if time.monotonic() - _failed_at.get(database, float("-inf")) < _REST_SECONDS:
        raise StoreError(f"The database could not {doing}: it failed a moment ago.", _ADVICE)
    try:
        with database.single_statement_pool.connection(timeout=_WAIT_SECONDS) as connection:
            yield connection
    except psycopg.Error as error:
        if _is_down(database, error):
            _failed_at[database] = time.monotonic()
        raise StoreError(f"The database could not {doing}: {error}.", _ADVICE) from error


def _is_down(database: Database, error: psycopg.Error) -> bool:
    """Not when it, or our pool, only has too much to do."""
    from psycopg_pool import PoolTimeout

    if isinstance(error, PoolTimeout):
        failed = database.single_statement_pool.get_stats().get("connections_errors", 0)
        seen, _errors_seen[database] = _errors_seen.get(database, 0), failed
        return failed > seen
    return isinstance(error, psycopg.OperationalError) and not isinstance(error, _BUSY)


_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)
_ADVICE = "See that the database runs (`canvas status`)."
_LIMITS: LiteralString = "set local statement_timeout = '1s'; set local lock_timeout = '1s'"
_NOT_WAITING: LiteralString = "set local synchronous_commit = off"
