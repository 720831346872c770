"""Words of time that say too little: left over, so that the caller asks."""

from __future__ import annotations

import re

from dagster_project.planner.time_phrases.bounds import read_orphan
from dagster_project.planner.time_phrases.durations import read_duration
from dagster_project.planner.time_phrases.reader import Reader
from dagster_project.planner.time_phrases.reading import TextSpan
from dagster_project.planner.time_phrases.tokens import END

_CONDITION = re.compile(r"\s*(?:이상|이하|초과|미만|넘|보다|이내|된|째|주기|경과|동안|남)")
"""After `30일`: then it is the value of a condition, not a day of a month."""


def read_vague(r: Reader, i: int) -> int:
    if r.tokens[i].kind != "vague":
        return 0
    r.vague.append(TextSpan(*r.text_span(i, i + 1)))
    return i + 1


def few_end(r: Reader, k: int) -> int:
    """Past `few [of] unit [ago]` or `며칠 [전]`."""
    t = r.tokens
    end = r.past_links(k + 1)
    end = end + 1 if t[end].kind == "unit" else k + 1
    return end + 1 if t[end].kind in ("ago", "during", "within", "later") else end


def read_either_count(r: Reader, i: int) -> int:
    """2~3일 전, 10 to 5 minutes ago: not one span."""
    t = r.tokens
    counts = t[i].kind == "number" and t[i + 2].kind == "number"
    if not counts or t[i + 1].kind not in ("range", "from") or t[i + 3].kind != "unit":
        return 0
    closed = t[i + 4].kind in ("ago", "during", "within", "later")
    end = i + 5 if closed else i + 4
    return r.leave(i, end, quantity=not closed and t[i + 3].text != "일")


def read_leftover(r: Reader, i: int) -> int:
    t = r.tokens
    kind = t[i].kind
    if kind in ("odd", "same_period", "short_date", "part", "start_edge"):
        led = kind != "short_date" or _led(r, i)
        return r.leave(i, i + 1) if led else 0
    if kind == "since":
        return read_orphan(r, i)
    if kind in ("few", "odd_days"):
        k = r.past_links(i + 1)
        end = few_end(r, i)
        closed = t[end - 1].kind in ("ago", "during", "within")
        english = t[k].kind == "unit" and t[i].text in ("few", "several", "couple")
        return r.leave(i, end) if closed or english else 0
    if kind == "relative" and t[i + 1].kind in ("odd", "few", "odd_days"):
        return r.leave(i, i + 2)
    return _quantity(r, i)


def _led(r: Reader, i: int) -> bool:
    """Whether `1/5` stands where a date would."""
    t = r.tokens
    before = t[i - 1] if i else END
    dated = before.kind in ("from", "since", "until", "before", "after", "between", "every")
    return dated or (before.kind == "link" and before.text == "on") or t[i + 1].kind == "range"


def _quantity(r: Reader, i: int) -> int:
    """A number with a unit of time and nothing that says when."""
    t = r.tokens
    if t[i].kind == "number" and t[i + 1].kind in ("month_unit", "clock_unit", "odd"):
        return r.leave(i, i + 2)
    found = read_duration(t, i)
    if found is None or t[i].text in ("a", "an") or t[found[1] - 1].text == "compact:m":
        return 0
    end = found[1]
    if t[end].kind in ("ago", "later"):
        return r.leave(i, end + 1)
    dated = t[i + 1].text == "일" and end == i + 2 and t[i].value in range(1, 32)
    condition = _CONDITION.match(r.question, t[end - 1].end + len(t[end - 1].tail))
    return r.leave(i, end, quantity=not dated or condition is not None)
