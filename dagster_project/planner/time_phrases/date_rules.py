"""Names of dates: 2026-01-05, Q4, January 5th, Friday, 주말, 중순."""

from __future__ import annotations

from collections.abc import Callable

from dagster_project.planner.time_phrases import words_en
from dagster_project.planner.time_phrases.hour_rules import read_clock, read_noon, read_part
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.number_rules import (
    FIRST_YEAR,
    is_day,
    is_year,
    read_number,
)
from dagster_project.planner.time_phrases.tokens import BORROWING, LEADS_MONTH, LINKS, Tokens


def read_date(tokens: Tokens, i: int, m: Moment) -> int:
    """2026-01-05, 2026.01.05, 2026/1/5."""
    if m.has_date:
        return 0
    m.year, m.month, m.day = tokens[i].value  # type: ignore[misc]
    m.year_named = m.year is not None
    return i + 1


def read_year_month(tokens: Tokens, i: int, m: Moment) -> int:
    if m.has_date:
        return 0
    m.year, m.month = tokens[i].value  # type: ignore[misc]
    m.year_named = True
    return i + 1


def read_short_date(tokens: Tokens, i: int, m: Moment) -> int:
    """13/1/2026 and 1/13/2026, never the ambiguous 1/5/2026."""
    parts = tokens[i].value
    if m.has_date or not isinstance(parts, tuple) or len(parts) != 3 or parts[2] < FIRST_YEAR:
        return 0
    first, second, year = parts
    if first <= 12 and second <= 12 and first != second:
        return 0
    m.month, m.day = (second, first) if first > 12 else (first, second)
    m.year, m.year_named = year, True
    return i + 1


def read_quarter(tokens: Tokens, i: int, m: Moment) -> int:
    if m.has_month_part or m.week is not None:
        return 0
    m.quarter = int(str(tokens[i].value))
    return i + 1


def read_half(tokens: Tokens, i: int, m: Moment) -> int:
    if m.has_month_part or m.week is not None:
        return 0
    m.half = int(str(tokens[i].value))
    return i + 1


def ordinal_quarter(tokens: Tokens, i: int) -> bool:
    quarter = tokens[i + 1].kind == "unit" and tokens[i + 1].value == "quarter"
    return tokens[i].kind == "ordinal" and quarter


def read_ordinal(tokens: Tokens, i: int, m: Moment) -> int:
    """the third quarter; 5th of January."""
    number = int(float(str(tokens[i].value)))
    if ordinal_quarter(tokens, i) and 1 <= number <= 4 and not m.has_month_part:
        m.quarter = number
        return i + 2
    k = i + 1
    while tokens[k].kind == "link" and tokens[k].text in ("of", "the"):
        k += 1
    borrowed = tokens[k].kind in BORROWING and tokens[k + 1].kind == "ordinal"
    month = k + 2 if borrowed else k
    if tokens[month].kind == "month" and 1 <= number <= 31 and not m.has_month_part:
        m.day, m.month = number, int(str(tokens[month].value))
        if borrowed:
            m.month = None  # it comes with the second of the two
            return i + 1
        return month + 1
    return 0


def read_month(tokens: Tokens, i: int, m: Moment) -> int:
    """January, Jan 5, January 5th, May only where it cannot be a verb."""
    if m.has_month_part or m.week is not None or not _surely_month(tokens, i):
        return 0
    m.month = int(str(tokens[i].value))
    after = i + 2 if tokens[i + 1].kind == "link" and tokens[i + 1].text == "the" else i + 1
    day = tokens[after]
    if day.kind in ("number", "ordinal") and is_day(day) and not _is_count(tokens, after):
        m.day = int(str(day.value))
        return after + 1
    return i + 1


def _surely_month(tokens: Tokens, i: int) -> bool:
    if tokens[i].text not in words_en.AMBIGUOUS:
        return True
    following, previous = tokens[i + 1], tokens[i - 1] if i else tokens[-1]
    if following.kind in ("number", "ordinal") and (is_day(following) or is_year(following)):
        return not _is_count(tokens, i + 1)
    if previous.kind in LEADS_MONTH or (previous.kind == "link" and previous.text in LINKS):
        return True
    if previous.kind in ("number", "ordinal") and is_day(previous):
        return True
    beside = tokens[i - 2].kind if i >= 2 else "end"
    return previous.kind in BORROWING and beside in ("month", "number", "ordinal")


def _is_count(tokens: Tokens, i: int) -> bool:
    """Whether the number at `i` counts something: 5 hours, 5 pm."""
    return tokens[i + 1].kind in ("unit", "meridiem", "clock_unit", "month_unit")


def read_weekday(tokens: Tokens, i: int, m: Moment) -> int:
    if m.weekday is not None or m.weekend or (m.hour is not None and m.has_date):
        return 0
    short = tokens[i].text in words_en.AMBIGUOUS
    previous = tokens[i - 1] if i else tokens[-1]
    paired = tokens[i + 1].kind == "range" and tokens[i + 2].kind == "weekday"
    led = previous.kind in (*LEADS_MONTH, "range", "and", "comma") or paired
    if short and not led and not (previous.kind == "link" and previous.text in LINKS):
        return 0
    if m.has_date and m.week is None and m.day is None:
        return 0
    m.weekday = int(str(tokens[i].value))
    return i + 1


def read_weekend(tokens: Tokens, i: int, m: Moment) -> int:
    if m.has_month_part or m.year is not None:
        return 0
    m.weekend = tokens[i].kind == "weekend"
    return i + 1


def read_third(tokens: Tokens, i: int, m: Moment) -> int:
    """1월 중순: the dictionary's ten days."""
    if m.month is None or m.day is not None or m.third is not None:
        return 0
    m.third = int(str(tokens[i].value))
    return i + 1


Rule = Callable[[Tokens, int, Moment], int]
NAMED_RULES: dict[str, Rule] = {
    "date": read_date,
    "year_month": read_year_month,
    "short_date": read_short_date,
    "quarter": read_quarter,
    "half": read_half,
    "ordinal": read_ordinal,
    "month": read_month,
    "weekday": read_weekday,
    "weekend": read_weekend,
    "third": read_third,
    "part": read_part,
    "noon": read_noon,
    "clock": read_clock,
    "number": read_number,
}
"""By the kind of the first token: what needs no calendar."""
