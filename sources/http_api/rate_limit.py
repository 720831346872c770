"""How fast a source is asked: a token bucket of its own, and what the API says of its limits."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_PAUSE_SECONDS = 3_600.0
_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_RESET = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_LIMIT = ("ratelimit-limit", "x-ratelimit-limit", "x-rate-limit-limit")
_STRUCTURED = re.compile(r"(?:^|;)\s*([rt])\s*=\s*(\d+)")


class TokenBucket:
    """Lets `per_second` requests through, as many at once as fit a second. Shared by threads."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._size = max(1.0, per_second)
        self._tokens = self._size
        self._clock = clock
        self._at = clock()
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def reserve(self, patience_seconds: float) -> float | None:
        """Seconds to wait before the request; None when that is longer than the patience."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._size, self._tokens + (now - self._at) * self._per_second)
            self._at = now
            owed = max(0.0, 1.0 - self._tokens) / self._per_second
            wait = max(owed, self._paused_until - now)
            if wait > patience_seconds:
                return None
            self._tokens -= 1.0
            return wait

    def pause(self, seconds: float) -> None:
        """Let nobody through for that long: the API said so."""
        with self._lock:
            until = self._clock() + min(seconds, _LONGEST_PAUSE_SECONDS)
            self._paused_until = max(self._paused_until, until)


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """`Retry-After` in seconds or as a date; None where there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def exhausted_for_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """How long the API's own allowance is used up, by its rate headers; None when it is not."""
    remaining, reset = _number(headers, _REMAINING), _number(headers, _RESET)
    if remaining is None:
        parts = dict(_STRUCTURED.findall(headers.get("ratelimit", "")))
        remaining = float(parts["r"]) if "r" in parts else None
        reset = float(parts["t"]) if "t" in parts else reset
    if remaining is None or remaining > 0 or reset is None:
        return None
    # seconds from now, or a moment since 1970 in seconds or milliseconds
    seconds = (now or datetime.now(UTC)).timestamp()
    if reset > 1e12:
        return max(0.0, reset / 1000 - seconds)
    return max(0.0, reset - seconds) if reset > 1e9 else reset


def described_limits(headers: Mapping[str, str]) -> str:
    """What the rate headers say, for a reader; empty where there are none."""
    limit, remaining = _number(headers, _LIMIT), _number(headers, _REMAINING)
    if limit is None and remaining is None:
        return headers.get("ratelimit", "")[:100]
    said = [f"limit {limit:g}" if limit is not None else ""]
    said.append(f"{remaining:g} left" if remaining is not None else "")
    return ", ".join(part for part in said if part)


def _number(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    for name in names:
        if found := re.match(r"\s*(\d{1,18})", headers.get(name, "")):
            return float(found[1])
    return None
