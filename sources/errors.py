"""What can go wrong between a bound query and its rows.

    SourceError(source)
    ├── SourceUnavailable   cannot connect, connection lost      retryable  UPSTREAM_UNAVAILABLE
    ├── SourceTimeout       the statement ran past its time-out  retryable  TOOL_TIMEOUT
    ├── CircuitOpen         left alone after failing repeatedly  terminal   CIRCUIT_OPEN
    ├── QueryRejected       a wall refused the statement         terminal   SQL_BLOCKED
    ├── QueryFailed         the engine refused a good-faith query terminal  TOOL_BAD_REQUEST
    └── RightsMissing       the role may not read what was asked terminal   PERMISSION_DENIED

`retryable` is a class attribute; the control loop is the one place that reads it.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class SourceError(Exception):
    """A source did not give rows. The message says what, where, the value and what to do next."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, source: str, reason: str, instruction: str = "") -> None:
        self.source = source
        self.reason = reason
        self.instruction = instruction
        super().__init__(
            f"source {source!r}: {reason}" + (f" {instruction}" if instruction else "")
        )


class SourceUnavailable(SourceError):
    """The source cannot be reached, or the connection was lost while it answered."""

    code = "UPSTREAM_UNAVAILABLE"
    retryable = True


class SourceTimeout(SourceError):
    """The statement ran longer than its time-out and was cancelled at the source."""

    code = "TOOL_TIMEOUT"
    retryable = True


class CircuitOpen(SourceError):
    """The source failed several times in a row and is not asked for a while."""

    code = "CIRCUIT_OPEN"

    def __init__(
        self, source: str, reason: str, instruction: str = "", *, retry_at: datetime | None = None
    ) -> None:
        super().__init__(source, reason, instruction)
        self.retry_at = retry_at
        """When the next call is let through."""


class QueryRejected(SourceError):
    """A read-only wall refused the statement before it reached the engine."""

    code = "SQL_BLOCKED"


class QueryFailed(SourceError):
    """The engine refused the statement: a missing column, a bad cast, a wrong parameter."""

    code = "TOOL_BAD_REQUEST"


class RightsMissing(SourceError):
    """The source's role may not read a table that the query names."""

    code = "PERMISSION_DENIED"
