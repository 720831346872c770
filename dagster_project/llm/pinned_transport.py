"""How a request to a model's endpoint leaves the process: one host, one key, no more than agreed.

The `openai` client takes headers, keys and proxies from the environment; nothing of that gets
through here. It never sees the key, so neither do its errors and logs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from sources.http_api.pinned import PinnedClients

_SENT = {"host", "accept", "content-type", "content-length", "connection"}


class AnswerTooLarge(httpx2.RequestError):
    """More bytes than an answer of that many tokens can have."""


class PackedAnswer(httpx2.RequestError):
    """An answer packed although none was asked for: its size would not be known."""


@dataclass(slots=True)
class Sent:
    """What is known of the request that a thread has under way."""

    max_bytes: int
    at: float | None = None
    """time.perf_counter; None: nothing was handed over."""
    until: float = 0.0
    """Of the last byte."""
    status: int | None = None
    headers: httpx2.Headers | None = None

    @property
    def server_ms(self) -> float:
        return 0.0 if self.at is None else max(0.0, self.until - self.at) * 1000


class _Current(threading.local):
    sent: Sent | None = None


class PinnedTransport(httpx2.BaseTransport):
    """Safe from many threads and in forked processes: connections are PinnedClients'."""

    def __init__(self, clients: PinnedClients, key: str) -> None:
        self._clients = clients
        self._headers = {"accept-encoding": "identity", "user-agent": "ops-canvas"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._current = _Current()

    def begin(self, deadline: float, sent: Sent) -> None:
        """For this thread, until `end`. `deadline` is on the monotonic clock."""
        self._clients.deadline.at = deadline
        self._current.sent = sent

    def end(self) -> None:
        self._clients.deadline.at = float("inf")
        self._current.sent = None

    def close(self) -> None:
        self._clients.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = self._current.sent
        if sent is None:
            raise httpx2.ConnectError("no request is under way in this thread", request=request)
        headers = {name: value for name, value in request.headers.items() if name in _SENT}
        passed = httpx2.Request(
            request.method,
            request.url,
            headers=headers | self._headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        sent.at = sent.at or time.perf_counter()
        try:
            response = self._clients.get().send(passed, stream=True)
        finally:
            sent.until = time.perf_counter()
        sent.status, sent.headers = response.status_code, response.headers
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            response.close()
            raise PackedAnswer("the answer is packed", request=request)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Measured(response, sent),
            extensions=response.extensions,
        )


class _Measured(httpx2.SyncByteStream):
    """An answer's bytes up to the limit."""

    def __init__(self, response: httpx2.Response, sent: Sent) -> None:
        self._response = response
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        sent, left = self._sent, self._sent.max_bytes
        try:
            for data in self._response.iter_raw():
                sent.until = time.perf_counter()
                left -= len(data)
                if left < 0:
                    raise AnswerTooLarge(f"the answer is larger than {sent.max_bytes} bytes")
                yield data
        finally:
            sent.until = max(sent.until, time.perf_counter())

    def close(self) -> None:
        self._response.close()
