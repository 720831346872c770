"""Words before a moment that bound it: from A to B, between, since, before, until, after."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.pairs import read_pair
from dagster_project.planner.time_phrases.reader import Reader
from dagster_project.planner.time_phrases.reading import Leftover
from dagster_project.planner.time_phrases.site_calendar import Period

_BECAUSE = re.compile(r"\s+(?:i|we|you|it|he|she|they|there)\b", re.IGNORECASE)
"""After `since` when it is no time."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where "before X" starts."""


def read_to_date(r: Reader, i: int) -> int:
    """year to date, YTD; "so far" alone has no start and adds nothing."""
    token = r.tokens[i]
    if token.kind != "to_date":
        return 0
    if token.value is None:
        found = r.moment(i + 1)  # so far this year
        return one_sided(r, i, found[1], found[0], "since") if found else i + 1
    now = r.calendar.now
    return r.emit(i, i + 1, r.calendar.current(str(token.value), 0).start, now)


def read_bounded(r: Reader, i: int) -> int:
    """from A to B, between A and B, since A, before A, until A, after A."""
    t = r.tokens
    kind = t[i].kind
    if kind not in ("from", "since", "until", "before", "after", "between"):
        return 0
    k = r.past_links(i + 1)
    starts = t[k].kind == "edge" and t[k].text in ("start", "beginning")
    if starts and kind in ("from", "since"):
        return _since_start(r, i, r.past_links(k + 1))
    first = r.moment(k) or _bare_ordinal(r, k)
    if first is None:
        return read_orphan(r, i)
    moment, end = first
    i, moment = _led_by_day(r, i, moment)
    if kind in ("from", "since", "between", "after"):
        joins = ("range", "until", "and") if kind == "between" else ("range", "until")
        second = second_moment(r, end, moment, joins)
        if second is not None:
            return read_pair(r, i, moment, *second)
    sides = {"from": "since", "since": "since", "between": "", "after": "after"}
    side = sides.get(kind, kind)
    return one_sided(r, i, end, moment, side) if side else r.leave(i, end)


def _bare_ordinal(r: Reader, i: int) -> tuple[Moment, int] | None:
    """`since the 15th`; not `from the 3rd rack`."""
    t = r.tokens
    day = t[i].value
    if t[i].kind != "ordinal" or t[i + 1].kind == "word" or not isinstance(day, int):
        return None
    return (Moment(day=day), i + 1) if 1 <= day <= 31 else None


def _led_by_day(r: Reader, i: int, moment: Moment) -> tuple[int, Moment]:
    """`yesterday between 9 and 11am`: the hours are of the day just read."""
    day = r.context
    if day is None or r.context_end != i or moment.level < 3 or day.level == 3:
        return i, moment
    r.ranges.pop()
    return r.context_start, moment.filled_from(day)


def _since_start(r: Reader, i: int, k: int) -> int:
    """since the start of the month, from the beginning of 2025."""
    if r.tokens[k].kind == "unit":
        start = r.calendar.current(str(r.tokens[k].value), 0).start
        return r.emit(i, k + 1, start, r.calendar.now)
    found = r.moment(k)
    return one_sided(r, i, found[1], found[0], "since") if found else 0


def read_orphan(r: Reader, i: int) -> int:
    """`since the upgrade`: a time we cannot know."""
    t = r.tokens
    if t[i].kind != "since" or _BECAUSE.match(r.question, t[i].end):
        return 0
    if t[i].text == "since":
        end = r.past_links(i + 1)
        begin, stop = t[i].start, t[min(end, len(t) - 5)].end
        word_end = r.question.find(" ", t[end].start + 1) if t[end].kind == "word" else stop
        stop = word_end if word_end > 0 else stop
    else:
        begin, stop = _word_before(r, t[i].start), t[i].end
    r.leftovers.append(Leftover(begin, stop, r.question[begin:stop]))
    return i + 1


def _word_before(r: Reader, position: int) -> int:
    return r.question.rstrip()[:position].rstrip().rfind(" ") + 1


def one_sided(r: Reader, i: int, end: int, moment: Moment, side: str) -> int:
    """Since, after, before or until one moment."""
    period = r.when(moment)
    if period is None:
        return r.leave(i, end)
    now = r.calendar.now
    if side == "since":
        return r.emit(i, end, period.exact or period.start, now)
    if side == "after":
        return r.emit(i, end, period.start if period.point else period.end, now)
    floor = EPOCH
    if period.point and moment.hour is not None:
        floor = r.calendar.at(period.start.date())
    whole = side == "until" and not period.point and not moment.start_only
    return r.emit(i, end, floor, period.end if whole else period.start)


def second_moment(
    r: Reader, end: int, first: Moment, joins: tuple[str, ...]
) -> tuple[Moment, int] | None:
    """The second moment, after a joining word at `end`."""
    t = r.tokens
    if t[end].kind in joins:
        return r.moment(r.past_links(end + 1), beside=first)
    if t[end].kind == "to_date" and "range" in joins and t[end].text in ("to now", "until now"):
        now = _moment_now(r)
        return now, end + 1
    return None


def _moment_now(r: Reader) -> Moment:
    now = r.calendar.now
    return Moment(period=Period(now, now + timedelta(minutes=1), "minute", point=True))
