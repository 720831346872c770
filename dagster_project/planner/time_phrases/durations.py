"""Lengths of time: 3 days, 1시간 30분, 이틀, half an hour."""

from __future__ import annotations

from datetime import datetime

from dagster_project.planner.time_phrases.site_calendar import SiteCalendar
from dagster_project.planner.time_phrases.tokens import Tokens

Duration = list[tuple[float, str]]
"""(count, unit) pairs, largest first."""


def read_duration(tokens: Tokens, i: int) -> tuple[Duration, int] | None:
    """`3 days`, `1시간 30분`, `이틀`, `half an hour`: counts with units, largest first."""
    found: Duration = []
    while True:
        if tokens[i].kind == "duration":
            found.append(tokens[i].value)  # type: ignore[arg-type]
            i += 1
        elif tokens[i].kind == "number" and tokens[i + 1].kind == "unit":
            found.append((float(str(tokens[i].value)), str(tokens[i + 1].value)))
            i += 2
        else:
            return (found, i) if found else None
        after = i + 1 if tokens[i].kind == "and" else i
        more = tokens[after].kind == "number" and tokens[after + 1].kind == "unit"
        if not (more and found[-1][1] in ("hour", "minute", "day")):
            return found, i
        if tokens[after + 1].value not in ("hour", "minute", "second"):
            return found, i
        i = after


def shifted(calendar: SiteCalendar, instant: datetime, duration: Duration, sign: int) -> datetime:
    for count, unit in duration:
        instant = calendar.shift(instant, sign * count, unit)
    return instant
