"""A number and what it counts: 1월, 5일, 3시, 3pm, 5 January, 2026년, 4분기, in 2025."""

from __future__ import annotations

from dagster_project.planner.time_phrases.hour_rules import (
    borrowed_meridiem,
    read_hour,
    read_hour_of_part,
)
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.tokens import BORROWING, LEADS_YEAR, LINKS, Token, Tokens

FIRST_YEAR, LAST_YEAR = 1950, 2045


def unit_after(tokens: Tokens, i: int) -> tuple[str, int]:
    """What the number at `i` counts, and where that ends. In "14~16시" and "9-11am" the first
    number borrows the unit of the second, which is left to be read again."""
    k, borrowed = i + 1, False
    if tokens[k].kind in ("range", "and") and tokens[k + 1].kind == "clock":
        return "hour", k  # between 9 and 10:30
    if tokens[k].kind in BORROWING and tokens[k + 1].kind == "number":
        k, borrowed = k + 2, True
    unit = tokens[k]
    end = i + 1 if borrowed else k + 1
    if unit.kind == "month_unit":
        return "month", end
    if unit.kind == "clock_unit":
        return "hour", end
    if unit.kind == "meridiem":
        return "meridiem", end
    if unit.kind == "month":
        return "month_name", end
    korean = unit.kind == "unit" and "가" <= unit.text[:1] <= "힣"
    if korean and unit.text in ("일", "년", "년도", "분기", "사분기"):
        return {"일": "day", "년": "year", "년도": "year"}.get(unit.text, "quarter"), end
    return "", end


def read_number(tokens: Tokens, i: int, m: Moment) -> int:
    """1월, 5일, 3시 30분, 3pm, 5 January, 2026년, 4분기: a number and what it counts."""
    value = tokens[i].value
    if not isinstance(value, int):
        return 0
    unit, end = unit_after(tokens, i)
    suffix = tokens[end].kind
    if unit == "hour":
        return read_hour(tokens, end, value, m)
    if unit == "meridiem" and m.hour is None and m.period is None and 1 <= value <= 12:
        m.hour = value
        m.meridiem = borrowed_meridiem(tokens, i, value, end)
        return end
    if unit == "month" and not m.has_month_part and m.week is None and 1 <= value <= 12:
        m.month = value
        return end
    if unit == "month_name" and not m.has_month_part and is_day(tokens[i]):
        return _day_before_month(tokens, i, end, value, m)
    if unit == "day" and m.month is not None and m.day is None and m.third is None:
        m.day = value
        return end
    counted = suffix == "ago" or (suffix == "during" and tokens[end].text != "사이")
    if unit == "quarter" and not m.has_month_part and 1 <= value <= 4 and not counted:
        m.quarter = value
        return end
    if unit == "year" and m.year is None and m.week is None:
        return _korean_year(tokens, end, value, m)
    if not unit and m.year is None and m.week is None and is_year(tokens[i]):
        return _bare_year(tokens, i, m)
    return read_hour_of_part(tokens, i, value, m) if not unit and value <= 12 else 0


def _day_before_month(tokens: Tokens, i: int, end: int, value: int, m: Moment) -> int:
    m.day = value
    if end == i + 1:
        return end  # 5-7 January: the month is read with the 7
    m.month = int(str(tokens[i + 1].value))
    return end


def _korean_year(tokens: Tokens, end: int, value: int, m: Moment) -> int:
    if value < 100 and unit_after(tokens, end)[0] in ("month", "quarter"):
        value += 2000
    if not FIRST_YEAR <= value <= LAST_YEAR:
        return 0
    m.year, m.year_named = value, True
    return end


def _bare_year(tokens: Tokens, i: int, m: Moment) -> int:
    """A four-digit number is a year after `in`, `since` ..., beside a month, or beside a year."""
    previous = tokens[i - 1] if i else tokens[-1]
    following = tokens[i + 1]
    beside = (m.month or m.quarter or m.half) is not None
    led = (
        previous.kind in LEADS_YEAR
        or previous.value == "year"
        or (previous.kind == "link" and previous.text in LINKS)
    )
    leads = following.kind in ("quarter", "half", "month")
    paired = following.kind in BORROWING and is_year(tokens[i + 2])
    pair = previous.kind in BORROWING and i >= 2 and is_year(tokens[i - 2])
    if not (beside or led or leads or paired or pair) or following.kind == "unit":
        return 0
    m.year, m.year_named = int(str(tokens[i].value)), True
    return i + 1


def read_bare_day(tokens: Tokens, i: int, m: Moment) -> int:
    """`7일` or `the 7th` beside another date."""
    token = tokens[i]
    if not is_day(token):
        return 0
    if token.kind == "number":
        unit, end = unit_after(tokens, i)
        plain = not unit and tokens[i + 1].kind not in ("unit", "few", "number")
        if unit == "day" or (plain and tokens[i - 1].kind == "range"):
            m.day = int(str(token.value))
            return end if unit else i + 1
    if token.kind == "ordinal":
        m.day = int(str(token.value))
        return i + 1
    return 0


def is_day(token: Token) -> bool:
    return isinstance(token.value, int) and 1 <= token.value <= 31 and token.text not in ("a", "an")


def is_year(token: Token) -> bool:
    return isinstance(token.value, int) and FIRST_YEAR <= token.value <= LAST_YEAR
