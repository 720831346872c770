"""One question being read: its tokens, where the reading stands and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dagster_project.contracts.table_plan import Bucket
from dagster_project.planner.time_phrases.moment import Moment, resolve
from dagster_project.planner.time_phrases.moment_rules import read_moment
from dagster_project.planner.time_phrases.reading import Leftover, TextSpan
from dagster_project.planner.time_phrases.site_calendar import Period, SiteCalendar
from dagster_project.planner.time_phrases.tokens import Token

SILENT = frozenset(("word", "link", "comma", "and", "compare", "range"))
"""Kinds that say nothing of time by themselves."""
BUCKETS: dict[str, Bucket] = {
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "7days": "week",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}


@dataclass(slots=True)
class Reader:
    """One question being read. Each rule takes a token's index and returns where it stopped, or
    0 when it does not apply; what it reads goes to the lists."""

    question: str
    tokens: list[Token]
    calendar: SiteCalendar
    ranges: list[tuple[int, int, datetime, datetime]] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    vague: list[TextSpan] = field(default_factory=list)
    bucket_spans: list[TextSpan] = field(default_factory=list)
    bucket: Bucket | None = None
    context: Moment | None = None
    """The moment just read: the next one may stand with it."""
    context_start: int = -1
    context_end: int = -1
    comparing: bool = False
    same_last_year: list[tuple[int, int]] = field(default_factory=list)
    """`전년 동기`: known once the other period is."""

    def text_span(self, i: int, end: int) -> tuple[int, int]:
        return self.tokens[i].start, self.tokens[end - 1].end

    def emit(self, i: int, end: int, start: datetime, stop: datetime) -> int:
        first, last = start.astimezone(UTC), stop.astimezone(UTC)
        if first >= last:
            return self.leave(i, end)
        self.ranges.append((*self.text_span(i, end), first, last))
        return end

    def leave(self, i: int, end: int, quantity: bool = False) -> int:
        begin, stop = self.text_span(i, end)
        kind = "quantity" if quantity else "phrase"
        self.leftovers.append(Leftover(begin, stop, self.question[begin:stop], kind))
        return end

    def name_bucket(self, i: int, end: int, unit: str) -> int:
        bucket = BUCKETS.get(unit)
        if bucket is None:
            return 0
        self.bucket = self.bucket or bucket
        self.bucket_spans.append(TextSpan(*self.text_span(i, end)))
        return end

    def past_links(self, i: int) -> int:
        while self.tokens[i].kind == "link":
            i += 1
        return i

    def moment(self, i: int, beside: Moment | None = None) -> tuple[Moment, int] | None:
        """A moment from token `i`; `now` is one too, where it stands beside another."""
        if self.tokens[i].kind == "now" and beside is not None:
            now = self.calendar.now
            instant = Period(now, now + timedelta(minutes=1), "minute", point=True)
            return Moment(period=instant), i + 1
        try:
            return read_moment(self.tokens, i, self.calendar, loose=beside is not None)
        except (ValueError, OverflowError):
            return None

    def when(self, moment: Moment, limit: datetime | None = None) -> Period | None:
        try:
            return resolve(moment, self.calendar, limit or self.calendar.now)
        except (ValueError, OverflowError):
            return None
