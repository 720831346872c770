"""The database as calls of models use it: soon or not at all.

An ask must end in time also while the database does not answer. So each piece of work waits for a
connection, a lock and a statement only for a moment, and after a failure the database is left alone
for another: whoever comes in between is told at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_WAIT_SECONDS = 1.0
_REST_SECONDS = 3.0
_failed_at: WeakKeyDictionary[Database, float] = WeakKeyDictionary()


@contextmanager
def short_transaction(
    database: Database, doing: str, *, durable: bool = True
) -> Iterator[psycopg.Connection[Any]]:
    """One transaction, its statements sent together. `doing` completes "The database could not …".

    Not durable: it may be lost when the database's machine stops within the next moment.
    Raises: StoreError.
    """
    if time.monotonic() - _failed_at.get(database, float("-inf")) < _REST_SECONDS:
        raise StoreError(f"The database could not {doing}: it failed a moment ago.", _ADVICE)
    try:
        with (
            database.single_statement_pool.connection(timeout=_WAIT_SECONDS) as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            connection.execute(_LIMITS)
            if not durable:
                connection.execute("set local synchronous_commit = off")
            yield connection
    except psycopg.Error as error:
        if isinstance(error, psycopg.OperationalError) and not isinstance(error, _BUSY):
            _failed_at[database] = time.monotonic()
        raise StoreError(f"The database could not {doing}: {error}.", _ADVICE) from error


_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)
_ADVICE = "See that the database runs (`canvas status`)."
_LIMITS = (
    "select set_config('statement_timeout', '1s', true), set_config('lock_timeout', '1s', true)"
)
