"""How words say a moment: one rule per kind of first token, applied in a row.

Each rule reads from token `i`, fills what it says into the moment and returns where it stopped,
or 0 when it does not apply (because the words differ, or the moment already says such a thing).
"Q4 2025", "2025년 4분기", "Friday last week at 3pm", "1월 5일 오후 3시" are rows of small rules:

date_rules      names of dates          number_rules    a number and what it counts
hour_rules      hours, parts of a day   relative_rules  counted from today, or with a zone
"""

from __future__ import annotations

from dagster_project.planner.time_phrases.date_rules import NAMED_RULES
from dagster_project.planner.time_phrases.moment import Moment
from dagster_project.planner.time_phrases.number_rules import read_bare_day
from dagster_project.planner.time_phrases.relative_rules import RELATIVE_RULES
from dagster_project.planner.time_phrases.site_calendar import SiteCalendar
from dagster_project.planner.time_phrases.tokens import Tokens


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
        reached = _piece(tokens, k, moment, calendar)
        if not reached and loose and end == i:
            reached = read_bare_day(tokens, k, moment)
        if not reached:
            return (moment, end) if end > i else None
        end = reached


def _piece(tokens: Tokens, i: int, moment: Moment, calendar: SiteCalendar) -> int:
    kind = tokens[i].kind
    named = NAMED_RULES.get(kind)
    reached = named(tokens, i, moment) if named else 0
    relative = RELATIVE_RULES.get(kind)
    if reached or relative is None:
        return reached
    return relative(tokens, i, moment, calendar)
