"""Words that name a grain: 일별, daily, 10분 단위, every 5 minutes."""

from __future__ import annotations

from dagster_project.planner.time_phrases.reader import Reader


def read_bucket(r: Reader, i: int) -> int:
    """일별, daily, every hour, 10분 단위, 5-minute intervals, 하루 평균."""
    t = r.tokens
    if t[i].kind == "bucket":
        return r.name_bucket(i, i + 1, str(t[i].value))
    if t[i].kind == "every":
        return _every(r, i)
    if t[i].kind == "number" and t[i + 1].kind == "unit":
        unit = str(t[i + 1].value)
        if t[i + 2].kind == "grain" and t[i + 2].text != "별":
            return r.name_bucket(i, i + 3, unit)
        counted = t[i - 1].kind == "word" if i else False
        if t[i].text in ("a", "an") and counted and t[i + 2].kind not in ("ago", "later"):
            return r.name_bucket(i, i + 2, unit) if unit != "minute" else 0
    if t[i].kind == "duration" and t[i].value == (1, "day"):
        if t[i + 1].kind == "grain":
            return r.name_bucket(i, i + 2, "day")
        if r.question[t[i].end :].lstrip().startswith("평균"):
            return r.name_bucket(i, i + 1, "day")
    return 0


def _every(r: Reader, i: int) -> int:
    t = r.tokens
    k = i + 2 if t[i + 1].kind == "number" else i + 1
    if t[k].kind == "unit" and not (t[i].text == "by" and k == i + 2):
        end = k + 2 if t[k + 1].kind == "grain" else k + 1
        return r.name_bucket(i, end, str(t[k].value))
    if t[i].text == "by":  # by Friday: before it, or on it?
        found = r.moment(r.past_links(k))
        return r.leave(i, found[1]) if found else 0
    recurring = t[k].kind in ("weekday", "weekend", "part")
    return r.leave(i, k + 1) if recurring else 0
