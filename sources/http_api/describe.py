"""Reads an API's description, from the API or a file, into the facts of a scan."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sources.errors import QueryFailed, SourceUnavailable
from sources.facts import OperationFacts, SourceFacts
from sources.http_api.base_url import BaseUrl
from sources.http_api.errors import refused
from sources.http_api.exchange import Exchange
from sources.http_api.openapi import (
    ApiFacts,
    UnreadableDescription,
    parse_description,
    read_openapi,
)
from sources.http_api.target import is_allowed

MIN_MAX_BYTES = 20_000_000
"""Descriptions of large APIs are larger than any of their answers."""
_ACCEPT = "application/json, application/yaml, text/yaml, */*;q=0.5"


def describe(
    source: str,
    exchange: Exchange,
    base: BaseUrl,
    *,
    path: str | None,
    file: Path | None,
    allowed: tuple[str, ...],
    max_bytes: int,
    timeout_seconds: float,
    secret: str,
) -> SourceFacts:
    """The allowed GETs, their paths as a query writes them. Raises: any SourceError."""
    started = time.perf_counter()
    cap = max(max_bytes, MIN_MAX_BYTES)
    if file is not None:
        text, where = _from_file(source, file, cap), str(file.name)
    elif path is not None:
        text = fetch_description(
            source, exchange, base, path, allowed, timeout_seconds, secret, cap
        )
        where = path
    else:
        raise QueryFailed(
            source,
            "it has no description to scan.",
            "Write connection.openapi: a path below base_url, or a file of the site.",
        )
    facts = _read(source, text, where)
    placed, notes = _below_base(facts, base)
    kept = tuple(one for one in placed if is_allowed(one.path, allowed))
    if len(kept) < len(placed):
        notes += (f"{len(placed) - len(kept)} of {len(placed)} operations are not allowed",)
    return SourceFacts(
        scanned_at=datetime.now(UTC),
        elapsed_ms=(time.perf_counter() - started) * 1000,
        operations=kept,
        notes=notes,
    )


def fetch_description(
    source: str,
    exchange: Exchange,
    base: BaseUrl,
    path: str,
    allowed: tuple[str, ...],
    timeout_seconds: float,
    secret: str,
    max_bytes: int = MIN_MAX_BYTES,
) -> bytes:
    """The description as the API serves it. Raises: any SourceError."""
    reply = exchange.get(
        base.text + path,
        (*allowed, path),
        timeout_seconds,
        time.monotonic() + timeout_seconds,
        max_bytes=max_bytes,
        accept=_ACCEPT,
    )
    if not 200 <= reply.status < 300:
        raise refused(source, reply, path, secret)
    return reply.body


def _from_file(source: str, file: Path, max_bytes: int) -> bytes:
    try:
        if file.stat().st_size > max_bytes:
            raise QueryFailed(
                source, f"{file.name!r} is larger than {max_bytes} bytes.", "Cut it down."
            )
        return file.read_bytes()
    except OSError as error:
        raise SourceUnavailable(
            source,
            f"its description {str(file)!r} cannot be read: {error.strerror}.",
            "Correct connection.openapi.",
        ) from error


def _read(source: str, text: bytes, where: str) -> ApiFacts:
    try:
        return read_openapi(parse_description(text))
    except UnreadableDescription as error:
        raise QueryFailed(
            source, f"{where!r} is no API description: {error}.", "Correct connection.openapi."
        ) from error


def _below_base(
    facts: ApiFacts, base: BaseUrl
) -> tuple[tuple[OperationFacts, ...], tuple[str, ...]]:
    """Put what base_url lacks of the description's base path before every path."""
    lacking = _lacking(facts.base_path, base.path)
    if lacking is None:
        note = f"its base path {facts.base_path!r} does not go with base_url's {base.path!r}"
        return facts.operations, (*facts.notes, note)
    moved = tuple(replace(one, path=lacking + one.path) for one in facts.operations)
    return moved, facts.notes


def _lacking(described: str, written: str) -> str | None:
    if not described or written.endswith(described):
        return ""
    if described.startswith(f"{written}/"):
        return described[len(written) :]
    # base_url may end in the first part of the described path: /gateway/api with /api/v2
    for end in range(described.count("/"), 0, -1):
        head = "/".join(described.split("/")[: end + 1])
        if written.endswith(head):
            return described[len(head) :]
    return None
