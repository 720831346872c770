"""Is this PostgreSQL fit to be asked? Four findings: connection, rights, limits, latency."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from sources.errors import SourceError
from sources.postgres.connections import ReaderConnection, ReaderConnections
from sources.postgres.errors import translate
from sources.protocol import Health, HealthFinding, HealthStatus

_RANK: dict[HealthStatus, int] = {"ok": 0, "warn": 1, "error": 2}
_RETRY_PAUSE_SECONDS = 0.2
_TABLES = """
    select n.nspname || '.' || c.relname as name,
           has_schema_privilege(n.oid, 'USAGE')
             and has_any_column_privilege(c.oid, 'SELECT') as readable,
           has_any_column_privilege(c.oid, 'INSERT, UPDATE')
             or has_table_privilege(c.oid, 'DELETE, TRUNCATE') as writable,
           pg_has_role(current_user, c.relowner, 'USAGE') as owned
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and (n.nspname || '.' || c.relname = any(%(tables)s) or n.nspname = any(%(schemas)s)
         or lower(n.nspname || '.' || c.relname) = any(%(tables)s))
     order by 1
"""
_ROLE = "select rolname, rolsuper from pg_roles where rolname = current_user"


def check_health(
    connections: ReaderConnections,
    allowed_tables: frozenset[str],
    *,
    timeout_seconds: float,
    max_latency_ms: float,
    retries: int,
) -> Health:
    """Look on a fresh session of its own. Never raises: a failure is a finding."""
    checked_at = datetime.now(UTC)
    deadline = time.monotonic() + timeout_seconds
    opened = _connect(connections, deadline, retries)
    if isinstance(opened, SourceError):
        return _health((HealthFinding("connection", "error", str(opened)),), 0.0, checked_at)
    latency_ms = 0.0
    with opened as connection:
        connection.deadline = deadline
        findings = [_connected(connection)]
        findings.append(_look("rights", connection, lambda c: _rights(c, allowed_tables)))
        findings.append(_look("limits", connection, _limits))
        latency_ms, finding = _latency(connection, max_latency_ms)
        findings.append(finding)
    return _health(tuple(findings), latency_ms, checked_at)


def _health(findings: tuple[HealthFinding, ...], latency_ms: float, checked_at: datetime) -> Health:
    worst = max(findings, key=lambda finding: _RANK[finding.status])
    return Health(worst.status, findings, latency_ms, checked_at)


def _connect(
    connections: ReaderConnections, deadline: float, retries: int
) -> ReaderConnection | SourceError:
    attempt = 0
    while True:
        try:
            return connections.open(max(deadline - time.monotonic(), 1.0))
        except SourceError as error:
            attempt += 1
            if attempt > retries or time.monotonic() + _RETRY_PAUSE_SECONDS > deadline:
                return error
        time.sleep(_RETRY_PAUSE_SECONDS)


def _look(
    name: str,
    connection: ReaderConnection,
    check: Callable[[ReaderConnection], HealthFinding],
) -> HealthFinding:
    try:
        return check(connection)
    except psycopg.Error as error:
        return HealthFinding(name, "error", translate(name, error, 0.0).reason)


def _connected(connection: ReaderConnection) -> HealthFinding:
    info = connection.info
    version = info.parameter_status("server_version") or "unknown version"
    return HealthFinding(
        "connection",
        "ok",
        f"PostgreSQL {version} at {info.host}:{info.port}/{info.dbname} as {info.user}.",
    )


def _rights(connection: ReaderConnection, allowed_tables: frozenset[str]) -> HealthFinding:
    """SELECT on every allowed table, and nothing that writes."""
    role, is_superuser = connection.execute(_ROLE).fetchone() or ("unknown", False)
    if is_superuser:
        return HealthFinding(
            "rights", "error", f"role {role!r} is a superuser. Use a role that may only SELECT."
        )
    if not allowed_tables:
        return HealthFinding(
            "rights", "error", "no table is allowed. Fill allowed_schemas and allowed_tables."
        )
    schemas = [name.removesuffix(".*") for name in allowed_tables if name.endswith(".*")]
    tables = [name for name in allowed_tables if not name.endswith(".*")]
    found = connection.execute(_TABLES, {"tables": tables, "schemas": schemas}).fetchall()
    names = {name.lower() for name, *_ in found}
    gone = [f"{name}: no such table" for name in sorted(tables) if name not in names]
    gone += [
        f"{schema}.*: no tables"
        for schema in sorted(schemas)
        if not any(name.startswith(f"{schema}.") for name in names)
    ]
    hidden = [f"{name}: no SELECT" for name, readable, *_ in found if not readable]
    writable = [name for name, _, can_write, owned in found if can_write or owned]
    if gone or hidden:
        return HealthFinding("rights", "error", _some([*gone, *hidden]))
    if writable:
        return HealthFinding(
            "rights", "warn", f"role {role!r} may write to {_some(writable)} Revoke that."
        )
    return HealthFinding("rights", "ok", f"role {role!r} may SELECT {len(found)} tables, no more.")


def _some(items: list[str]) -> str:
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{', '.join(items[:5])}{more}."


def _limits(connection: ReaderConnection) -> HealthFinding:
    read_only, timeout, zone = connection.execute(
        "select current_setting('transaction_read_only'), current_setting('statement_timeout'),"
        " current_setting('TimeZone')"
    ).fetchone() or ("", "", "")
    wrong: list[str] = []
    if read_only != "on":
        wrong.append("the session is not read-only")
    if timeout in ("0", ""):
        wrong.append("there is no statement time-out")
    if zone != "UTC":
        wrong.append(f"the session's time zone is {zone}")
    if wrong:
        return HealthFinding("limits", "error", _some(wrong))
    return HealthFinding("limits", "ok", f"read-only, statement time-out {timeout}, UTC.")


def _latency(connection: ReaderConnection, max_latency_ms: float) -> tuple[float, HealthFinding]:
    """Median of three round trips."""
    taken: list[float] = []
    try:
        for _ in range(3):
            started = time.perf_counter()
            connection.execute("select 1")
            taken.append((time.perf_counter() - started) * 1000)
    except psycopg.Error as error:
        return 0.0, HealthFinding("latency", "error", translate("latency", error, 0.0).reason)
    median = statistics.median(taken)
    if median > max_latency_ms:
        detail = f"{median:.2f} ms, more than {max_latency_ms:g} ms."
        return median, HealthFinding("latency", "warn", detail)
    return median, HealthFinding("latency", "ok", f"{median:.2f} ms.")
