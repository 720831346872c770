"""A scan of PostgreSQL: set-wide reads of `pg_catalog`, in one read-only transaction.

A rescan first asks whether any row of the catalog was written since: if not, what was decoded then
still stands, and only rows, sizes and statistics are read again where those moved.
"""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from sources.postgres.scan_barred import barred, refuse_if_all_barred
from sources.postgres.scan_build import (
    Listed,
    Parts,
    Structure,
    columns_of,
    leaves_of,
    parts_of,
    tables_of,
    with_figures,
)
from sources.postgres.scan_indexes import plain_definitions
from sources.postgres.scan_timescale import read_timescale

_MOST_NOTES = 50


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What the last scan of a source read, and the tokens that say whether it still stands."""

    listed: tuple[tuple[int, str, bool], ...]
    figures: tuple[object, ...]
    written: list[tuple[int, int]]
    """Rows of each catalog, and how many of them are newer than the snapshot: none."""
    snapshot: tuple[str, list[str]]
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
            with _without_collector(), connection.transaction():
                _read_only(connection, timeout_seconds)
                found = _listed(connection, allowed_tables)
                refuse_if_all_barred(source, found)
                tables, notes = _scan(connection, connections, found, allowed_tables)
                unread = barred(connection, found)
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
        unread=unread,
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Many small values and no cycles among them: the collector would double the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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


def _listed(connection: ReaderConnection, allowed_tables: frozenset[str]) -> list[Listed]:
    schemas, names = _schemas_and_tables(allowed_tables)
    wanted = {"schemas": schemas, "tables": names}
    return [Listed(*row) for row in rows(connection, ask.LISTED, wanted)]


def _schemas_and_tables(allowed_tables: frozenset[str]) -> tuple[list[str], list[str]]:
    schemas = [name.removesuffix(".*") for name in allowed_tables if name.endswith(".*")]
    return schemas, [name for name in allowed_tables if not name.endswith(".*")]


def _scan(
    connection: ReaderConnection,
    connections: ReaderConnections,
    found: list[Listed],
    allowed_tables: frozenset[str],
) -> tuple[tuple[TableFacts, ...], tuple[str, ...]]:
    notes = _unread(found, *_schemas_and_tables(allowed_tables))
    listed = [table for table in found if table.readable]
    oids = as_array(table.oid for table in listed)
    timed, told = read_timescale(connection)
    notes += told
    same = tuple((table.oid, table.name, table.whole) for table in listed)
    figures = tuple((table.rows, table.pages, table.analyzed) for table in listed)
    last = _last.get(connections)
    comparable = not timed and all(table.whole for table in listed)
    if last is not None and comparable and last.listed == same:
        edge, open_ = last.snapshot
        since = {"oids": oids, "edge": edge, "open": open_}
        written = rows(connection, ask.WRITTEN, since)
        if [*written, *rows(connection, ask.WRITTEN_COLUMNS, since)] == last.written:
            if last.figures != figures:
                whole = _figures(connection, last.bare, listed, timed)
                last = replace(last, figures=figures, whole=whole)
                _last[connections] = last
            return last.whole, tuple(notes)
    _last[connections] = last = _everything(connection, listed, timed, same, figures)
    return last.whole, tuple(notes)


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


def _everything(
    connection: ReaderConnection,
    listed: list[Listed],
    timed: dict[str, tuple[Any, ...]],
    same: tuple[tuple[int, str, bool], ...],
    figures: tuple[object, ...],
) -> _Remembered:
    """In two batches: the server works on the second while the first, the largest, is decoded."""
    oids = [table.oid for table in listed]
    of = {"oids": as_array(oids)}
    whole_oids = as_array(table.oid for table in listed if table.whole)
    partly = as_array(table.oid for table in listed if not table.whole)
    parts = _parts(connection, listed, timed)
    (edge, open_), *_ = rows(connection, ask.SNAPSHOT)
    with connection.pipeline(), ThreadPoolExecutor(1) as beside:
        types = _send(connection, ask.TYPES, of)
        columns = _send(connection, ask.COLUMNS, {**of, "partly": partly})
        told_types, rows_of_columns = types.fetchall(), columns.fetchall()
        sent = {
            "targets": _send(connection, ask.TARGETS, {**of, "whole": whole_oids}),
            "keys": _send(connection, ask.KEYS, of),
            "indexes": _send(connection, ask.INDEXES, of),
            "comments": _send(connection, ask.COMMENTS, of),
            "partition_keys": _send(connection, ask.PARTITION_KEYS, of),
            "pages": _send(connection, ask.PAGES, {"oids": as_array([*oids, *leaves_of(parts)])}),
            "statistics": _send(connection, ask.STATISTICS, _named(listed)),
            "written": _send(connection, ask.WRITTEN, {**of, "edge": edge, "open": open_}),
            "plain": _send(connection, ask.PLAIN, of),
        }
        waited = beside.submit(_fetched, sent)
        of_tables, names = columns_of(rows_of_columns, told_types)
        read = waited.result()
        structure = Structure(
            columns=of_tables,
            names=names,
            targets=read["targets"],
            keys=read["keys"],
            indexes=read["indexes"],
            definitions=_definitions(
                connection, read["indexes"], read["plain"][0], rows_of_columns
            ),
            comments=(said := dict(read["comments"])),
            partition_keys=dict(read["partition_keys"]),
            timed=timed,
        )
    bare = tables_of(listed, structure)
    sizes = {oid: int(size) for oid, size in read["pages"]}
    whole = with_figures(bare, listed, sizes, parts, read["statistics"])
    commented = len(said) + sum(row[6] is not None for row in rows_of_columns)
    seen = [*read["written"], (len(rows_of_columns), 0), (commented, 0)]
    return _Remembered(same, figures, seen, (edge, open_), bare, whole)


def _fetched(sent: dict[str, psycopg.Cursor[Any]]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: cursor.fetchall() for name, cursor in sent.items()}


def _definitions(
    connection: ReaderConnection,
    indexes: list[tuple[Any, ...]],
    plain: tuple[Any, ...],
    columns: list[tuple[Any, ...]],
) -> dict[int, tuple[str, list[str]]]:
    """How each index is written, and the columns or expressions that it is over."""
    found, rest = plain_definitions(indexes, plain, columns)
    if rest:
        for oid, text, over in rows(connection, ask.DEFINITIONS, {"indexes": rest}):
            found[oid] = text, over
    return found


def _figures(
    connection: ReaderConnection,
    bare: tuple[TableFacts, ...],
    listed: list[Listed],
    timed: dict[str, tuple[Any, ...]],
) -> tuple[TableFacts, ...]:
    """Rows, sizes and statistics anew, under what stands."""
    parts = _parts(connection, listed, timed)
    oids = [*(table.oid for table in listed), *leaves_of(parts)]
    of = {"oids": as_array(oids)}
    sizes = {oid: int(size) for oid, size in rows(connection, ask.PAGES, of)}
    statistics = rows(connection, ask.STATISTICS, _named(listed))
    return with_figures(bare, listed, sizes, parts, statistics)


def _parts(
    connection: ReaderConnection, listed: list[Listed], timed: dict[str, tuple[Any, ...]]
) -> dict[int, Parts]:
    parents = [table.oid for table in listed if table.kind == "p" or table.name in timed]
    return parts_of(rows(connection, ask.PARTS, {"oids": parents})) if parents else {}


def _named(listed: list[Listed]) -> dict[str, Any]:
    names = sorted({table.schema for table in listed})
    return {"oids": as_array(table.oid for table in listed), "names": names}


def as_array(oids: Iterable[int]) -> str:
    """An array as PostgreSQL writes one: a thousand numbers are sent ten times in a scan."""
    return f"{{{','.join(map(str, oids))}}}"


def _send(
    connection: ReaderConnection, text: LiteralString, params: dict[str, Any]
) -> psycopg.Cursor[Any]:
    return connection.cursor().execute(text, params, prepare=True)
