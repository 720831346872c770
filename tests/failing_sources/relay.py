"""What stands between a source and its server: it can stop, fall silent, be late, show another
certificate."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from select import select

_PAUSE_SECONDS = 0.02
_SEND_SECONDS = 10.0
_SSL_REQUEST_BYTES = 8
"""How a PostgreSQL client asks for TLS before it speaks it."""


class Relay:
    """A port of 127.0.0.1 that stays the same while its server comes and goes. Use in a `with`.

    With a context it speaks TLS to the client and plain to the server.
    """

    def __init__(
        self, server_port: int, context: ssl.SSLContext | None = None, *, postgres: bool = False
    ) -> None:
        self.context = context
        self.silent = False
        """Connections are taken, and nothing passes."""
        self.delay_seconds = 0.0
        """Before each piece is passed on."""
        self._server_port = server_port
        self._postgres = postgres
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Nothing listens any more, and every connection is cut."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Every connection ends; new ones are taken."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._server_port)) as s:
                self._wait_while_silent()
                spoken = self._greeted(client)
                with spoken:
                    self._pass(spoken, s)
        finally:
            self._open.discard(client)
            client.close()

    def _greeted(self, client: socket.socket) -> socket.socket:
        if self.context is None:
            return client
        if self._postgres:
            client.recv(_SSL_REQUEST_BYTES, socket.MSG_WAITALL)
            client.sendall(b"S")
        return self.context.wrap_socket(client, server_side=True)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        """One thread for both ways: a TLS socket must not be used by two at once."""
        self._open.add(client)
        ways = {client: server, server: client}
        try:
            while True:
                for here in self._readable(client, server):
                    piece = _received(here)
                    if piece == b"":
                        return
                    if piece is not None:
                        time.sleep(self.delay_seconds)
                        self._wait_while_silent()
                        ways[here].settimeout(_SEND_SECONDS)
                        ways[here].sendall(piece)
        finally:
            self._open.discard(client)

    def _readable(self, client: socket.socket, server: socket.socket) -> list[socket.socket]:
        if isinstance(client, ssl.SSLSocket) and client.pending():
            return [client]
        return select([client, server], [], [], 1.0)[0]

    def _wait_while_silent(self) -> None:
        while self.silent:
            time.sleep(_PAUSE_SECONDS)


def _received(here: socket.socket) -> bytes | None:
    """None: there is nothing yet; empty: the other side has ended."""
    here.setblocking(False)
    try:
        return here.recv(65_536)
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
