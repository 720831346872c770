"""How words say a moment: one rule per kind of first token, applied in a row.

Each rule reads from token `i`, fills what it says into the moment and returns where it stopped,
or 0 when it does not apply (because the words differ, or the moment already says such a thing).
"Q4 2025", "2025년 4분기", "Friday last week at 3pm", "1월 5일 오후 3시" are rows of small rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from dagster_project.planner.time_phrases import words_en
from dagster_project.planner.time_phrases.site_calendar import (
    MONTHS_IN,
    Period,
    SiteCalendar,
    shift_months,
)
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.tokens import Token

Tokens = list[Token]
Rule = Callable[[Tokens, int, Moment, SiteCalendar], int]
Duration = list[tuple[float, str]]

_FIRST_YEAR, _LAST_YEAR = 1950, 2045
_BORROWING = ("range", "comma", "and", "compare")
_LEADS_MONTH = ("relative", "from", "since", "until", "before", "after", "between", "ordinal")
_LEADS_YEAR = ("from", "since", "until", "before", "after", "between", "month", "quarter", "half")
_LINKS = ("in", "of", "during", "on", "for", "over", "throughout")
_BY_UNIT = ("week", "month", "quarter", "half", "year")


def read_moment(
    tokens: Tokens, i: int, calendar: SiteCalendar, loose: bool = False
) -> tuple[Moment, int] | None:
    """The moment said from token `i` on, and where it ends. `loose`: it stands with another one,
    so that a bare "7일" is a day of a month."""
    moment = Moment()
    end = i
    while True:
        k = end
        while end > i and tokens[k].kind in ("link", "comma"):
            k += 1
        reached = 0
        for rule in RULES.get(tokens[k].kind, ()):
            reached = rule(tokens, k, moment, calendar)
            if reached:
                break
        if not reached and loose and end == i:
            reached = _bare_day(tokens, k, moment)
        if not reached:
            return (moment, end) if end > i else None
        end = reached


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


# --- days, weeks, months from today -----------------------------------------------------------


def _day(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """today, 그저께; "1년 전 오늘" is today's date in that year."""
    if m.has_month_part or m.week is not None:
        return 0
    day = calendar.today + timedelta(int(str(tokens[i].value)))
    if m.year is not None:
        m.month, m.day = day.month, day.day
    else:
        m.set_date(day)
    return i + 1


