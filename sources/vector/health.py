"""What a document source's health adds to Postgres's: `index` and `embedder`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from sources.errors import QueryFailed, SourceError
from sources.facts import CollectionFacts
from sources.protocol import Health, HealthFinding, HealthStatus
from sources.vector.embedders import TextEmbedder

_RANK: dict[HealthStatus, int] = {"ok": 0, "warn": 1, "error": 2}


def with_index_findings(
    found: Health,
    collections: Callable[[float], tuple[CollectionFacts, ...]],
    embedder: TextEmbedder,
    allowed: frozenset[str],
    deadline: float,
    max_latency_ms: float,
) -> Health:
    """Never raises. Where Postgres cannot be reached the index is not looked for."""
    findings = list(found.findings)
    if all(f.status != "error" for f in findings if f.name == "connection"):
        findings.append(_index(collections, embedder.id, allowed, _left(deadline)))
    findings.append(_embedder(embedder, _left(deadline), max_latency_ms))
    worst = max(findings, key=lambda finding: _RANK[finding.status])
    return replace(found, status=worst.status, findings=tuple(findings))


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.2)


def _index(
    collections: Callable[[float], tuple[CollectionFacts, ...]],
    embedder_id: str,
    allowed: frozenset[str],
    timeout_seconds: float,
) -> HealthFinding:
    try:
        there = {facts.name: facts for facts in collections(timeout_seconds)}
    except QueryFailed:
        return HealthFinding("index", "error", "nothing is indexed. Materialise its documents.")
    except SourceError as error:
        return HealthFinding("index", "error", str(error))
    asked = sorted(there if "*" in allowed else allowed)
    missing = [name for name in asked if name not in there]
    if missing or not asked:
        named = ", ".join(missing) or "nothing"
        return HealthFinding("index", "error", f"not indexed: {named}. Materialise its documents.")
    foreign = [name for name in asked if there[name].embedder != embedder_id]
    if foreign:
        return HealthFinding(
            "index",
            "error",
            f"{', '.join(foreign)}: vectors of {there[foreign[0]].embedder!r}, but the embedder"
            f" is {embedder_id!r}. Index again.",
        )
    passages = sum(there[name].passages for name in asked)
    empty = [name for name in asked if not there[name].passages]
    if empty:
        return HealthFinding("index", "warn", f"no passage in {', '.join(empty)}.")
    return HealthFinding(
        "index", "ok", f"{passages} passages of {len(asked)} collections by {embedder_id}."
    )


def _embedder(
    embedder: TextEmbedder, timeout_seconds: float, max_latency_ms: float
) -> HealthFinding:
    started = time.perf_counter()
    try:
        embedder.embed(["health"], timeout_seconds)
    except SourceError as error:
        return HealthFinding("embedder", "error", f"{error.reason} {error.instruction}".strip())
    taken_ms = (time.perf_counter() - started) * 1000
    told = f"{embedder.id} answered in {taken_ms:.0f} ms"
    if taken_ms > max_latency_ms:
        return HealthFinding("embedder", "warn", f"{told}, more than {max_latency_ms:g} ms.")
    return HealthFinding("embedder", "ok", f"{told}.")
