"""A source that keeps failing is left alone for a while instead of being waited for every time.

closed ──failures in a row──▶ open ──its wait is over──▶ half_open ──answered──▶ closed
                                ▲                            │
                                └──failed: twice the wait────┘

Only `SourceUnavailable` and `SourceTimeout` are failures. A source that says no is alive.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sources.errors import (
    CircuitOpen,
    QueryRejected,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.facts import SourceFacts
from sources.protocol import BoundQuery, Health, Rows, Source

CircuitState = Literal["closed", "open", "half_open"]
Outcome = Literal["answered", "failed", "unknown"]
"""`unknown`: the call ended before the source was heard."""
Admission = Literal["free", "trial"]


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a breaker stands now."""

    state: CircuitState
    failures: int
    """In a row, up to now."""
    reason: str = ""
    """The last failure's."""
    since: datetime | None = None
    """When it opened; None while closed."""
    retry_at: datetime | None = None
    """When the next call is let through."""


class CircuitBreaker:
    """Counts failures and says whether a call may go to the source. Safe from many threads.

    Failures count as a row while no answer lies between them and each comes within
    `window_seconds` of the first.
    """

    def __init__(
        self,
        failures_to_open: int = 3,
        open_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        *,
        window_seconds: float = 60.0,
        longest_open_seconds: float = 300.0,
    ) -> None:
        self._failures_to_open = failures_to_open
        self._open_seconds = open_seconds
        self._longest_open_seconds = longest_open_seconds
        self._window_seconds = window_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._first_failure_at = 0.0
        self._reason = ""
        self._opened_at: float | None = None
        self._retry_at = 0.0
        self._wait_seconds = open_seconds
        self._trial_runs = False

    def state(self) -> Circuit:
        with self._lock:
            return self._state()

    def admit(self) -> Admission | Circuit:
        """An admission, after which `record` must follow; or why the call must not be made."""
        if self._opened_at is None:  # no lock on the way of every healthy call
            return "free"
        with self._lock:
            if self._opened_at is None:
                return "free"
            if self._trial_runs or self._clock() < self._retry_at:
                return self._state()
            self._trial_runs = True
            return "trial"

    def record(self, admission: Admission, outcome: Outcome, reason: str = "") -> None:
        """How an admitted call ended."""
        if outcome == "answered" and not self._failures and self._opened_at is None:
            return
        with self._lock:
            if outcome == "answered":
                self._close()
                return
            if admission == "trial":
                self._trial_runs = False
            if outcome == "failed":
                self._count(reason, admission)

    def _count(self, reason: str, admission: Admission) -> None:
        now = self._clock()
        if self._opened_at is not None:
            if admission == "trial":  # a call from before it opened must not lengthen the wait
                self._reason = reason
                self._failures += 1
                self._wait_seconds = min(self._wait_seconds * 2, self._longest_open_seconds)
                self._retry_at = now + self._wait_seconds
            return
        if now - self._first_failure_at > self._window_seconds:
            self._failures = 0
        if self._failures == 0:
            self._first_failure_at = now
        self._reason = reason
        self._failures += 1
        if self._failures >= self._failures_to_open:
            self._opened_at = now
            self._retry_at = now + self._wait_seconds

    def _close(self) -> None:
        self._failures = 0
        self._reason = ""
        self._opened_at = None
        self._trial_runs = False
        self._wait_seconds = self._open_seconds

    def _state(self) -> Circuit:
        if self._opened_at is None:
            return Circuit("closed", self._failures, self._reason)
        now, wall = self._clock(), datetime.now(UTC)
        return Circuit(
            "half_open" if self._trial_runs or now >= self._retry_at else "open",
            self._failures,
            self._reason,
            since=wall - timedelta(seconds=now - self._opened_at),
            retry_at=wall + timedelta(seconds=max(self._retry_at - now, 0.0)),
        )


class GuardedSource:
    """A source behind a breaker. Fulfils `sources.protocol.Source`."""

    def __init__(self, source: Source, breaker: CircuitBreaker) -> None:
        self._source = source
        self._breaker = breaker

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def circuit(self) -> Circuit:
        return self._breaker.state()

    def inspect(self, query: BoundQuery) -> None:
        """Raises: QueryRejected."""
        self._source.inspect(query)

    def run(self, query: BoundQuery) -> Rows:
        """Raises: any SourceError; CircuitOpen at once while the source is left alone."""
        admission = self._breaker.admit()
        if isinstance(admission, Circuit):
            raise _left_alone(self.name, admission)
        outcome: Outcome = "unknown"
        reason = ""
        try:
            rows = self._source.run(query)
            outcome = "answered"
            return rows
        except (SourceUnavailable, SourceTimeout) as error:
            outcome, reason = "failed", error.reason
            raise
        except QueryRejected:
            raise  # by a wall of ours: the source was not asked
        except SourceError:
            outcome = "answered"
            raise
        finally:
            self._breaker.record(admission, outcome, reason)

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """Always asks the source: a scan tells how it stands. Raises: any SourceError."""
        return self._source.scan(timeout_seconds)

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Always asks the source. What is fit to be asked closes the breaker. Never raises."""
        found = self._source.health(timeout_seconds)
        if found.status != "error":
            self._breaker.record("free", "answered")
        return found

    def close(self) -> None:
        self._source.close()


def _left_alone(source: str, circuit: Circuit) -> CircuitOpen:
    assert circuit.since is not None
    assert circuit.retry_at is not None
    again = (
        "It is being tried right now"
        if circuit.state == "half_open"
        else f"It is tried again at {circuit.retry_at:%H:%M:%S} UTC"
    )
    return CircuitOpen(
        source,
        f"not asked since {circuit.since:%Y-%m-%d %H:%M:%S} UTC, after {circuit.failures} "
        f"failures in a row, the last: {circuit.reason}",
        f"{again}; a health check that passes lets it be asked at once.",
        retry_at=circuit.retry_at,
    )
