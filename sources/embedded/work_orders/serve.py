"""The API's server: as a process of its own, or on a thread of this one."""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

_PATIENCE_SECONDS = 15.0


class _Kept:
    """The server of this process; a forked child has none and makes its own."""

    def __init__(self) -> None:
        self.url: str | None = None
        self.lock = threading.Lock()


_kept = _Kept()


def make_server(port: int = 0) -> uvicorn.Server:
    """A server on the loopback, not yet running."""
    import uvicorn

    from sources.embedded.work_orders.app import create_app

    config = uvicorn.Config(
        create_app(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def url_of_this_process() -> str:
    """The URL of a server on a thread of this process, started at most once.

    Effects: a daemon thread and a free port until the process ends. Raises: RuntimeError.
    """
    with _kept.lock:
        if _kept.url is None:
            _kept.url = _start()
        return _kept.url


def _start() -> str:
    server = make_server()
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="work-orders", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the demo's work-order service did not start")
        time.sleep(0.005)
    owner = os.getpid()

    def stop() -> None:
        if os.getpid() == owner:
            server.should_exit = True
            thread.join(timeout=3)

    atexit.register(stop)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


os.register_at_fork(after_in_child=_kept.__init__)
