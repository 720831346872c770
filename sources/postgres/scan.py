"""A scan of PostgreSQL: set-wide reads of `pg_catalog`, in one read-only transaction.

A rescan first asks whether any row of the catalog was written since: if not, what was decoded then
still stands, and only rows, sizes and statistics are read again where those moved.
"""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg

from sources.errors import SourceTimeout
from sources.facts import SourceFacts, TableFacts
from sources.postgres import scan_queries as ask
from sources.postgres.connections import (
    GRACE_SECONDS,
    ReaderConnection,
    ReaderConnections,
    milliseconds,
)
from sources.postgres.errors import translate
from sources.postgres.scan_build import Listed, Structure, tables_of, with_figures
from sources.postgres.scan_timescale import read_timescale

_MOST_NOTES = 50


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What the last scan of a source read, and the tokens that say whether it still stands."""

    listed: tuple[tuple[int, str, bool], ...]
    token: object
    figures: tuple[object, ...]
    bare: tuple[TableFacts, ...]
    """Without rows, sizes and statistics."""
    whole: tuple[TableFacts, ...]


_last: weakref.WeakKeyDictionary[ReaderConnections, _Remembered] = weakref.WeakKeyDictionary()


def scan_postgres(
    source: str,
    connections: ReaderConnections,
    allowed_tables: frozenset[str],
    timeout_seconds: float,
) -> SourceFacts:
    """The allowed tables that the role may read. Raises: any SourceError."""
    started = time.perf_counter()
    scanned_at = datetime.now(UTC)
    with connections.borrow(timeout_seconds) as connection:
        connection.deadline = time.monotonic() + timeout_seconds + GRACE_SECONDS
        # Later queries of this session set their own time-out again.
        connection.statement_timeout_ms = None
        try:
            with connection.transaction():
                _read_only(connection, timeout_seconds)
                tables, notes = _scan(connection, connections, allowed_tables)
        except psycopg.Error as error:
            if connection.is_silent:
                raise SourceTimeout(
                    source,
                    f"the server was silent for {timeout_seconds + GRACE_SECONDS:g} s.",
                    "Check that it is alive.",
                ) from error
            raise translate(source, error, timeout_seconds) from error
    return SourceFacts(
        scanned_at=scanned_at,
        elapsed_ms=(time.perf_counter() - started) * 1000,
        tables=tables,
        notes=notes,
    )


def rows(
    connection: ReaderConnection, text: LiteralString, params: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """All rows of one of the scan's own statements."""
    return connection.execute(text, params or {}, prepare=True).fetchall()


def _read_only(connection: ReaderConnection, timeout_seconds: float) -> None:
    """One snapshot for all statements, and a time-out on each that ends with the transaction."""
    connection.execute("set transaction isolation level repeatable read, read only")
    connection.execute(
        "select set_config('statement_timeout', %s, true)", (str(milliseconds(timeout_seconds)),)
    )


def _scan(
    connection: ReaderConnection, connections: ReaderConnections, allowed_tables: frozenset[str]
) -> tuple[tuple[TableFacts, ...], tuple[str, ...]]:
    schemas = [name.removesuffix(".*") for name in allowed_tables if name.endswith(".*")]
    names = [name for name in allowed_tables if not name.endswith(".*")]
    found = [
        Listed(*row) for row in rows(connection, ask.LISTED, {"schemas": schemas, "tables": names})
    ]
    notes = _unread(found, schemas, names)
    listed = [table for table in found if table.readable]
    oids = [table.oid for table in listed]
    timed, told = read_timescale(connection)
    notes += told
    same = tuple((table.oid, table.name, table.whole) for table in listed)
    figures = tuple((table.rows, table.main_bytes, table.analyzed) for table in listed)
    last = _last.get(connections)
    token = rows(connection, ask.TOKEN, {"oids": oids})[0]
    kept = last is not None and last.listed == same and last.token == token
    kept = kept and not timed and all(table.whole for table in listed)
    if last is not None and kept and last.figures == figures:
        return last.whole, tuple(notes)
    bare = last.bare if last is not None and kept else _structure(connection, listed, oids, timed)
    whole = _figures(connection, bare, listed, oids, set(timed))
    _last[connections] = _Remembered(same, token, figures, bare, whole)
    return whole, tuple(notes)


def _unread(found: list[Listed], schemas: list[str], names: list[str]) -> list[str]:
    """What was allowed and is not there, or may not be read."""
    there = {table.name.lower() for table in found}
    notes = [f"{name}: no such table" for name in sorted(names) if name not in there]
    notes += [
        f"{schema}.*: no tables"
        for schema in sorted(schemas)
        if not any(name.startswith(f"{schema}.") for name in there)
    ]
    notes += [f"{table.name}: the role may not SELECT" for table in found if not table.readable]
    notes += [
        f"{table.name}: only the columns that the role may SELECT"
        for table in found
        if table.readable and not table.whole
    ]
    if len(notes) > _MOST_NOTES:
        notes = [*notes[:_MOST_NOTES], f"and {len(notes) - _MOST_NOTES} more"]
    return notes


def _structure(
    connection: ReaderConnection,
    listed: list[Listed],
    oids: list[int],
    timed: dict[str, tuple[Any, ...]],
) -> tuple[TableFacts, ...]:
    params = {"oids": oids}
    partly = [table.oid for table in listed if not table.whole]
    columns = rows(connection, ask.COLUMNS, {"oids": oids, "partly": partly})
    pairs = {(row[3], row[4]) for row in columns}
    types = rows(
        connection,
        ask.TYPES,
        {"types": [pair[0] for pair in pairs], "mods": [pair[1] for pair in pairs]},
    )
    structure = Structure(
        columns=columns,
        types=types,
        comments=dict(rows(connection, ask.COMMENTS, params)),  # pyright: ignore[reportArgumentType]
        keys=rows(connection, ask.KEYS, params),
        indexes=rows(connection, ask.INDEXES, params),
        partition_keys=dict(rows(connection, ask.PARTITION_KEYS, params)),  # pyright: ignore[reportArgumentType]
        timed=timed,
    )
    return tables_of(listed, structure)


def _figures(
    connection: ReaderConnection,
    bare: tuple[TableFacts, ...],
    listed: list[Listed],
    oids: list[int],
    timed: set[str],
) -> tuple[TableFacts, ...]:
    parents = [t.oid for t in listed if t.kind == "p" or t.name in timed]
    parts = {row[0]: row[1:] for row in rows(connection, ask.PARTS, {"oids": parents})}
    sizes = dict(rows(connection, ask.SIZES, {"oids": oids}))
    names = sorted({table.schema for table in listed})
    statistics = rows(connection, ask.STATISTICS, {"oids": oids, "names": names})
    return with_figures(bare, listed, sizes, parts, statistics)  # pyright: ignore[reportArgumentType]
