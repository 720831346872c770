"""The port every source fulfils: `BoundQuery` in, `Rows` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from sources.facts import SourceFacts

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp", "date", "json"]
HealthStatus = Literal["ok", "warn", "error"]

# int, float, Decimal, str, bool, datetime (aware, UTC), date, None, or JSON lists and dicts
Cell = object


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result, in the result's order."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A read-only query with its values apart from its text."""

    text: str
    """One statement in the engine's language; values only as named parameters (`%(name)s`)."""
    params: Mapping[str, object] = field(default_factory=dict)
    max_rows: int = 1_000
    """Rows beyond this are not fetched; the result then says `truncated`."""
    timeout_seconds: float = 5.0
    allowed_tables: frozenset[str] = frozenset()
    """Schema-qualified names, lower case; a statement that reads anything else is rejected."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a source answered.

    Shape: `rows` has one tuple per row, each as long as `columns`; order is the engine's.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool
    """True when the source held more rows than `max_rows`."""
    elapsed_ms: float
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing a health check looked at: `connection`, `rights`, `limits` or `latency`."""

    name: str
    status: HealthStatus
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """The worst of its findings, and the findings."""

    status: HealthStatus
    findings: tuple[HealthFinding, ...]
    latency_ms: float
    checked_at: datetime


class Source(Protocol):
    """A system that holds data. Read only whatever the query says; safe from many threads."""

    @property
    def name(self) -> str:
        """The config asset's name."""
        ...

    def inspect(self, query: BoundQuery) -> None:
        """Pass every wall that needs no connection. Raises: QueryRejected."""
        ...

    def run(self, query: BoundQuery) -> Rows:
        """Answer one query. Raises: any SourceError."""
        ...

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Connect, rights, limits, latency. Never raises: a failure is a finding."""
        ...

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """What it holds, as far as its permissions allow. Raises: any SourceError."""
        ...

    def close(self) -> None:
        """Give connections back. Effects: none at the source."""
        ...
