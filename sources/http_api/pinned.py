"""Connections to one host only, at the addresses it had first, never past a deadline."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

import httpcore2
import httpx2

from sources.http_api.base_url import BaseUrl

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Deadline(threading.local):
    """When the work of the current thread must be over, on the monotonic clock."""

    at: float = float("inf")

    def left(self, given: float | None = None) -> float:
        """Seconds, at most the given ones. Raises: httpcore2.ReadTimeout when none are left."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout("the time-out is over")
        return seconds if given is None else min(given, seconds)


class PinnedAddresses:
    """The addresses of one host. A public host never becomes a private one."""

    def __init__(self, base: BaseUrl) -> None:
        self._base = base
        self._known: tuple[str, ...] = ()
        self._was_public = False
        self._lock = threading.Lock()

    def get(self, timeout_seconds: float) -> tuple[str, ...]:
        """Raises: httpcore2.ConnectError, httpcore2.ConnectTimeout."""
        with self._lock:
            if self._known:
                return self._known
        found = _look_up(self._base, timeout_seconds)
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
        self._refuse_strange(addresses)
        with self._lock:
            self._known = found
            self._was_public = self._was_public or all(one.is_global for one in addresses)
            return self._known

    def forget(self) -> None:
        """Look the host up again next time: it may have moved."""
        with self._lock:
            self._known = ()

    def _refuse_strange(self, addresses: list[_Address]) -> None:
        for one in addresses:
            plain = getattr(one, "ipv4_mapped", None) or one
            if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
                raise httpcore2.ConnectError(f"{self._base.host} has the address {one}, refused")
            if self._was_public and not plain.is_global:
                raise httpcore2.ConnectError(
                    f"{self._base.host} was a public host and now has the private address {one}"
                )


def _look_up(base: BaseUrl, timeout_seconds: float) -> tuple[str, ...]:
    """The system's resolver has no time-out of its own, so a thread waits for it."""
    future: Future[list[Any]] = Future()

    def look() -> None:
        try:
            future.set_result(socket.getaddrinfo(base.host, base.port, type=socket.SOCK_STREAM))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=look, name="http-api-dns", daemon=True).start()
    try:
        found = future.result(timeout_seconds)
    except TimeoutError:
        raise httpcore2.ConnectTimeout(f"looking up {base.host} took too long") from None
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"the host name {base.host!r} is not known") from error
    return tuple(dict.fromkeys(str(address[4][0]) for address in found))


class PinnedBackend(httpcore2.NetworkBackend):
    """Opens sockets to the pinned addresses; refuses every other host and port."""

    def __init__(self, base: BaseUrl, addresses: PinnedAddresses, deadline: Deadline) -> None:
        self._base = base
        self._addresses = addresses
        self._deadline = deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        if (host.strip("[]").lower(), port) != (self._base.host, self._base.port):
            raise httpcore2.ConnectError(f"{host}:{port} is not the source's host")
        failure: httpcore2.NetworkError | httpcore2.TimeoutException | None = None
        for address in self._addresses.get(self._deadline.left(timeout)):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        self._addresses.forget()
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("no unix sockets")


class _TimedStream(httpcore2.NetworkStream):
    """Every read and write ends at the deadline, so a server that drips bytes gains nothing."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PinnedTransport(httpx2.HTTPTransport):
    """httpx2's transport over connections that we open."""

    def __init__(self, context: ssl.SSLContext, backend: PinnedBackend, connections: int) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=backend,
        )


class PinnedClients:
    """One client per process: connections are never shared with a forked child."""

    def __init__(self, base: BaseUrl, context: ssl.SSLContext, connections: int = 8) -> None:
        self.deadline = Deadline()
        self._base = base
        self._addresses = PinnedAddresses(base)
        self._context = context
        self._connections = connections
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        self._process = 0

    def get(self) -> httpx2.Client:
        if self._client is None or self._process != os.getpid():
            with self._lock:
                if self._client is None or self._process != os.getpid():
                    self._process = os.getpid()
                    self._client = self.fresh()
        return self._client

    def fresh(self) -> httpx2.Client:
        """A client that shares no connection with another."""
        backend = PinnedBackend(self._base, self._addresses, self.deadline)
        return httpx2.Client(
            transport=_PinnedTransport(self._context, backend, self._connections),
            trust_env=False,
            follow_redirects=False,
            timeout=None,
        )

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._process == os.getpid():
            client.close()
