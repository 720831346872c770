"""A pooled connection for single statements: each is its own transaction, one round trip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from dagster_project.store.database import Database


@contextmanager
def single_statements(database: Database, doing: str) -> Iterator[psycopg.Connection[Any]]:
    """`doing` completes "The database could not …". Raises: StoreError for any database error."""
    try:
        with database.single_statement_pool.connection() as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not {doing}: {error}.",
            "See that the database runs (`canvas status`).",
        ) from error
