"""Hours and parts of a day: 오후 3시 반, 14:30, 3pm, noon, 6 this morning."""

from __future__ import annotations

from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.tokens import Tokens


def read_part(tokens: Tokens, i: int, m: Moment) -> int:
    if m.part is not None or m.period is not None:
        return 0
    m.part = str(tokens[i].value)
    return i + 1


def read_noon(tokens: Tokens, i: int, m: Moment) -> int:
    if m.hour is not None or m.period is not None:
        return 0
    m.hour = int(str(tokens[i].value))
    return i + 1


def read_clock(tokens: Tokens, i: int, m: Moment) -> int:
    if m.hour is not None or m.period is not None:
        return 0
    m.hour, m.minute = tokens[i].value  # type: ignore[misc]
    if tokens[i + 1].kind == "meridiem":
        m.meridiem = str(tokens[i + 1].value)
        return i + 2
    return i + 1


def read_hour(tokens: Tokens, end: int, value: int, m: Moment) -> int:
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


def borrowed_meridiem(tokens: Tokens, i: int, value: int, end: int) -> str:
    if end != i + 1:
        return str(tokens[i + 1].value)
    meridiem, second = str(tokens[i + 3].value), tokens[i + 2].value
    later = isinstance(second, int) and value % 12 >= second % 12
    return {"am": "pm", "pm": "am"}[meridiem] if later else meridiem  # 11-1pm starts before noon


def read_hour_of_part(tokens: Tokens, i: int, value: int, m: Moment) -> int:
    """6 this morning, 9 in the evening: the part is read next."""
    k = i + 1
    while tokens[k].kind == "link" or tokens[k].kind == "relative":
        k += 1
    said = tokens[k].kind == "part" and tokens[k].text.isascii() and k > i + 1
    if not said or m.hour is not None or m.period is not None or tokens[i].text in ("a", "an"):
        return 0
    m.hour = value
    return i + 1
