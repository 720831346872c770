"""From one moment to another: each completes the other, then both are resolved."""

from __future__ import annotations

from datetime import datetime, timedelta

from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.reader import Reader


def read_pair(r: Reader, i: int, first: Moment, second: Moment, end: int) -> int:
    """From the start of one to the end of the other, each completing the other."""
    a, b = first.filled_from(second), second.filled_from(first)
    if b.hour is not None and b.meridiem is None and b.part is None and first.hour is not None:
        b.meridiem = _afternoon(a, b)
    if a.level == 3:  # hours alone: of the day the first of them last began
        return _hours(r, i, a, b, end)
    last = r.when(b)
    if last is None:
        return r.leave(i, end)
    start = r.when(a, last.start if a.relative is None else None)
    if start is None:
        return r.leave(i, end)
    stop = last.start if last.point else last.end
    begin = start.exact or start.start
    if begin >= stop:
        begin, stop = _untangled(first, second, begin, stop)
    return r.emit(i, end, begin, stop)


def _hours(r: Reader, i: int, a: Moment, b: Moment, end: int) -> int:
    start = r.when(a)
    if start is None or b.period is not None:
        stop = r.when(b)
        ok = start is not None and stop is not None
        return r.emit(i, end, start.start, stop.start) if ok else r.leave(i, end)  # type: ignore[union-attr]
    stop = r.when(b, start.start + timedelta(1))
    if stop is None:
        return r.leave(i, end)
    return r.emit(i, end, start.start, stop.start if stop.point else stop.end)


def _afternoon(a: Moment, b: Moment) -> str | None:
    """오후 3시부터 5시까지: the second hour is the first such one after the first."""
    said = a.meridiem or a.part
    if said is None or b.hour is None or b.hour >= 12 or a.hour is None:
        return None
    starts_late = said in ("pm", "afternoon", "evening", "midday")
    wraps = b.hour <= a.hour and said in ("am", "morning", "dawn")
    return "pm" if (starts_late and b.hour > a.hour % 12) or wraps else None


def _untangled(
    first: Moment, second: Moment, begin: datetime, stop: datetime
) -> tuple[datetime, datetime]:
    """22시부터 6시까지 runs into the next day; 작년 11월부터 2월까지 into the next year."""
    if second.level == 3:
        return begin, stop + timedelta(1)
    if second.level == 1 and first.year_named:
        return begin, stop.replace(year=stop.year + 1)
    if first.level == 1 and second.year_named:
        return begin.replace(year=begin.year - 1), stop
    return begin, stop
