"""What words say of one moment or period, and when that is.

A moment holds only what was said ("5일": a day, no month). Missing larger fields are filled from
the moment it stands with ("1월 5일부터 7일까지"), or else are the latest that is not in the future.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dagster_project.planner.time_phrases.site_calendar import (
    PARTS,
    Period,
    SiteCalendar,
    shift_months,
)

_NEAREST_LEAP_YEAR = 8
_SIZES = {"month": 1, "quarter": 3, "half": 6}


@dataclass(slots=True)
class Moment:
    """Fields as said. Filled while the words are read, then left alone."""

    year: int | None = None
    year_named: bool = False
    """The year was said, as in 작년; 지난달 only implies one."""
    half: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    week: date | None = None
    """Its first day."""
    weekday: int | None = None
    weekend: bool = False
    third: int | None = None
    """Of a month: days 1-10, 11-20, 21-."""
    relative: int | None = None
    """-1 for the last Monday or March, 0 for this, +1 for the next."""
    part: str | None = None
    hour: int | None = None
    minute: int | None = None
    meridiem: str | None = None
    period: Period | None = None
    """A span that needs no calendar: an instant with its zone, 3 hours ago."""
    start_only: bool = False
    """연초: only its beginning is certain."""

    @property
    def has_date(self) -> bool:
        return self.has_month_part or self.year is not None or self.week is not None

    @property
    def has_month_part(self) -> bool:
        said = (self.half, self.quarter, self.month, self.day, self.weekday, self.period)
        return self.weekend or any(field is not None for field in said)

    @property
    def level(self) -> int:
        """Of the largest thing said: 0 a year, 1 part of a year, 2 a day, 3 an hour."""
        if self.year_named or self.period is not None:
            return 0
        parts = (self.half, self.quarter, self.month, self.week)
        if any(field is not None for field in parts):
            return 1
        day = self.day is not None or self.weekday is not None or self.weekend
        return 2 if day else 3

    @property
    def own_length(self) -> tuple[tuple[tuple[float, str], ...], ...]:
        """Lengths that say the same as the moment: 하루 of a day, 일주일 of a week."""
        if self.day is not None or self.weekday is not None:
            return (((1, "day"),),)
        if self.week is not None:
            return (((7, "day"),), ((1, "week"),), ((1, "7days"),))
        if self.month is not None:
            return (((1, "month"),),)
        return (((1, "year"),),) if self.year is not None else ()

    def set_date(self, day: date) -> None:
        self.year, self.month, self.day, self.year_named = day.year, day.month, day.day, True

    def filled_from(self, other: Moment) -> Moment:
        """This moment, its missing larger fields taken from the other."""
        if self.period is not None or other.period is not None or self.level <= other.level == 3:
            return self
        if self.level == 3:
            clock = {"part": self.part, "hour": self.hour, "minute": self.minute}
            return replace(other, **clock, meridiem=self.meridiem)
        if self.level == 2 and self.day is not None and other.month is not None:
            return replace(self, year=other.year, month=other.month, year_named=other.year_named)
        if self.level == 2 and self.relative is None:
            return replace(self, week=other.week, relative=other.relative)
        if self.level == 1 and self.year is None and self.week is None and other.year_named:
            return replace(self, year=other.year, year_named=True)
        return self


def resolve(moment: Moment, calendar: SiteCalendar, limit: datetime) -> Period | None:
    """When it is: the latest such period that starts by `limit`, where words leave it open.

    None for what is not one span (the mornings of a week). Raises: ValueError, OverflowError for
    a date that no calendar holds.
    """
    if moment.period is not None:
        return moment.period
    dates = _dates(moment, calendar, limit)
    if moment.hour is None and moment.part is None:
        return dates
    if dates is None:
        if moment.hour is None:
            return None
        period = _within_day(moment, calendar, limit.date())
        if period is not None and period.start > limit:
            period = _within_day(moment, calendar, limit.date() - timedelta(1))
        return period
    return _within_day(moment, calendar, dates.start.date()) if dates.grain == "day" else None


def _dates(m: Moment, calendar: SiteCalendar, limit: datetime) -> Period | None:
    if m.weekend or (m.weekday is not None and m.day is None):
        return _day_of_week(m, calendar, limit)
    if m.week is not None:
        return calendar.week(m.week)
    if m.day is not None:
        return calendar.day(_day_of_month(m, limit.date()))
    for unit, number in (("month", m.month), ("quarter", m.quarter), ("half", m.half)):
        if number is not None:
            return _part_of_year(m, unit, number, calendar, limit)
    if m.year is not None:
        return calendar.months(m.year, 1, "year")
    return None


def _day_of_week(m: Moment, calendar: SiteCalendar, limit: datetime) -> Period:
    length, weekday = (2, 5) if m.weekend else (1, m.weekday or 0)
    today = limit.date()
    week = m.week or calendar.week_of(today)
    found = week + timedelta((weekday - week.weekday()) % 7)
    if m.week is None:
        if m.relative is None and found > today:
            found -= timedelta(7)
        elif m.relative is not None and m.relative < 0:
            while found + timedelta(length) > today:
                found -= timedelta(7)
            found += timedelta(7 * (m.relative + 1))
        elif m.relative == 1:
            while found <= today:
                found += timedelta(7)
    return calendar.days(found, found + timedelta(length), "weekend" if m.weekend else "day")


def _day_of_month(m: Moment, today: date) -> date:
    day = m.day or 1
    if m.month is not None and m.year is not None:
        return date(m.year, m.month, day)
    if m.month is not None:
        years = range(today.year, today.year - _NEAREST_LEAP_YEAR - 1, -1)
        candidates = ((year, m.month) for year in years)
    else:
        firsts = (shift_months(today.replace(day=1), -back) for back in range(4))
        candidates = ((first.year, first.month) for first in firsts)
    for year, month in candidates:
        found = _date_or_none(year, month, day)
        if found is not None and found <= today:
            return found
    raise ValueError(f"day {day} of month {m.month} is not in the calendar")


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _part_of_year(
    m: Moment, unit: str, number: int, calendar: SiteCalendar, limit: datetime
) -> Period | None:
    size = _SIZES[unit]
    year = m.year
    if year is None:
        year = limit.year + _years_off(number, (limit.month - 1) // size + 1, m.relative)
    whole = calendar.months(year, (number - 1) * size + 1, unit)
    if m.third is None:
        return whole
    first = whole.start.date()
    starts = (first, first + timedelta(10), first + timedelta(20), whole.end.date())
    return calendar.days(starts[m.third - 1], starts[m.third], "third")


def _years_off(number: int, current: int, relative: int | None) -> int:
    """Years from this one to the month, quarter or half that is meant."""
    if relative is None:
        return 0 if number <= current else -1
    if relative == 0:
        return 0
    if relative > 0:
        return 0 if number > current else 1
    return (0 if number < current else -1) + relative + 1


def _within_day(m: Moment, calendar: SiteCalendar, day: date) -> Period | None:
    if m.hour is None:
        first, last = PARTS[m.part or "am"]
        return Period(calendar.at(day, first), calendar.at(day, last), "part")
    hour = hour_of_day(m)
    minute = m.minute or 0
    if not (0 <= hour <= 29 and 0 <= minute < 60) or (hour > 23 and m.part != "night" and minute):
        raise ValueError(f"{hour}:{minute} is no time of day")
    start = calendar.at(day, hour, minute)
    grain = "hour" if m.minute is None else "minute"
    return Period(start, calendar.shift(start, 1, grain), grain, point=True)


def hour_of_day(m: Moment) -> int:
    """0 to 24, by am, pm or the part of the day said with it; from 24 on: of the night's next day.

    Raises: ValueError for an hour above 24.
    """
    hour = m.hour or 0
    if not 0 <= hour <= 24:
        raise ValueError(f"{hour} is no hour of a day")
    said = m.meridiem or m.part
    if said in ("am", "dawn"):
        return 0 if hour == 12 else hour
    if said in ("pm", "evening", "afternoon"):
        return hour + 12 if hour < 12 else hour
    if said == "midday":
        return hour + 12 if hour < 6 else hour
    if said == "night":
        if hour == 12 or hour <= 5:
            return 24 if hour == 12 else hour + 24
        return hour + 12 if hour < 12 else hour
    return hour
