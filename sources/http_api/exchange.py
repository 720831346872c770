"""One GET with all that is around it: limits, retries, redirects on the host, caps, time-out."""

from __future__ import annotations

import random
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from sources.errors import QueryFailed, SourceTimeout, SourceUnavailable
from sources.http_api.base_url import BaseUrl
from sources.http_api.errors import timed_out, translate, without_secret
from sources.http_api.pinned import PinnedClients
from sources.http_api.rate_limit import (
    TokenBucket,
    exhausted_for_seconds,
    retry_after_seconds,
)
from sources.http_api.reply import (
    ACCEPTED_ENCODINGS,
    Reply,
    TooLarge,
    UnknownEncoding,
    read_body,
)
from sources.http_api.target import is_allowed

MAX_REDIRECTS = 3
_AGAIN = frozenset({429, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOST = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""A connection that ended under a GET, which may be sent again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked of an API."""

    requests_per_second: float = 10.0
    max_pages: int = 20
    max_bytes: int = 5_000_000
    retries: int = 2


class Exchange:
    """Sends GETs to one API. Safe from many threads; they share one rate limit."""

    def __init__(
        self,
        source: str,
        base: BaseUrl,
        *,
        token: str,
        token_header: str,
        context: ssl.SSLContext,
        limits: Limits,
    ) -> None:
        self._source = source
        self._base = base
        self._secret = token
        self._limits = limits
        self._bucket = TokenBucket(limits.requests_per_second)
        self._clients = PinnedClients(base, context)
        self._headers = {
            "accept": "application/json",
            "accept-encoding": ACCEPTED_ENCODINGS,
            "user-agent": "ops-canvas",
            **_authorization(source, token, token_header),
        }

    def get(
        self,
        url: str,
        allowed: tuple[str, ...],
        timeout_seconds: float,
        deadline: float,
        *,
        max_bytes: int | None = None,
        accept: str = "",
        fresh: bool = False,
    ) -> Reply:
        """The last answer, whatever its status. `deadline` is on the monotonic clock.

        `allowed`: paths below the base that a redirect may lead to; `fresh`: on a connection of
        its own. Raises: SourceUnavailable, SourceTimeout, QueryFailed.
        """
        headers = self._headers | ({"accept": accept} if accept else {})
        client = self._clients.fresh() if fresh else self._clients.get()
        self._clients.deadline.at = deadline
        try:
            for redirects in range(MAX_REDIRECTS + 1):
                cap = max_bytes or self._limits.max_bytes
                reply = self._patiently(client, url, headers, timeout_seconds, deadline, cap)
                if reply.status not in _REDIRECTS:
                    return reply
                url = self._redirected(reply, allowed, redirects)
        finally:
            self._clients.deadline.at = float("inf")
            if fresh:
                client.close()
        raise AssertionError("unreachable: the last redirect raises")

    def close(self) -> None:
        self._clients.close()

    def _patiently(
        self,
        client: httpx2.Client,
        url: str,
        headers: dict[str, str],
        timeout_seconds: float,
        deadline: float,
        max_bytes: int,
    ) -> Reply:
        for attempt in range(self._limits.retries + 1):
            is_last = attempt == self._limits.retries
            self._wait_for_turn(timeout_seconds, deadline)
            try:
                reply = self._once(client, url, headers, deadline, max_bytes)
            except httpx2.HTTPError as error:
                pause = _backoff_seconds(attempt)
                in_time = time.monotonic() + pause < deadline
                if is_last or not isinstance(error, _LOST) or not in_time:
                    raise translate(self._source, error, timeout_seconds) from error
                time.sleep(pause)
                continue
            pause = self._pause_after(reply, attempt)
            if reply.status not in _AGAIN or is_last or time.monotonic() + pause >= deadline:
                return reply
            time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _pause_after(self, reply: Reply, attempt: int) -> float:
        """What to wait before the next attempt; everybody waits where the API says so."""
        asked = retry_after_seconds(reply.headers)
        used_up = exhausted_for_seconds(reply.headers)
        if reply.status in (429, 503) and asked is not None:
            self._bucket.pause(asked)
            return asked
        if used_up is not None:
            self._bucket.pause(used_up)
            if reply.status == 429:
                return used_up
        return _backoff_seconds(attempt)

    def _wait_for_turn(self, timeout_seconds: float, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise timed_out(self._source, timeout_seconds)
        wait = self._bucket.reserve(left)
        if wait is None:
            raise SourceTimeout(
                self._source,
                f"its rate limit lets no request through within {timeout_seconds:g} s "
                f"({self._limits.requests_per_second:g} a second, or what the API said).",
                "Ask again later, or raise http.requests_per_second.",
            )
        if wait > 0:
            time.sleep(wait)

    def _once(
        self,
        client: httpx2.Client,
        url: str,
        headers: dict[str, str],
        deadline: float,
        max_bytes: int,
    ) -> Reply:
        started = time.perf_counter()
        left = max(deadline - time.monotonic(), 0.001)
        with client.stream("GET", url, headers=headers, timeout=left) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            client.cookies.clear()
            try:
                body = read_body(response.iter_raw(), found.get("content-encoding", ""), max_bytes)
            except TooLarge:
                raise QueryFailed(
                    self._source,
                    f"the answer is larger than {max_bytes} bytes.",
                    "Narrow the query, ask for smaller pages or raise http.max_bytes.",
                ) from None
            except UnknownEncoding as error:
                raise QueryFailed(self._source, f"{error}.", "Check the API.") from None
        elapsed_ms = (time.perf_counter() - started) * 1000
        return Reply(response.status_code, found, body, url, elapsed_ms)

    def _redirected(self, reply: Reply, allowed: tuple[str, ...], redirects: int) -> str:
        target = urljoin(reply.url, reply.headers.get("location", ""))
        path = self._base.path_of(target)
        if path is None:
            raise SourceUnavailable(
                self._source,
                f"it answered {reply.status} with a redirect to another host or out of base_url.",
                "Write the API's final address in base_url.",
            )
        if not (is_allowed(path, allowed) or is_allowed(path.rstrip("/") or "/", allowed)):
            shown = without_secret(path[:80], self._secret)
            raise QueryFailed(
                self._source,
                f"it answered {reply.status} with a redirect to {shown!r}, which is not allowed.",
                "Add the path to the source's allowed_tables.",
            )
        if redirects == MAX_REDIRECTS:
            raise SourceUnavailable(
                self._source, f"it redirects more than {MAX_REDIRECTS} times.", "Check the API."
            )
        return target.partition("#")[0]


def _authorization(source: str, token: str, header: str) -> dict[str, str]:
    if not token:
        return {}
    try:
        token.encode("ascii")
    except UnicodeEncodeError:
        is_sendable = False
    else:
        is_sendable = token.isprintable()
    if not is_sendable:
        raise SourceUnavailable(
            source,
            "its token holds characters that no header can have.",
            "Write the bare token where token_ref leads.",
        )
    name = header.strip().lower()
    return {name: f"Bearer {token}" if name == "authorization" else token}


def _backoff_seconds(attempt: int) -> float:
    return 0.2 * 2**attempt * (0.75 + random.random() / 2)
