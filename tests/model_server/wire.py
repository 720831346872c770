"""One connection of the scripted server: requests are read from it, bytes of any kind go out."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from typing import Any

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests"}


class Gone(Exception):
    """The other side has closed, or the server is going down."""


class Wire:
    """Sends what it is told to, whether it is good HTTP or not."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._stopping = stopping
        self._rest = b""
        self.started = 0.0
        """When the last byte of the request was here, by time.perf_counter."""
        self.status = 0
        """Of the last answer; 0 where none was sent."""
        self.keep = True

    def read_request(self) -> tuple[str, str, dict[str, str], bytes]:
        """Method, path, headers in lower case, body. Raises: Gone, OSError."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {
            name.lower(): value.strip()
            for name, _, value in (one.partition(":") for one in head[1:])
        }
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        self.started = time.perf_counter()
        self.status = 0
        return method, path, headers, body

    def json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        self.body(status, text, "application/json", headers)

    def body(
        self,
        status: int,
        body: bytes,
        content_type: str,
        headers: dict[str, str] | None = None,
        *,
        length: int | None = None,
    ) -> None:
        """`length`: another Content-Length than the body's; the connection ends after it."""
        shown = {"content-length": str(len(body) if length is None else length)} | (headers or {})
        self.raw(self.head(status, content_type, shown) + body)
        if length is not None:
            self.hang_up()

    def head(self, status: int, content_type: str, headers: dict[str, str]) -> bytes:
        self.status = status
        took = (time.perf_counter() - self.started) * 1000
        lines = [
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}",
            f"content-type: {content_type}",
            f"openai-processing-ms: {took:.3f}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def events(self, chunks: list[dict[str, Any]], *, done: bool = True) -> None:
        """Server-sent events; without `done` the connection breaks after the last."""
        said = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks]
        said += ["data: [DONE]\n\n"] if done else []
        self.raw(self.head(200, "text/event-stream", {"transfer-encoding": "chunked"}))
        for one in said:
            data = one.encode()
            self.raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if done:
            self.raw(b"0\r\n\r\n")
        else:
            self.hang_up()

    def raw(self, data: bytes) -> None:
        """Raises: Gone."""
        try:
            self._socket.sendall(data)
        except OSError:
            raise Gone from None

    def wait(self, seconds: float) -> None:
        """Raises: Gone as soon as nobody waits for the answer any more."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopping.is_set():
                raise Gone
            ready, _, _ = select.select([self._socket], [], [], min(left, 0.05))
            if ready and not self._peek():
                raise Gone
            if ready:
                time.sleep(min(left, 0.01))

    def reset(self) -> None:
        """End the connection with an RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up(politely=False)

    def hang_up(self, *, politely: bool = True) -> None:
        self.keep = False
        try:
            if politely:
                self._socket.shutdown(socket.SHUT_WR)
            self._socket.close()
        except OSError:
            pass

    def _peek(self) -> bytes:
        try:
            return self._socket.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""

    def _until(self, end: bytes) -> bytes:
        while end not in self._rest:
            self._more()
        found, self._rest = self._rest.split(end, 1)
        return found

    def _more(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise Gone
        self._rest += data
