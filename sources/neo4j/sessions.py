"""Reading sessions with one Neo4j, shared by the threads of one process.

The official driver's asynchronous half runs on one thread of its own, because only there can a call
be given up: a cancelled call closes its connection, and the server then stops the statement. The
blocking half waits for a silent server for ever (docs/decisions/0009).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from sources.errors import SourceUnavailable
from sources.neo4j.errors import timed_out, translate
from sources.neo4j.target import Target

if TYPE_CHECKING:
    from neo4j import AsyncDriver, AsyncSession

GRACE_SECONDS = 0.5
"""How much longer than the server's own time-out an answer is waited for."""
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 1.0
"""A connection that was idle for longer is tried before it is used."""
_CLOSE_SECONDS = 2.0
_FETCH = 1_000

Result = TypeVar("Result")
Work = Callable[["AsyncSession"], Awaitable[Result]]


class ReaderSessions:
    """At most `max_connections` at a time, opened when first needed; fit for threads and forks."""

    def __init__(self, source: str, target: Target, *, max_connections: int) -> None:
        self._source = source
        self.target = target
        self._max_connections = max_connections
        self._inherited: list[object] = []
        self._forget()
        _every.add(self)

    def run(self, work: Work[Result], timeout_seconds: float) -> Result:
        """`work` with a session in read access mode. Raises: SourceError."""
        slots = self._slots
        if not slots.acquire(timeout=timeout_seconds):
            raise SourceUnavailable(
                self._source,
                f"all {self._max_connections} connections were busy for {timeout_seconds:g} s.",
                "Ask again, or raise the source's max_connections.",
            )
        try:
            return self._wait(self._on_driver(work), timeout_seconds)
        finally:
            slots.release()

    def run_alone(self, work: Work[Result], timeout_seconds: float) -> Result:
        """The same on a connection of its own, which is opened and closed for it."""

        async def once() -> Result:
            async with _open(self.target, 1) as driver:
                return await _in_session(driver, self.target, work)

        return self._wait(once(), timeout_seconds)

    def close(self) -> None:
        """Close what is open; a later call opens anew."""
        with self._lock:
            driver, self._driver = self._driver, None
        if driver is not None:
            try:
                asyncio.run_coroutine_threadsafe(driver.close(), _loop()).result(_CLOSE_SECONDS)
            except Exception:  # a server that is gone needs no goodbye
                return

    def _wait(self, work: Coroutine[Any, Any, Result], timeout_seconds: float) -> Result:
        from neo4j.exceptions import DriverError, Neo4jError

        future = asyncio.run_coroutine_threadsafe(work, _loop())
        try:
            return future.result(timeout_seconds + GRACE_SECONDS)
        except concurrent.futures.TimeoutError as error:
            raise timed_out(self._source, timeout_seconds) from error
        except (Neo4jError, DriverError, OSError) as error:
            raise translate(self._source, error, timeout_seconds, self.target) from error
        finally:
            future.cancel()

    async def _on_driver(self, work: Work[Result]) -> Result:
        with self._lock:
            if self._driver is None:
                self._driver = _open(self.target, self._max_connections)
            driver = self._driver
        return await _in_session(driver, self.target, work)

    def _forget(self) -> None:
        """Start empty. The parent's connections stay the parent's: kept, so nothing closes them."""
        self._inherited.append(getattr(self, "_driver", None))
        self._driver: AsyncDriver | None = None
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._max_connections)


def _open(target: Target, max_connections: int) -> AsyncDriver:
    import neo4j

    uri, settings = target.driver_arguments()
    return neo4j.AsyncGraphDatabase.driver(
        uri,
        **settings,
        max_connection_pool_size=max_connections + 1,  # one may still be closing
        connection_timeout=_CONNECT_SECONDS,
        connection_acquisition_timeout=2 * _CONNECT_SECONDS,
        liveness_check_timeout=_IDLE_SECONDS,
        max_transaction_retry_time=0,
        notifications_min_severity="OFF",
        telemetry_disabled=True,
        user_agent="ops-canvas",
    )


async def _in_session(driver: AsyncDriver, target: Target, work: Work[Result]) -> Result:
    async with driver.session(
        database=target.database, default_access_mode="READ", fetch_size=_FETCH
    ) as session:
        return await work(session)


class _LoopThread:
    """The process's one event loop for Neo4j; a forked child makes its own."""

    def __init__(self) -> None:
        self._inherited: list[object] = []
        self.forget()

    def get(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="neo4j-sources", daemon=True
                ).start()
            return self._loop

    def forget(self) -> None:
        self._inherited.append(getattr(self, "_loop", None))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()


_thread = _LoopThread()
_every: weakref.WeakSet[ReaderSessions] = weakref.WeakSet()


def _loop() -> asyncio.AbstractEventLoop:
    return _thread.get()


def _forget_all() -> None:
    _thread.forget()
    for sessions in list(_every):
        sessions._forget()


os.register_at_fork(after_in_child=_forget_all)
