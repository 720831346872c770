"""Days, weeks and months counted from today: 그저께, 지난주, last March, 3 days ago."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from dagster_project.planner.time_phrases.date_rules import NAMED_RULES, ordinal_quarter
from dagster_project.planner.time_phrases.durations import read_duration, shifted
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.number_rules import unit_after
from dagster_project.planner.time_phrases.site_calendar import MONTHS_IN, Period, SiteCalendar
from dagster_project.planner.time_phrases.tokens import Tokens

_AFTER_THIS_YEAR = ("number", "half", "quarter", "to_date", "odd")
_BY_UNIT = ("week", "month", "quarter", "half", "year")


def read_day(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """today, 그저께; "1년 전 오늘" is today's date in that year."""
    if m.has_month_part or m.week is not None:
        return 0
    day = calendar.today + timedelta(int(str(tokens[i].value)))
    if m.year is not None:
        m.month, m.day = day.month, day.day
    else:
        m.set_date(day)
    return i + 1


def read_day_part(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """last night, 엊저녁."""
    if m.has_date or m.part is not None:
        return 0
    offset, part = tokens[i].value  # type: ignore[misc]
    m.set_date(calendar.today + timedelta(offset))
    m.part = part
    return i + 1


def read_period(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """지난주, 이번달, 작년; 올 only before what it belongs to (올 1월), it is a verb too."""
    if tokens[i].text == "올" and tokens[i + 1].kind not in _AFTER_THIS_YEAR:
        return 0
    unit, offset = tokens[i].value  # type: ignore[misc]
    return i + 1 if _set_period(m, unit, offset, calendar) else 0


def _set_period(m: Moment, unit: str, offset: int, calendar: SiteCalendar) -> bool:
    period = calendar.current(unit, offset)
    first = period.start.date()
    if unit in ("week", "7days"):
        if m.year is not None or m.week is not None or m.month is not None or m.day is not None:
            return False
        m.week = first
    elif unit in MONTHS_IN:
        if m.year is not None or m.week is not None or m.period is not None:
            return False
        if unit != "year" and (m.month or m.quarter or m.half):
            return False
        m.year, m.year_named = first.year, unit == "year"
        if unit != "year":
            setattr(m, unit, (first.month - 1) // MONTHS_IN[unit] + 1)
    elif unit == "day":
        if m.has_date:
            return False
        m.set_date(first)
    else:
        if m.has_date:
            return False
        m.period = period
    return True


def read_relative(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """last week, 이번 달, 지난 금요일, last March, this morning, 지난 4분기."""
    offset = int(str(tokens[i].value))
    k = i + 1
    while tokens[k].kind == "back" and tokens[k + 1].kind in ("weekday", "weekend"):
        offset, k = -1, k + 1  # this past Monday
    following = tokens[k]
    if following.kind == "unit":
        unit = str(following.value)
        if offset and unit not in _BY_UNIT and unit != "7days" and (unit, offset) != ("day", 1):
            return 0
        return k + 1 if _set_period(m, unit, offset, calendar) else 0
    if following.kind == "month_unit":
        return k + 1 if _set_period(m, "month", offset, calendar) else 0
    if following.kind == "part":
        if m.has_date or m.part is not None:
            return 0
        m.set_date(calendar.today + timedelta(offset))
        m.part = str(following.value)
        return k + 1
    named = following.kind in ("weekday", "weekend", "month", "quarter", "half")
    numbered = following.kind == "number" and unit_after(tokens, k)[0] in ("month", "quarter")
    if m.has_date or not (named or numbered or ordinal_quarter(tokens, k)):
        return 0
    m.relative = offset
    reached = NAMED_RULES[following.kind](tokens, k, m)
    if not reached:
        m.relative = None
    return reached


def read_ago(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """3일 전, two weeks ago: the day, week, month ... that was; hours and minutes likewise."""
    found = read_duration(tokens, i)
    if found is None or m.has_date:
        return 0
    duration, end = found
    direction = tokens[end]
    if direction.kind not in ("ago", "later"):
        return 0
    sign = -1 if direction.kind == "ago" else 1
    count, unit = duration[0]
    article = tokens[i].text in ("a", "an", "one")
    if (
        len(duration) == 1
        and unit in _BY_UNIT
        and count == int(count)
        and not (article and unit == "week")
    ):
        _set_period(m, unit, sign * int(count), calendar)
    else:
        instant = shifted(calendar, calendar.now, duration, sign)
        last = duration[-1][1]
        if last in ("hour", "minute", "second"):
            start = instant.replace(second=0, microsecond=0)
            if last == "hour" and count == int(count):
                start = start.replace(minute=0)
                step = "hour"
            else:
                step = "minute"
            m.period = Period(start, calendar.shift(start, 1, step), step, True, instant)
        else:
            m.set_date(instant.date())
    today = tokens[end + 1].text == "today"  # two weeks ago today
    if today and unit in ("week", "day", "month", "year"):
        m.week = None
        m.set_date(shifted(calendar, calendar.now, duration, sign).date())
    return end + 2 if today else end + 1


def read_stamp(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """2026-01-05T14:00+09:00; without an offset it is the site's wall clock."""
    if m.has_date or m.hour is not None:
        return 0
    text = tokens[i].text.upper().replace("UTC", "Z").replace("Z", "+00:00").replace("T", " ")
    date_text, clock = text.split(" ", 1)
    year, month, day = (int(part) for part in date_text.split("-"))
    hour, _, rest = clock.partition(":")
    stamp = datetime.fromisoformat(
        f"{year:04d}-{month:02d}-{day:02d}T{int(hour):02d}:{rest.replace(' ', '')}"
    )
    if stamp.tzinfo is None:
        m.set_date(stamp.date())
        m.hour, m.minute = stamp.hour, stamp.minute
    else:
        start = stamp.astimezone(calendar.zone)
        m.period = Period(start, calendar.shift(start, 1, "minute"), "minute", point=True)
    return i + 1


def read_start_edge(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_date:
        return 0
    m.period = calendar.current(str(tokens[i].value), 0)
    m.start_only = True
    return i + 1


Rule = Callable[[Tokens, int, Moment, SiteCalendar], int]
RELATIVE_RULES: dict[str, Rule] = {
    "day": read_day,
    "day_part": read_day_part,
    "period": read_period,
    "relative": read_relative,
    "stamp": read_stamp,
    "start_edge": read_start_edge,
    "number": read_ago,
    "duration": read_ago,
}
"""By the kind of the first token: what needs today, or the site's zone."""
