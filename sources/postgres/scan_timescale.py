"""What TimescaleDB's own information views say, where the extension is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from sources.postgres import scan_queries as ask
from sources.postgres.errors import translate

if TYPE_CHECKING:
    from sources.postgres.connections import ReaderConnection


def read_timescale(
    connection: ReaderConnection,
) -> tuple[dict[str, tuple[Any, ...]], list[str]]:
    """Table to column, chunk interval, chunks, compressed and what it is made from; and notes.

    A role that may not read the views gets a note, and the tables stay plain ones.
    """
    if connection.execute(ask.HAS_TIMESCALE, prepare=True).fetchone() is None:
        return {}, []
    try:
        with connection.transaction():
            found = connection.execute(ask.HYPERTABLES, prepare=True).fetchall()
    except psycopg.Error as error:
        if connection.closed or isinstance(error, psycopg.errors.QueryCanceled):
            raise
        reason = translate("timescaledb", error, 0.0).reason
        return {}, [f"timescaledb_information: {reason}"]
    return {name: rest for name, *rest in found}, []  # pyright: ignore[reportReturnType]
