"""Days, weeks and months of the site's calendar, as spans of real time."""

from __future__ import annotations

import calendar as civil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dagster_project.contracts.assets.policy import Calendar

PARTS: dict[str, tuple[int, int]] = {
    "dawn": (0, 6),
    "morning": (6, 12),
    "am": (0, 12),
    "midday": (11, 14),
    "afternoon": (12, 18),
    "pm": (12, 24),
    "evening": (18, 22),
    "night": (18, 30),
}
"""Hours of the day a part covers; a night runs to six of the next morning."""
MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_STEPS = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end) in the site's zone. `point`: names an instant, so a range ends at its start."""

    start: datetime
    end: datetime
    grain: str
    point: bool = False
    exact: datetime | None = None
    """Of a point a span ago: that instant, not cut to its hour."""


@dataclass(frozen=True, slots=True)
class SiteCalendar:
    """The zone, the first day of the week and the instant called now."""

    now: datetime
    zone: ZoneInfo
    week_start: int

    @classmethod
    def of(cls, now: datetime, settings: Calendar) -> SiteCalendar:
        zone = ZoneInfo(settings.time_zone)
        return cls(now.astimezone(zone), zone, 0 if settings.week_start == "monday" else 6)

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, day: date, hour: int = 0, minute: int = 0) -> datetime:
        """A wall clock time; hours from 24 on are of the next days."""
        days, hour = divmod(hour, 24)
        return datetime.combine(day + timedelta(days), time(hour, minute), self.zone)

    def days(self, first: date, end: date, grain: str) -> Period:
        return Period(self.at(first), self.at(end), grain)

    def day(self, day: date) -> Period:
        return self.days(day, day + timedelta(1), "day")

    def week_of(self, day: date) -> date:
        return day - timedelta((day.weekday() - self.week_start) % 7)

    def week(self, first: date) -> Period:
        return self.days(first, first + timedelta(7), "week")

    def months(self, year: int, month: int, grain: str) -> Period:
        first = date(year, month, 1)
        return self.days(first, shift_months(first, MONTHS_IN[grain]), grain)

    def shift(self, instant: datetime, count: float, unit: str) -> datetime:
        """An instant so many units later: real seconds up to hours, wall clock from days on.

        Raises: ValueError, OverflowError for what no calendar holds.
        """
        if unit in _STEPS:
            moved = instant.astimezone(UTC) + timedelta(seconds=count * _STEPS[unit])
            return moved.astimezone(self.zone)
        if unit in ("day", "week", "7days"):
            return instant + timedelta(days=count * (1 if unit == "day" else 7))
        if count != int(count):
            raise ValueError(f"{count} {unit}: no whole number of months")
        day = shift_months(instant.date(), int(count) * MONTHS_IN[unit])
        return datetime.combine(day, instant.timetz())

    def current(self, unit: str, offset: int) -> Period:
        """The calendar unit around now, so many units on. Raises: ValueError, OverflowError."""
        if unit == "day":
            return self.day(self.today + timedelta(offset))
        if unit in ("week", "7days"):
            return self.week(self.week_of(self.today) + timedelta(7 * offset))
        if unit in MONTHS_IN:
            size = MONTHS_IN[unit]
            first = date(self.now.year, (self.now.month - 1) // size * size + 1, 1)
            first = shift_months(first, size * offset)
            return self.months(first.year, first.month, unit)
        moved = self.shift(self.now, offset, unit)
        start = moved.replace(second=0, microsecond=0)
        if unit == "hour":
            start = start.replace(minute=0)
        step = "hour" if unit == "hour" else "minute"
        return Period(start, self.shift(start, 1, step), step, point=True, exact=moved)


def shift_months(day: date, count: int) -> date:
    """The same day so many months on, or the month's last. Raises: ValueError out of 1 to 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is not in the calendar")
    return date(year, month + 1, min(day.day, civil.monthrange(year, month + 1)[1]))
