"""A relay between a client and a server that takes its time, as a far network does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def slow_relay(port: int, delay_seconds: float) -> Iterator[int]:
    """A port of 127.0.0.1 that passes bytes on to `port`, each piece after `delay_seconds`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()

    def pass_on(here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError), here, there:
            while piece := here.recv(65_536):
                time.sleep(delay_seconds)
                there.sendall(piece)

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield listener.getsockname()[1]
