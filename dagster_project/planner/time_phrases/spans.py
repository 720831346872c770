"""Spans back from now and ahead: 최근 3일, last 7 days, 3일간, within 2 hours, next 3 days."""

from __future__ import annotations

from dagster_project.planner.time_phrases.durations import read_duration, shifted
from dagster_project.planner.time_phrases.leftovers import few_end
from dagster_project.planner.time_phrases.reader import Reader

_AFTER_EVENT = (" 후", " 뒤", "직후", "이후", " 전", "직전")


def read_span(r: Reader, i: int) -> int:
    """최근 3일, 지난 24시간, last 7 days, past week, 3일간, within 2 hours, next 3 days."""
    t = r.tokens
    kind = t[i].kind
    if kind in ("vague", "back", "within", "ahead") or kind == "relative":
        return _cued_span(r, i)
    if kind == "link" and t[i].text != "for":
        return 0
    start = i + 1 if kind == "link" else i
    found = read_duration(t, start)
    if found is None:
        return 0
    duration, end = found
    if t[end].kind in ("before", "after") or _beside_event(r, i):
        return _beside_date(r, i, end)
    if t[end].kind in ("within", "during"):
        return _back(r, i, end + 1, duration)
    compact = t[end - 1].text in ("compact:h", "compact:d", "compact:w", "compact:H")
    than = i > 0 and t[i - 1].kind == "compare"
    plain = t[end].kind not in ("ago", "later", "grain")
    if plain and not than and (compact or (kind == "link" and t[start].kind != "end")):
        return _back(r, i, end, duration)
    return 0


def _cued_span(r: Reader, i: int) -> int:
    t = r.tokens
    if t[i].text == "직전" and _beside_event(r, i):
        found = read_duration(t, i + 1)
        return r.leave(i, found[1] if found else i + 1)
    forward = t[i].kind == "ahead" or (t[i].kind == "relative" and t[i].value == 1)
    k = r.past_links(i + 1)
    while t[k].kind in ("relative", "back"):
        k = r.past_links(k + 1)
    if t[i].kind == "relative" and t[i].value not in (-1, 1) and k == i + 1:
        return 0
    if t[k].kind in ("few", "odd_days"):
        return r.leave(i, few_end(r, k))
    if t[k].kind == "odd":
        return r.leave(i, k + 1)
    found = read_duration(t, k)
    if found is None or t[found[1]].kind in ("ago", "later"):
        return _rolling_unit(r, i, k)
    duration, end = found
    named_quarter = t[end - 1].text == "분기" and t[end].kind not in ("during", "within")
    if named_quarter and t[i].kind == "relative":
        return 0
    end = end + 1 if t[end].kind in ("during", "within") else end
    if forward:
        return _moved(r, i, end, duration, 1)
    return _back(r, i, end, duration)


def _rolling_unit(r: Reader, i: int, k: int) -> int:
    """past week, the last hour, 지난 시간: one unit back from now."""
    t = r.tokens
    if t[k].kind != "unit" or t[i].kind == "vague":
        return 0
    unit = str(t[k].value)
    if t[i].kind == "ahead":
        return _moved(r, i, k + 1, [(1, unit)], 1)
    rolls = any(t[n].kind in ("back", "within") for n in range(i, k))
    last = t[i].value == -1 and unit in ("hour", "minute", "second", "day")
    return _back(r, i, k + 1, [(1, unit)]) if rolls or last else 0


def _back(r: Reader, i: int, end: int, duration: list[tuple[float, str]]) -> int:
    return _moved(r, i, end, duration, -1)


def _moved(r: Reader, i: int, end: int, duration: list[tuple[float, str]], sign: int) -> int:
    now = r.calendar.now
    try:
        other = shifted(r.calendar, now, duration, sign)
    except (ValueError, OverflowError):
        return r.leave(i, end)
    return r.emit(i, end, *((other, now) if sign < 0 else (now, other)))


def _beside_event(r: Reader, i: int) -> bool:
    """`정비 후 3일`, `장애 직전 1시간`: counted from something whose time we do not know."""
    before = r.question[: r.tokens[i].start].rstrip()
    noun = before[-1:] if r.tokens[i].text == "직전" else ""
    return before.endswith(_AFTER_EVENT) or ("가" <= noun <= "힣" and not noun.endswith("의"))


def _beside_date(r: Reader, i: int, end: int) -> int:
    """`the 24 hours before Jan 10`: which way the length counts is not sure enough."""
    found = r.moment(r.past_links(end + 1)) if r.tokens[end].kind != "word" else None
    return r.leave(i, found[1] if found else end)
