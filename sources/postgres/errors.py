"""From the driver's errors to the tree of `sources.errors`. No password, no value of a row."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg

from sources.errors import (
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)

_UNAVAILABLE = (
    pg.OperationalError,
    pg.InterfaceError,
    pg.InsufficientResources,
    pg.AdminShutdown,
    pg.CrashShutdown,
    pg.CannotConnectNow,
)
_HINTS: dict[type[psycopg.Error], str] = {
    pg.UndefinedTable: "Scan the catalog again: the table is gone or was renamed.",
    pg.UndefinedColumn: "Scan the catalog again: the column is gone or was renamed.",
    pg.IndeterminateDatatype: "Cast the value: %(name)s::text.",
}


def translate(
    source: str, error: psycopg.Error, timeout_seconds: float, *, connecting: bool = False
) -> SourceError:
    """The error that our callers know, to be raised `from` the driver's."""
    reason = _first_line(error)
    if connecting:
        return SourceUnavailable(source, reason, "Check host, port, user and that it is running.")
    if isinstance(error, pg.QueryCanceled):
        return SourceTimeout(
            source,
            f"the statement ran past {timeout_seconds:g} s and was cancelled.",
            "Narrow the time range or raise the time-out.",
        )
    if isinstance(error, pg.InsufficientPrivilege):
        return RightsMissing(source, reason, "Grant SELECT to the source's role.")
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return QueryRejected(source, reason, "Only SELECT may be sent.")
    if isinstance(error, _UNAVAILABLE):
        return SourceUnavailable(source, reason, "Ask again when the source is back.")
    hint = error.diag.message_hint or _HINTS.get(type(error), "Correct the query.")
    return QueryFailed(source, reason, hint)


def _first_line(error: psycopg.Error) -> str:
    text = error.diag.message_primary or str(error).strip() or type(error).__name__
    line = text.splitlines()[0].strip()
    return line if line.endswith(".") else f"{line}."
