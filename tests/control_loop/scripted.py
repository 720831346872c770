"""A source that follows a script: each call raises, is slow, is empty or answers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from lab.rows import AS_OF

from sources.errors import (
    CircuitOpen,
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceTimeout,
    SourceUnavailable,
)
from sources.protocol import BoundQuery, Column, Health, HealthFinding, Rows

Happening = Literal[
    "rows", "empty", "one", "cut", "slow", "late", "gone", "wrong", "denied", "blocked", "open"
]
FAILING: dict[Happening, str] = {
    "slow": "TOOL_TIMEOUT",
    "gone": "UPSTREAM_UNAVAILABLE",
    "wrong": "TOOL_BAD_REQUEST",
    "denied": "PERMISSION_DENIED",
    "blocked": "SQL_BLOCKED",
    "open": "CIRCUIT_OPEN",
}
_LATE_SECONDS = 0.05


@dataclass
class ScriptedSource:
    """Fulfils `sources.protocol.Source`. When the script is over, its last line goes on."""

    script: list[Happening]
    name: str = "lab_db"
    calls: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Statement, values and the code of the error of each call."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def inspect(self, query: BoundQuery) -> None: ...

    def run(self, query: BoundQuery) -> Rows:
        with self.lock:
            happening = self.script[min(len(self.calls), len(self.script) - 1)]
            values = repr(sorted(query.params.items()))
            self.calls.append((query.text, values, FAILING.get(happening)))
        if happening in FAILING:
            _fail(happening, self.name, query.timeout_seconds)
        if happening == "late":
            time.sleep(min(_LATE_SECONDS, query.timeout_seconds))
        return _answer(happening, query)

    def health(self, timeout_seconds: float = 3.0) -> Health:  # noqa: ARG002
        finding = HealthFinding("connection", "ok", "scripted")
        return Health("ok", (finding,), 0.1, datetime.now(UTC))

    def close(self) -> None: ...


def _fail(happening: Happening, name: str, timeout_seconds: float) -> None:
    if happening == "slow":
        time.sleep(timeout_seconds)
        raise SourceTimeout(name, f"the statement ran past {timeout_seconds:g} s.")
    if happening == "gone":
        raise SourceUnavailable(name, "connection refused.")
    if happening == "wrong":
        raise QueryFailed(name, "no such column.")
    if happening == "denied":
        raise RightsMissing(name, "permission denied.")
    if happening == "blocked":
        raise QueryRejected(name, "not a SELECT.")
    raise CircuitOpen(name, "not asked.")


def _answer(happening: Happening, query: BoundQuery) -> Rows:
    """A count or a span where that is asked; else one text column of nothing in particular."""
    now = datetime.now(UTC)
    if query.text.startswith("select count(*)"):
        return Rows((Column("total", "integer"),), ((250,),), False, 0.1, now)
    if query.text.startswith("select min("):
        columns = (Column("min", "timestamp"), Column("max", "timestamp"))
        return Rows(columns, ((AS_OF - timedelta(days=60), AS_OF),), False, 0.1, now)
    count = {"empty": 0, "one": 1, "cut": query.max_rows}.get(happening, 3)
    return Rows(
        columns=(Column("id", "text"),),
        rows=tuple((f"SC-{n:02d}",) for n in range(1, count + 1)),
        truncated=happening == "cut",
        elapsed_ms=0.1,
        fetched_at=now,
    )
