"""Is this API fit to be asked? Four findings: connection, rights, limits, latency."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sources.errors import RightsMissing, SourceError
from sources.http_api.base_url import BaseUrl
from sources.http_api.errors import refused
from sources.http_api.exchange import Exchange
from sources.http_api.openapi import UnreadableDescription, parse_description, read_openapi
from sources.http_api.rate_limit import described_limits, exhausted_for_seconds
from sources.http_api.reply import Reply
from sources.http_api.target import is_allowed
from sources.protocol import Health, HealthFinding, HealthStatus

_RANK: dict[HealthStatus, int] = {"ok": 0, "warn": 1, "error": 2}
_RETRY_PAUSE_SECONDS = 0.2
_ROUND_TRIPS = 3


class _Ask(Protocol):
    def __call__(self, path: str, *, fresh: bool = False) -> _Asked: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was tried and what came back."""

    path: str
    reply: Reply


def check_health(
    name: str,
    exchange: Exchange,
    base: BaseUrl,
    *,
    description_path: str | None,
    allowed: tuple[str, ...],
    timeout_seconds: float,
    max_latency_ms: float,
    retries: int,
    secret: str,
) -> Health:
    """Ask on a fresh connection of its own. Never raises: a failure is a finding."""
    checked_at = datetime.now(UTC)
    deadline = time.monotonic() + timeout_seconds

    def ask(path: str, *, fresh: bool = False) -> _Asked:
        url = base.text + path
        inside = (*allowed, path)
        reply = exchange.get(url, inside, timeout_seconds, deadline, accept="*/*", fresh=fresh)
        return _Asked(path, reply)

    first_path = _plain_path(allowed) or description_path or "/"
    first = _first(ask, first_path, deadline, retries)
    if isinstance(first, SourceError):
        return _health((HealthFinding("connection", "error", str(first)),), 0.0, checked_at)
    findings = [HealthFinding("connection", "ok", _connected(base, first))]
    try:
        probed = _probed(ask, first, description_path, allowed)
        findings.append(_rights(name, probed, allowed, secret))
        findings.append(_limits(probed))
        trips = _ROUND_TRIPS if findings[-1].status == "ok" else 0
        latency_ms, finding = _latency(ask, probed, trips, max_latency_ms)
        findings.append(finding)
    except SourceError as error:
        findings.append(HealthFinding("latency", "error", str(error)))
        latency_ms = 0.0
    return _health(tuple(findings), latency_ms, checked_at)


def _health(findings: tuple[HealthFinding, ...], latency_ms: float, checked_at: datetime) -> Health:
    worst = max(findings, key=lambda finding: _RANK[finding.status])
    return Health(worst.status, findings, latency_ms, checked_at)


def _first(ask: _Ask, path: str, deadline: float, retries: int) -> _Asked | SourceError:
    attempt = 0
    while True:
        try:
            return ask(path, fresh=True)
        except SourceError as error:
            attempt += 1
            if attempt > retries or time.monotonic() + _RETRY_PAUSE_SECONDS > deadline:
                return error
        time.sleep(_RETRY_PAUSE_SECONDS)


def _plain_path(allowed: tuple[str, ...]) -> str | None:
    """An allowed path that needs no value."""
    plain = [path for path in allowed if not any(mark in path for mark in "{}*")]
    return plain[0] if plain else None


def _probed(
    ask: _Ask, first: _Asked, description_path: str | None, allowed: tuple[str, ...]
) -> _Asked:
    """Where no allowed path is plain, the description names one that is."""
    if first.path != description_path or not 200 <= first.reply.status < 300:
        return first
    try:
        facts = read_openapi(parse_description(first.reply.body))
    except UnreadableDescription:
        return first
    for operation in facts.operations:
        needs = any(param.required for param in operation.params)
        path = facts.base_path + operation.path
        for candidate in dict.fromkeys((operation.path, path)):
            if not needs and is_allowed(candidate, allowed) and operation.columns:
                asked = ask(candidate)
                if asked.reply.status != 404:
                    return asked
    return first


def _connected(base: BaseUrl, asked: _Asked) -> str:
    server = asked.reply.headers.get("server", "")[:40]
    return f"{base.origin} answered {asked.reply.status}" + (f" ({server})." if server else ".")


def _rights(name: str, asked: _Asked, allowed: tuple[str, ...], secret: str) -> HealthFinding:
    """Whether the token may read an allowed path."""
    if not allowed:
        return HealthFinding("rights", "error", "no path is allowed. Fill allowed_tables.")
    status = asked.reply.status
    if 200 <= status < 300:
        return HealthFinding("rights", "ok", f"GET {asked.path} may be read.")
    error = refused(name, asked.reply, asked.path, secret)
    if isinstance(error, RightsMissing):
        return HealthFinding("rights", "error", f"{error.reason} {error.instruction}")
    if status >= 500:
        return HealthFinding("rights", "error", error.reason)
    return HealthFinding("rights", "warn", f"not seen: {error.reason}")


def _limits(asked: _Asked) -> HealthFinding:
    headers = asked.reply.headers
    said = described_limits(headers)
    wait = exhausted_for_seconds(headers)
    if asked.reply.status == 429 or wait is not None:
        when = f" for {wait:.0f} s" if wait is not None else ""
        return HealthFinding("limits", "warn", f"the API's allowance is used up{when}.")
    return HealthFinding("limits", "ok", f"{said}." if said else "the API names no limits.")


def _latency(
    ask: _Ask, probed: _Asked, trips: int, max_latency_ms: float
) -> tuple[float, HealthFinding]:
    """Median of round trips on an open connection; the one there was, where no more are allowed."""
    taken = [ask(probed.path).reply.elapsed_ms for _ in range(trips)]
    median = statistics.median(taken or [probed.reply.elapsed_ms])
    if median > max_latency_ms:
        detail = f"{median:.2f} ms, more than {max_latency_ms:g} ms."
        return median, HealthFinding("latency", "warn", detail)
    return median, HealthFinding("latency", "ok", f"{median:.2f} ms.")
