"""Is this Neo4j fit to be asked? Four findings: connection, rights, limits, latency."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sources.errors import SourceError
from sources.neo4j.guard import EVERY_LABEL
from sources.neo4j.lexer import fold
from sources.neo4j.sessions import ReaderSessions
from sources.protocol import Health, HealthFinding, HealthStatus

if TYPE_CHECKING:
    from neo4j import AsyncSession

_RANK: dict[HealthStatus, int] = {"ok": 0, "warn": 1, "error": 2}
_RETRY_PAUSE_SECONDS = 0.2
_WRITE_PROBE = "UNWIND [] AS nothing CREATE (n)"
"""Writes nothing wherever it runs: no rows, no label, no property."""
_WRITING_ACTIONS = ("write", "create_element", "delete_element", "set_property", "set_label", "all")


def check_health(
    sessions: ReaderSessions,
    allowed_labels: frozenset[str],
    *,
    timeout_seconds: float,
    max_latency_ms: float,
    retries: int,
) -> Health:
    """Look on a fresh connection of its own. Never raises: a failure is a finding."""
    checked_at = datetime.now(UTC)
    deadline = time.monotonic() + timeout_seconds
    found: list[HealthFinding] = []
    latencies: list[float] = []

    async def look(session: AsyncSession) -> None:
        found.clear()
        found.append(await _connected(session, sessions))
        found.append(await _look("rights", session, lambda s: _rights(s, allowed_labels)))
        found.append(await _look("limits", session, _limits))
        latencies.append(await _latency(session))
        found.append(_latency_finding(latencies[-1], max_latency_ms))

    attempt = 0
    while True:
        try:
            sessions.run_alone(look, max(deadline - time.monotonic(), 0.5))
            break
        except SourceError as error:
            attempt += 1
            if attempt > retries or time.monotonic() + _RETRY_PAUSE_SECONDS > deadline:
                name = "connection" if not found else "latency"
                found.append(HealthFinding(name, "error", str(error)))
                break
        time.sleep(_RETRY_PAUSE_SECONDS)
    worst = max(found, key=lambda finding: _RANK[finding.status])
    return Health(worst.status, tuple(found), latencies[-1] if latencies else 0.0, checked_at)


async def _rows(session: AsyncSession, text: str) -> list[dict[str, Any]]:
    result = await session.run(text)  # pyright: ignore[reportArgumentType]
    return await result.data()


async def _look(
    name: str, session: AsyncSession, check: Callable[[AsyncSession], Awaitable[HealthFinding]]
) -> HealthFinding:
    from neo4j.exceptions import Neo4jError

    try:
        return await check(session)
    except Neo4jError as error:
        return HealthFinding(name, "error", (error.message or str(error)).splitlines()[0])


async def _connected(session: AsyncSession, sessions: ReaderSessions) -> HealthFinding:
    """Raises what the driver does: then nothing else can be looked at."""
    result = await session.run("RETURN 1")
    agent = (await result.consume()).server.agent
    target = sessions.target
    return HealthFinding("connection", "ok", f"{agent} at {target.shown} as {target.user}.")


async def _rights(session: AsyncSession, allowed: frozenset[str]) -> HealthFinding:
    """Something may be read, the allowed labels are known, and what may be written is told."""
    if not allowed:
        return HealthFinding("rights", "error", "no label is allowed. Fill allowed_tables.")
    known = {fold(row["label"]) for row in await _rows(session, "CALL db.labels() YIELD label")}
    listed = sorted(entry for entry in allowed if not entry.startswith("[:"))
    if EVERY_LABEL not in allowed:
        unknown = [label for label in listed if fold(label) not in known]
        if unknown:
            return HealthFinding(
                "rights", "warn", f"no node has ever borne {_some(unknown)} Scan the source again."
            )
    reads = "every label" if EVERY_LABEL in allowed else f"{len(listed)} labels"
    granted = await _privileges(session)
    if granted is None:
        return HealthFinding(
            "rights",
            "ok",
            f"may read {reads}. The Community edition has no roles: this user could write, and "
            "only the guard and the read access mode stop it.",
        )
    writing = sorted({row["action"] for row in granted if _writes(row)})
    if writing:
        return HealthFinding("rights", "warn", f"the user may {_some(writing)} Revoke that.")
    return HealthFinding("rights", "ok", f"may read {reads}, and write nothing.")


async def _privileges(session: AsyncSession) -> list[dict[str, Any]] | None:
    """What the user is granted; None where the edition has no roles."""
    from neo4j.exceptions import ClientError

    try:
        return await _rows(session, "SHOW USER PRIVILEGES")
    except ClientError as error:
        if "UnsupportedAdministrationCommand" not in (error.code or ""):
            raise
        return None


def _writes(row: dict[str, Any]) -> bool:
    return row.get("access") == "GRANTED" and row.get("action") in _WRITING_ACTIONS


def _some(items: list[str]) -> str:
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{', '.join(items[:5])}{more}."


async def _limits(session: AsyncSession) -> HealthFinding:
    """Whether the server itself refuses a write in read access mode."""
    from neo4j.exceptions import ClientError

    try:
        await _rows(session, _WRITE_PROBE)
    except ClientError as error:
        code = error.code or ""
        if code.endswith("Statement.AccessMode") or "Forbidden" in code:
            return HealthFinding(
                "limits",
                "ok",
                "the server refuses a write in read access mode; each statement has a time-out.",
            )
        raise
    return HealthFinding(
        "limits",
        "error",
        "the server does not enforce read access mode. Use a user of fewer rights.",
    )


async def _latency(session: AsyncSession) -> float:
    """Median of three round trips."""
    taken: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        await _rows(session, "RETURN 1")
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _latency_finding(median: float, max_latency_ms: float) -> HealthFinding:
    if median > max_latency_ms:
        detail = f"{median:.2f} ms, more than {max_latency_ms:g} ms."
        return HealthFinding("latency", "warn", detail)
    return HealthFinding("latency", "ok", f"{median:.2f} ms.")
