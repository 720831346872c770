"""The grammar over the tokens: which rule reads what comes next.

question  = (bucket | span | bounded | periods | vague | leftover | word)*
span      = (최근|지난|last|past ...) duration · duration (동안|이내|간) · within duration
bounded   = from A to B · between A and B · since A · before A · until A · after A
periods   = A [부터 B 까지 | ~ B | 이후 | 이전 | 까지] [(과|대비|vs|and|,) periods]
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dagster_project.contracts.assets.policy import Calendar
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.planner.time_phrases.bounds import read_bounded, read_to_date
from dagster_project.planner.time_phrases.buckets import read_bucket
from dagster_project.planner.time_phrases.leftovers import (
    read_either_count,
    read_leftover,
    read_vague,
)
from dagster_project.planner.time_phrases.periods import (
    read_periods,
    read_relation,
    read_year_earlier,
)
from dagster_project.planner.time_phrases.reader import SILENT, Reader
from dagster_project.planner.time_phrases.reading import NOTHING, TimeReading, TimeSpan
from dagster_project.planner.time_phrases.scan import scan
from dagster_project.planner.time_phrases.site_calendar import SiteCalendar
from dagster_project.planner.time_phrases.spans import read_span
from dagster_project.planner.time_phrases.tokens import END

RULES: tuple[Callable[[Reader, int], int], ...] = (
    read_bucket,
    read_to_date,
    read_span,
    read_bounded,
    read_relation,
    read_periods,
    read_vague,
    read_either_count,
    read_leftover,
)
"""In this order at each token; the first that applies says where it stopped, the others 0."""


def read_times(question: str, now: datetime, calendar: Calendar) -> TimeReading:
    """Read every word of time in a question, as of `now`, in the site's calendar.

    Shape: spans are character offsets in `question`, which should be NFC. Units: UTC.
    Raises: ValueError when `now` has no zone; nothing for any text.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone; pass an aware datetime")
    tokens = scan(question)
    if all(token.kind in SILENT for token in tokens):
        return NOTHING
    reader = Reader(question, [*tokens, *(END,) * 6], SiteCalendar.of(now, calendar))
    reader.comparing = any(t.kind == "compare" and t.text != "or" for t in tokens)
    i = 0
    while reader.tokens[i].kind != "end":
        token = reader.tokens[i]
        if token.kind in SILENT and token.text != "for":
            i += 1
            continue
        i = _read_at(reader, i)
    for first, end in reader.same_last_year:
        read_year_earlier(reader, first, end)
    return _reading(reader)


def _read_at(reader: Reader, i: int) -> int:
    try:
        return next((end for rule in RULES if (end := rule(reader, i))), i + 1)
    except (ValueError, OverflowError):  # a date beyond any calendar: 99999 years ago
        return reader.leave(i, i + 1)


def _reading(reader: Reader) -> TimeReading:
    spans = tuple(
        TimeSpan(
            begin,
            end,
            TimeRange(start=first, end=last, text=reader.question[begin:end], bucket=reader.bucket),
        )
        for begin, end, first, last in sorted(reader.ranges)
    )
    return TimeReading(
        spans,
        tuple(reader.leftovers),
        reader.bucket,
        tuple(reader.vague),
        tuple(reader.bucket_spans),
    )
