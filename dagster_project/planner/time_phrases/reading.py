"""What reading the time words of a question gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dagster_project.contracts.table_plan import Bucket, TimeRange


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters [start, end) of the question."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TimeSpan(TextSpan):
    """Words that were read, and the half-open span in UTC they mean."""

    range: TimeRange


@dataclass(frozen=True, slots=True)
class Leftover(TextSpan):
    """Words of time that were not read: the caller asks, never guesses."""

    text: str
    kind: Literal["phrase", "quantity"] = "phrase"
    """`quantity`: a number with a unit of time and nothing that says when ("5 years"); it may be
    a value of a condition, which the caller can claim."""


@dataclass(frozen=True, slots=True)
class TimeReading:
    """Everything about time in one question. Shape: all spans in order of place, disjoint."""

    ranges: tuple[TimeSpan, ...] = ()
    """One for each period named; two when two are compared."""
    leftovers: tuple[Leftover, ...] = ()
    bucket: Bucket | None = None
    """The grain of `daily`, `시간별`, `10분 단위` (here `minute`)."""
    vague: tuple[TextSpan, ...] = ()
    """`최근`, `recent` and the like without a number: newest first, no span."""
    bucket_spans: tuple[TextSpan, ...] = ()
    """The words that named the bucket."""


NOTHING = TimeReading()
