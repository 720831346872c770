"""A moment, what follows and bounds it (부터, ~, 이후, 까지), and what it is compared with."""

from __future__ import annotations

from datetime import datetime

from dagster_project.planner.time_phrases.bounds import one_sided, second_moment
from dagster_project.planner.time_phrases.durations import read_duration
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.pairs import read_pair
from dagster_project.planner.time_phrases.reader import SILENT, Reader
from dagster_project.planner.time_phrases.site_calendar import shift_months
from dagster_project.planner.time_phrases.tokens import END


def read_periods(r: Reader, i: int) -> int:
    """A moment, what bounds it, and the moments it is compared with."""
    beside = r.context if _follows_context(r, i) else None
    found = r.moment(i, beside)
    if found is None:
        return 0
    moment, end = found
    if beside is not None:
        moment = moment.filled_from(beside)
    reached = _bounded_after(r, i, end, moment)
    if reached:
        r.context, r.context_end = moment, -1
        return reached
    spans = len(r.ranges)
    reached = _plain(r, i, _with_its_length(r, end, moment), moment)
    r.context, r.context_start = moment, i
    r.context_end = reached if len(r.ranges) > spans else -1
    return reached


def _follows_context(r: Reader, i: int) -> bool:
    if r.context is None:
        return False
    between = r.tokens[r.context_end : i]
    joined = any(t.kind in ("compare", "and", "comma", "range") for t in between)
    return joined and all(t.kind in SILENT and t.kind != "word" for t in between)


def _bounded_after(r: Reader, i: int, end: int, moment: Moment) -> int:
    """부터 … 까지, ~, 이후, 이전, 까지, 사이 after a moment; 0 when nothing bounds it."""
    t = r.tokens
    kind = t[end].kind
    versus = kind == "range" and r.comparing and t[end].text == "to"
    if kind in ("from", "range") and not versus:
        second = second_moment(r, end, moment, ("from", "range"))
        if second is not None:
            b_end = second[1] + 1 if t[second[1]].kind == "until" else second[1]
            return read_pair(r, i, moment, second[0], b_end)
    if kind == "compare" and t[end].text in ("와", "과", "랑", "이랑", "하고"):
        second = r.moment(end + 1, beside=moment)
        if second is not None and t[second[1]].text == "사이":
            return read_pair(r, i, moment, second[0], second[1] + 1)
    if kind == "from" and t[end].text == "부터":
        now = t[end + 1].kind == "to_date" or t[end + 1].kind == "now"
        return one_sided(r, i, end + 2 if now else end + 1, moment, "since")
    if t[end].text == "ago":  # two Mondays ago
        return r.leave(i - 1 if i and t[i - 1].kind == "number" else i, end + 1)
    sides = {"since": "since", "until": "until", "before": "before", "ago": "before"}
    side = sides.get(kind) or ("after" if kind == "later" else "")
    english_prefix = t[end].text in ("since", "until", "till", "before", "after", "back")
    if side and not english_prefix and t[end].text != "later":
        return one_sided(r, i, end + 1, moment, side)
    if kind == "to_date" and t[end].value is None:
        return one_sided(r, i, end + 1, moment, "since")
    if kind == "edge":
        return r.leave(i, end + 1)
    return 0


def _with_its_length(r: Reader, end: int, moment: Moment) -> int:
    """어제 하루 동안, 지난달 한 달간: the length repeats what the moment is."""
    t = r.tokens
    found = read_duration(t, end)
    closing = t[found[1]].kind if found else ""
    if found and tuple(found[0]) in moment.own_length and closing not in ("ago", "later", "grain"):
        end = found[1]
    return end + 1 if t[end].kind == "during" else end


def _plain(r: Reader, i: int, end: int, moment: Moment) -> int:
    """A moment that nothing bounds, unless words around it say that only a part is meant."""
    t = r.tokens
    if t[end].kind == "odd" or (t[end].text == "of" and t[end + 2].kind == "unit"):
        return r.leave(i, end + 1 if t[end].kind == "odd" else end + 3)
    before = i - 1
    while before > 0 and t[before].kind == "link":
        before -= 1
    around = t[before] if before >= 0 else END
    if around.kind in ("edge", "odd"):
        if around.kind == "odd" and r.leftovers:
            r.leftovers.pop()
        return r.leave(before, end)
    part_of = around.kind == "unit" and t[before + 1].text == "of"
    if part_of and before and t[before - 1].kind == "number":
        if r.leftovers:  # the first three months of 2025
            r.leftovers.pop()
        return r.leave(before - 1, end)
    period = r.when(moment)
    if period is None or moment.start_only:
        return r.leave(i, end)
    if part_of and around.value == "week":
        period = r.calendar.week(r.calendar.week_of(period.start.date()))
        return r.emit(before, end, period.start, period.end)
    return r.emit(i, end, period.start, period.end)


def read_relation(r: Reader, i: int) -> int:
    """전년 동기, same period last year, the week before: beside the other period named."""
    t = r.tokens
    if t[i].kind == "period" and t[i].value == ("year", -1):
        if t[i + 1].kind != "same_period":
            return 0
        r.same_last_year.append((i, i + 2))
        return i + 2
    if t[i].kind == "same_period" and t[i].value == "year":
        r.same_last_year.append((i, i + 1))
        return i + 1
    if t[i].kind != "before_that":
        return 0
    if not r.ranges:
        return r.leave(i, i + 1)
    start = r.ranges[-1][2]
    local = start.astimezone(r.calendar.zone)
    return r.emit(i, i + 1, r.calendar.shift(local, -1, str(t[i].value)), start)


def read_year_earlier(r: Reader, i: int, end: int) -> None:
    """The other period of the question, a year earlier; without one it is left over."""
    if not r.ranges:
        r.leave(i, end)
        return
    bounds = (bound.astimezone(r.calendar.zone) for bound in r.ranges[0][2:])
    try:
        start, stop = (
            datetime.combine(shift_months(bound.date(), -12), bound.timetz()) for bound in bounds
        )
    except (ValueError, OverflowError):
        r.leave(i, end)
        return
    r.emit(i, end, start, stop)
