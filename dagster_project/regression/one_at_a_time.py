"""Work that one process at a time may do, over as many transactions as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_SPACE = 0x63616E76


@contextmanager
def one_at_a_time(database: Database, what: str) -> Iterator[None]:
    """Waits for its turn. A process that dies gives the turn back at once.

    Its connection is its own: those who wait must not hold what the one at work needs.
    Raises: StoreError.
    """
    try:
        connection = psycopg.connect(database.owner_url, autocommit=True, connect_timeout=5)
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not be reached to {what}: {error}.",
            "See that the database runs (`canvas status`).",
        ) from error
    with connection:
        connection.execute("select pg_advisory_lock(%s, hashtext(%s))", (_SPACE, what))
        yield
