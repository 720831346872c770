"""The tokens of time that a question is cut into."""

from __future__ import annotations

from typing import Literal, NamedTuple

TokenKind = Literal[
    "word",  # not about time; ends every phrase
    "number",  # value: int or float
    "ordinal",  # first, 5th
    "unit",  # value: unit name; `times` says how many of it one is (주일 = 7 days)
    "duration",  # value: (count, unit): 이틀, 보름, half an hour
    "few",  # an unknown count: 몇, several
    "odd_days",  # 며칠: a few days, or how many
    "month_unit",  # 월 after a number
    "clock_unit",  # 시 after a number
    "half_past",  # 반 after 시
    "meridiem",  # am, pm
    "clock",  # value: (hour, minute)
    "noon",  # value: hour of noon or midnight
    "date",  # value: (year, month, day)
    "stamp",  # value: a full ISO date and time
    "year_month",  # value: (year, month)
    "short_date",  # value: (first, second): 1/5
    "quarter",
    "half",
    "month",
    "weekday",
    "weekend",
    "day",  # value: days from today
    "day_part",  # value: (days from today, part): 어젯밤
    "period",  # value: (unit, how many from the current one): 지난주
    "relative",  # value: -1 last, 0 this, +1 next
    "part",  # part of a day
    "third",  # 초순 중순 하순
    "edge",  # 초, 말: near the start or the end, how near nobody says
    "start_edge",  # value: unit: 연초
    "ago",
    "later",
    "within",
    "during",
    "back",  # value: None; 과거, trailing: a span back from now
    "ahead",
    "vague",
    "now",
    "from",
    "since",
    "until",
    "before",
    "after",
    "range",
    "between",
    "compare",
    "and",
    "comma",
    "to_date",
    "same_period",  # the period named before, a year earlier
    "before_that",  # value: unit; the one before the period named before
    "bucket",  # value: bucket name
    "every",  # 매, per, each
    "grain",  # 단위, 간격, intervals
    "link",  # of, on, in, the ...
    "odd",  # a word of time we do not read
    "end",
]


class Token(NamedTuple):
    kind: TokenKind
    value: object
    start: int
    end: int
    text: str = ""
    """Lower case, without particles."""
    tail: str = ""
    """The particles after it."""


END = Token("end", None, -1, -1)
Tokens = list[Token]
"""Ends with several `end` tokens, so that a rule may look ahead."""
BORROWING = ("range", "comma", "and", "compare")
"""Between two numbers that share a unit: 14~16시."""
LEADS_MONTH = ("relative", "from", "since", "until", "before", "after", "between", "ordinal")
LEADS_YEAR = ("from", "since", "until", "before", "after", "between", "month", "quarter", "half")
LINKS = ("in", "of", "during", "on", "for", "over", "throughout")