def _day_part(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """last night, 엊저녁."""
    if m.has_date or m.part is not None:
        return 0
    offset, part = tokens[i].value  # type: ignore[misc]
    m.set_date(calendar.today + timedelta(offset))
    m.part = part
    return i + 1


def _period(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """지난주, 이번달, 작년."""
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


def _relative(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
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
    numbered = following.kind == "number" and _unit_after(tokens, k)[0] in ("month", "quarter")
    if m.has_date or not (named or numbered or _ordinal_quarter(tokens, k)):
        return 0
    m.relative = offset
    for rule in RULES[following.kind]:
        reached = rule(tokens, k, m, calendar)
        if reached:
            return reached
    m.relative = None
    return 0


def _ago(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
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


# --- named dates ------------------------------------------------------------------------------


def _date(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """2026-01-05, 2026.01.05, 2026/1/5."""
    if m.has_date:
        return 0
    m.year, m.month, m.day = tokens[i].value  # type: ignore[misc]
    m.year_named = m.year is not None
    return i + 1


def _year_month(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_date:
        return 0
    m.year, m.month = tokens[i].value  # type: ignore[misc]
    m.year_named = True
    return i + 1


def _short_date(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """13/1/2026 and 1/13/2026, never the ambiguous 1/5/2026."""
    parts = tokens[i].value
    if m.has_date or not isinstance(parts, tuple) or len(parts) != 3 or parts[2] < _FIRST_YEAR:
        return 0
    first, second, year = parts
    if first <= 12 and second <= 12 and first != second:
        return 0
    m.month, m.day = (second, first) if first > 12 else (first, second)
    m.year, m.year_named = year, True
    return i + 1


def _stamp(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
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


def _quarter(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_month_part or m.week is not None:
        return 0
    m.quarter = int(str(tokens[i].value))
    return i + 1


def _half(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_month_part or m.week is not None:
        return 0
    m.half = int(str(tokens[i].value))
    return i + 1


def _ordinal_quarter(tokens: Tokens, i: int) -> bool:
    quarter = tokens[i + 1].kind == "unit" and tokens[i + 1].value == "quarter"
    return tokens[i].kind == "ordinal" and quarter


def _ordinal(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """the third quarter; 5th of January."""
    number = int(float(str(tokens[i].value)))
    if _ordinal_quarter(tokens, i) and 1 <= number <= 4 and not m.has_month_part:
        m.quarter = number
        return i + 2
    k = i + 1
    while tokens[k].kind == "link" and tokens[k].text in ("of", "the"):
        k += 1
    borrowed = tokens[k].kind in _BORROWING and tokens[k + 1].kind == "ordinal"
    month = k + 2 if borrowed else k
    if tokens[month].kind == "month" and 1 <= number <= 31 and not m.has_month_part:
        m.day, m.month = number, int(str(tokens[month].value))
        if borrowed:
            m.month = None  # it comes with the second of the two
            return i + 1
        return month + 1
    return 0


def _month(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """January, Jan 5, January 5th, May only where it cannot be a verb."""
    if m.has_month_part or m.week is not None or not _surely_month(tokens, i):
        return 0
    m.month = int(str(tokens[i].value))
    after = i + 2 if tokens[i + 1].kind == "link" and tokens[i + 1].text == "the" else i + 1
    day = tokens[after]
    if day.kind in ("number", "ordinal") and _is_day(day) and not _is_count(tokens, after):
        m.day = int(str(day.value))
        return after + 1
    return i + 1


def _surely_month(tokens: Tokens, i: int) -> bool:
    if tokens[i].text not in words_en.AMBIGUOUS or tokens[i].text in ("sept", "sep", "dec"):
        return True
    following, previous = tokens[i + 1], tokens[i - 1] if i else tokens[-1]
    if following.kind in ("number", "ordinal") and (_is_day(following) or _is_year(following)):
        return not _is_count(tokens, i + 1)
    if previous.kind in _LEADS_MONTH or (previous.kind == "link" and previous.text in _LINKS):
        return True
    if previous.kind in ("number", "ordinal") and _is_day(previous):
        return True
    beside = tokens[i - 2].kind if i >= 2 else "end"
    return previous.kind in _BORROWING and beside in ("month", "number", "ordinal")


def _is_day(token: Token) -> bool:
    return isinstance(token.value, int) and 1 <= token.value <= 31 and token.text not in ("a", "an")


def _is_year(token: Token) -> bool:
    return isinstance(token.value, int) and _FIRST_YEAR <= token.value <= _LAST_YEAR


def _is_count(tokens: Tokens, i: int) -> bool:
    """Whether the number at `i` counts something: 5 hours, 5 pm."""
    return tokens[i + 1].kind in ("unit", "meridiem", "clock_unit", "month_unit")


def _weekday(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.weekday is not None or m.weekend or m.hour is not None and m.has_date:
        return 0
    short = tokens[i].text in words_en.AMBIGUOUS
    previous = tokens[i - 1] if i else tokens[-1]
    paired = tokens[i + 1].kind == "range" and tokens[i + 2].kind == "weekday"
    led = previous.kind in (*_LEADS_MONTH, "range", "and", "comma") or paired
    if short and not led and not (previous.kind == "link" and previous.text in _LINKS):
        return 0
    if m.has_date and m.week is None and m.day is None:
        return 0
    m.weekday = int(str(tokens[i].value))
    return i + 1


def _weekend(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_month_part or m.year is not None:
        return 0
    m.weekend = True
    return i + 1


def _third(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """1월 중순: the dictionary's ten days."""
    if m.month is None or m.day is not None or m.third is not None:
        return 0
    m.third = int(str(tokens[i].value))
    return i + 1


def _start_edge(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.has_date:
        return 0
    m.period = calendar.current(str(tokens[i].value), 0)
    m.start_only = True
    return i + 1


# --- hours ------------------------------------------------------------------------------------


def _part(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.part is not None or m.period is not None:
        return 0
    m.part = str(tokens[i].value)
    return i + 1


def _noon(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.hour is not None or m.period is not None:
        return 0
    m.hour = int(str(tokens[i].value))
    return i + 1


def _clock(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    if m.hour is not None or m.period is not None:
        return 0
    m.hour, m.minute = tokens[i].value  # type: ignore[misc]
    if tokens[i + 1].kind == "meridiem":
        m.meridiem = str(tokens[i + 1].value)
        return i + 2
    return i + 1


def _unit_after(tokens: Tokens, i: int) -> tuple[str, int]:
    """What the number at `i` counts, and where that ends. In "14~16시" and "9-11am" the first
    number borrows the unit of the second, which is left to be read again."""
    k, borrowed = i + 1, False
    if tokens[k].kind in _BORROWING and tokens[k + 1].kind == "number":
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


def _number(tokens: Tokens, i: int, m: Moment, calendar: SiteCalendar) -> int:
    """1월, 5일, 3시 30분, 3pm, 5 January, 2026년, 4분기: a number and what it counts."""
    value = tokens[i].value
    if not isinstance(value, int):
        return 0
    unit, end = _unit_after(tokens, i)
    suffix = tokens[end].kind
    if unit == "hour":
        return _hour(tokens, end, value, m)
    if unit == "meridiem" and m.hour is None and m.period is None and 1 <= value <= 12:
        m.hour = value
        m.meridiem = _borrowed_meridiem(tokens, i, value, end)
        return end
    if unit == "month" and not m.has_month_part and m.week is None and 1 <= value <= 12:
        m.month = value
        return end
    if unit == "month_name" and not m.has_month_part and _is_day(tokens[i]):
        return _day_before_month(tokens, i, end, value, m)
    if unit == "day" and m.month is not None and m.day is None and m.third is None:
        m.day = value
        return end
    if unit == "quarter" and not m.has_month_part and 1 <= value <= 4 and suffix != "ago":
        if suffix != "during" or tokens[end].text == "사이":
            m.quarter = value
            return end
    if unit == "year" and m.year is None and m.week is None:
        return _korean_year(tokens, end, value, m)
    if not unit and m.year is None and m.week is None and _is_year(tokens[i]):
        return _bare_year(tokens, i, m)
    return _hour_of_part(tokens, i, value, m) if not unit and value <= 12 else 0


def _hour_of_part(tokens: Tokens, i: int, value: int, m: Moment) -> int:
    """6 this morning, 9 in the evening: the part is read next."""
    k = i + 1
    while tokens[k].kind == "link" or tokens[k].kind == "relative":
        k += 1
    said = tokens[k].kind == "part" and tokens[k].text.isascii() and k > i + 1
    if not said or m.hour is not None or m.period is not None or tokens[i].text in ("a", "an"):
        return 0
    m.hour = value
    return i + 1


def _hour(tokens: Tokens, end: int, value: int, m: Moment) -> int:
    if m.hour is not None or m.period is not None:
        return 0
    m.hour = value
    minute = tokens[end]
    if minute.kind == "half_past":
        m.minute = 30
        return end + 1
    if minute.kind == "number" and tokens[end + 1].text == "분" and isinstance(minute.value, int):
        m.minute = minute.value
        return end + 2
    return end


def _borrowed_meridiem(tokens: Tokens, i: int, value: int, end: int) -> str:
    if end != i + 1:
        return str(tokens[i + 1].value)
    meridiem, second = str(tokens[i + 3].value), tokens[i + 2].value
    later = isinstance(second, int) and value % 12 >= second % 12
    return {"am": "pm", "pm": "am"}[meridiem] if later else meridiem  # 11-1pm starts before noon


def _day_before_month(tokens: Tokens, i: int, end: int, value: int, m: Moment) -> int:
    m.day = value
    if end == i + 1:
        return end  # 5-7 January: the month is read with the 7
    m.month = int(str(tokens[i + 1].value))
    return end


def _korean_year(tokens: Tokens, end: int, value: int, m: Moment) -> int:
    if value < 100 and _unit_after(tokens, end)[0] in ("month", "quarter"):
        value += 2000
    if not _FIRST_YEAR <= value <= _LAST_YEAR:
        return 0
    m.year, m.year_named = value, True
    return end


def _bare_year(tokens: Tokens, i: int, m: Moment) -> int:
    """A four-digit number is a year after `in`, `since` ..., beside a month, or beside a year."""
    previous = tokens[i - 1] if i else tokens[-1]
    following = tokens[i + 1]
    beside = (m.month or m.quarter or m.half) is not None
    led = previous.kind in _LEADS_YEAR or previous.value == "year" or (previous.kind == "link" and previous.text in _LINKS)
    leads = following.kind in ("quarter", "half", "month")
    paired = following.kind in _BORROWING and _is_year(tokens[i + 2])
    pair = previous.kind in _BORROWING and i >= 2 and _is_year(tokens[i - 2])
    if not (beside or led or leads or paired or pair) or following.kind == "unit":
        return 0
    m.year, m.year_named = int(str(tokens[i].value)), True
    return i + 1


def _bare_day(tokens: Tokens, i: int, m: Moment) -> int:
    """`7일` or `the 7th` beside another date."""
    token = tokens[i]
    if not _is_day(token):
        return 0
    if token.kind == "number":
        unit, end = _unit_after(tokens, i)
        plain = not unit and tokens[i + 1].kind not in ("unit", "few", "number")
        if unit == "day" or (plain and tokens[i - 1].kind == "range"):
            m.day = int(str(token.value))
            return end if unit else i + 1
    if token.kind == "ordinal":
        m.day = int(str(token.value))
        return i + 1
    return 0


RULES: dict[str, tuple[Rule, ...]] = {
    "day": (_day,),
    "day_part": (_day_part,),
    "period": (_period,),
    "relative": (_relative,),
    "date": (_date,),
    "year_month": (_year_month,),
    "short_date": (_short_date,),
    "stamp": (_stamp,),
    "quarter": (_quarter,),
    "half": (_half,),
    "ordinal": (_ordinal,),
    "month": (_month,),
    "weekday": (_weekday,),
    "weekend": (_weekend,),
    "third": (_third,),
    "start_edge": (_start_edge,),
    "part": (_part,),
    "noon": (_noon,),
    "clock": (_clock,),
    "number": (_number, _ago),
    "duration": (_ago,),
}
__all__ = ["Duration", "Tokens", "read_duration", "read_moment", "shift_months", "shifted"]
