"""A source that fails on purpose: what does an answer say when it cannot be had?"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Literal

from sources.errors import QueryFailed, RightsMissing, SourceError, SourceTimeout, SourceUnavailable
from sources.facts import SourceFacts
from sources.protocol import BoundQuery, Health, Rows, Source

DrillKind = Literal["unreachable", "too_slow", "broken_query", "no_rights"]
_FAILURES: dict[DrillKind, Callable[[str], SourceError]] = {
    "unreachable": lambda name: SourceUnavailable(name, "it cannot be reached, as the drill says."),
    "too_slow": lambda name: SourceTimeout(name, "it took too long, as the drill says."),
    "broken_query": lambda name: QueryFailed(name, "it refused the query, as the drill says."),
    "no_rights": lambda name: RightsMissing(name, "its role may not read it, as the drill says."),
}


class DrilledSource:
    """A source whose first calls fail, or all of them; the others are the source's own.

    Nothing is asked of the source by a call that fails. Safe from many threads.
    """

    def __init__(self, source: Source, kind: DrillKind, calls: int | None = None) -> None:
        self._source = source
        self._failure = _FAILURES[kind]
        self._left = calls
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._source.name

    def inspect(self, query: BoundQuery) -> None:
        self._source.inspect(query)

    def run(self, query: BoundQuery) -> Rows:
        """Raises: the drill's error while calls are left, else as the source."""
        self._source.inspect(query)
        with self._lock:
            fails = self._left is None or self._left > 0
            if self._left:
                self._left -= 1
        if fails:
            raise self._failure(self.name)
        return self._source.run(query)

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        return self._source.scan(timeout_seconds)

    def health(self, timeout_seconds: float = 3.0) -> Health:
        return self._source.health(timeout_seconds)

    def close(self) -> None:
        """The source belongs to others: it stays open."""
