"""Read-only connections to one PostgreSQL, shared by the threads of one process.

Not `psycopg_pool`: its workers hide why a connection failed behind a time-out and do not survive
a fork (docs/decisions/0003). Here the thread that needs a connection opens it.
"""

from __future__ import annotations

import math
import os
import select
import threading
import time
import weakref
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sources.errors import SourceUnavailable
from sources.postgres.certificate import certificate_reason
from sources.postgres.errors import translate
from sources.postgres.types import cell_adapters

GRACE_SECONDS = 1.0
"""How much longer than the statement's own time-out a silent server is waited for."""
_SESSION = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "standard_conforming_strings": "on",
    "extra_float_digits": "1",
}
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class ReaderConnection(psycopg.Connection[Any]):
    """Never waits for ever: a server that is silent at `deadline` (monotonic) is given up."""

    deadline: float = math.inf
    is_silent: bool = False
    """Given up; the connection is closed."""
    generation: int = 0
    """Which `close` it outlives."""
    is_fresh: bool = True
    """It has served no query yet."""
    statement_timeout_ms: int | None = None
    """What the session has now; None when an error may have taken it back."""

    def wait(
        self, gen: Generator[Any, Any, Any], interval: float = 0.1, timeout: float | None = None
    ) -> Any:
        left = self.deadline - time.monotonic()
        try:
            return super().wait(gen, interval, timeout if left == math.inf else max(left, 0.01))
        except psycopg.OperationalError:
            if time.monotonic() >= self.deadline:
                self.is_silent = True
                self.pgconn.finish()
            raise


class ReaderConnections:
    """At most `max_connections` read-only sessions, opened when first needed.

    Safe from many threads and after a fork. A connection that died while idle is replaced before
    anything is sent on it, so no query is ever sent twice.
    """

    def __init__(
        self, source: str, conninfo: str, *, max_connections: int, statement_timeout_seconds: float
    ) -> None:
        self._source = source
        self._max_connections = max_connections
        self._timeout_ms = milliseconds(statement_timeout_seconds)
        self._conninfo = _session_conninfo(source, conninfo, self._timeout_ms)
        self._forget()
        _every_pool.add(self)

    @contextmanager
    def borrow(self, timeout_seconds: float) -> Iterator[ReaderConnection]:
        """A live connection for one query. Raises: SourceUnavailable."""
        deadline = time.monotonic() + timeout_seconds
        slots = self._slots
        if not slots.acquire(timeout=timeout_seconds):
            raise SourceUnavailable(
                self._source,
                f"all {self._max_connections} connections were busy for {timeout_seconds:g} s.",
                "Ask again, or raise the source's max_connections.",
            )
        try:
            connection = self._take() or self.open(max(deadline - time.monotonic(), 0.1))
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            slots.release()

    def open(self, timeout_seconds: float) -> ReaderConnection:
        """A fresh session, outside the count. Raises: SourceUnavailable."""
        try:
            connection = ReaderConnection.connect(
                self._conninfo,
                autocommit=True,
                context=_Context(),
                connect_timeout=max(1, round(timeout_seconds)),
            )
        except psycopg.Error as error:
            parts = _parts(self._conninfo) or {}
            refused = certificate_reason(parts, error, max(1.0, timeout_seconds))
            if refused is not None:
                raise SourceUnavailable(self._source, *refused) from error
            raise translate(self._source, error, 0.0, connecting=True) from error
        connection.statement_timeout_ms = self._timeout_ms
        connection.generation = self._generation
        return connection

    def close(self) -> None:
        """Close the idle connections; borrowed ones are closed when they come back."""
        self._generation += 1
        while (connection := self._pop()) is not None:
            connection.close()

    def _take(self) -> ReaderConnection | None:
        while (connection := self._pop()) is not None:
            if connection.generation == self._generation and _is_quiet(connection):
                return connection
            connection.close()
        return None

    def _pop(self) -> ReaderConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, connection: ReaderConnection) -> None:
        idle = psycopg.pq.TransactionStatus.IDLE
        if (
            connection.generation != self._generation
            or connection.closed
            or connection.pgconn.transaction_status != idle
        ):
            connection.close()
        else:
            connection.deadline = math.inf
            connection.is_fresh = False
            self._idle.append(connection)

    def _forget(self) -> None:
        """Start empty. The parent's connections stay the parent's: libpq closes none of them."""
        self._inherited = getattr(self, "_idle", None)
        self._idle: deque[ReaderConnection] = deque()
        self._slots = threading.BoundedSemaphore(self._max_connections)
        self._generation = 0


class _Context:
    """What psycopg reads adapters from when it connects."""

    @property
    def adapters(self) -> AdaptersMap:
        return cell_adapters()

    @property
    def connection(self) -> None:
        return None


_every_pool: weakref.WeakSet[ReaderConnections] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in list(_every_pool):
        pool._forget()


os.register_at_fork(after_in_child=_forget_all)


def milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _is_quiet(connection: ReaderConnection) -> bool:
    """An idle session's socket has nothing to say; a dead one's has an end of file."""
    if connection.closed:
        return False
    watch = select.poll()
    watch.register(connection.pgconn.socket, select.POLLIN)
    return not watch.poll(0)


def _session_conninfo(source: str, conninfo: str, timeout_ms: int) -> str:
    given = _parts(conninfo)
    if given is None:
        raise SourceUnavailable(
            source,
            "its connection text cannot be read.",
            "Write postgresql://user:password@host:port/database.",
        )
    settings = {**_SESSION, "statement_timeout": str(timeout_ms)}
    options = " ".join(
        [str(given.get("options") or ""), *(f"-c {k}={v}" for k, v in settings.items())]
    )
    merged = {**_KEEPALIVE, **given, "options": options.strip(), "client_encoding": "UTF8"}
    merged.setdefault("application_name", f"ops-canvas {source}")
    merged.pop("connect_timeout", None)
    return make_conninfo("", **merged)


def _parts(conninfo: str) -> dict[str, Any] | None:
    """None where it cannot be read: the driver's error would repeat the text, password and all."""
    try:
        return dict(conninfo_to_dict(conninfo))
    except psycopg.Error:
        return None
