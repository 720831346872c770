"""One delete of rows older than a moment, or how many it would take."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString

import psycopg

from dagster_project.contracts.errors import StoreError

if TYPE_CHECKING:
    from dagster_project.store.database import Database


def delete_old(
    database: Database, statement: LiteralString, before: datetime, *, dry_run: bool
) -> int:
    """Shape: rows that went, or would. Effects: none with `dry_run`. Raises: StoreError."""
    try:
        with (
            database.pool.connection() as connection,
            connection.transaction(force_rollback=dry_run),
        ):
            return connection.execute(statement, (before,)).rowcount
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not delete what models left: {error}.",
            "See that the database runs (`canvas status`), then prune again.",
        ) from error
