"""English words of time, lower case."""

from __future__ import annotations

from dagster_project.planner.time_phrases.tokens import TokenKind
from dagster_project.planner.time_phrases.words_ko import Meaning


def _listed(kind: TokenKind, value: object, words: str) -> dict[str, Meaning]:
    return {word: (kind, value) for word in words.split()}


def _numbered(kind: TokenKind, first: int, words: str) -> dict[str, Meaning]:
    return {word: (kind, n) for n, word in enumerate(words.split(), first)}


def _words(kind: TokenKind, **values: object) -> dict[str, Meaning]:
    return {word: (kind, value) for word, value in values.items()}


def _months() -> dict[str, Meaning]:
    full = "january february march april may june july august september october november december"
    found = _numbered("month", 1, full)
    return found | {word[:3]: meaning for word, meaning in found.items()} | _words("month", sept=9)


def _weekdays() -> dict[str, Meaning]:
    found = _numbered("weekday", 0, "monday tuesday wednesday thursday friday saturday sunday")
    found |= {word + "s": meaning for word, meaning in found.items()}
    short = _numbered("weekday", 0, "mon tue wed thu fri sat sun")
    return (
        found
        | short
        | {"tues": found["tuesday"], "thur": found["thursday"], "thurs": found["thursday"]}
    )


UNITS: dict[str, Meaning] = (
    _listed("unit", "second", "second seconds sec secs")
    | _listed("unit", "minute", "minute minutes min mins")
    | _listed("unit", "hour", "hour hours hr hrs")
    | _listed("unit", "day", "day days")
    | _listed("unit", "week", "week weeks wk wks")
    | _listed("unit", "month", "month months")
    | _listed("unit", "quarter", "quarter quarters")
    | _listed("unit", "year", "year years yr yrs")
)
COMPACT: dict[str, Meaning] = (
    UNITS
    | _listed("unit", "minute", "m")
    | _listed("unit", "hour", "h")
    | _listed("unit", "day", "d")
    | _listed("unit", "week", "w")
    | _listed("unit", "year", "y")
)
"""Written onto the number: 24h, 7d, 30min."""

AMBIGUOUS = frozenset(
    ["may", "march", "mar", "apr", "jan", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
)
"""Also names, verbs and abbreviations: read only beside a number or after a word like `last`."""

WORDS: dict[str, Meaning] = (
    UNITS
    | _months()
    | _weekdays()
    | _numbered("number", 1, "one two three four five six seven eight nine ten eleven twelve")
    | _listed("number", 1, "a an")
    | _words("number", thirty=30, twenty=20, fifteen=15)
    | _numbered("ordinal", 1, "first second third fourth fifth")
    | _words("unit", second="second")
    | _listed("few", None, "few several couple some many")
    | _words("day", today=0, yesterday=-1, tomorrow=1)
    | _words("day_part", tonight=(0, "night"), overnight=(-1, "night"))
    | _listed("relative", -1, "last previous prior preceding")
    | _listed("relative", 0, "this current")
    | _listed("relative", 1, "next")
    | _listed("back", None, "past trailing")
    | _listed("ahead", None, "coming following upcoming")
    | _words("part", morning="morning", afternoon="afternoon")
    | _words("part", evening="evening", night="night")
    | _words("noon", noon=12, midday=12, midnight=0)
    | _listed("meridiem", "am", "am a.m.")
    | _listed("meridiem", "pm", "pm p.m.")
    | _listed("clock_unit", None, "o'clock o’clock")
    | _listed("weekend", None, "weekend")
    | _listed("edge", None, "early mid late end beginning start middle")
    | _listed("ago", None, "ago back")
    | _listed("later", None, "later")
    | _listed("within", None, "within")
    | _listed("vague", None, "recent recently latest lately")
    | _listed("now", None, "now")
    | _listed("from", None, "from")
    | _listed("since", None, "since")
    | _listed("until", None, "until till")
    | _listed("before", None, "before")
    | _listed("after", None, "after")
    | _listed("range", None, "to through thru")
    | _listed("between", None, "between")
    | _listed("compare", None, "vs versus against or compared compare comparing than relative with")
    | _listed("and", None, "and")
    | _listed("every", None, "per by each every")
    | _listed("grain", None, "interval intervals buckets bucket granularity resolution steps bins")
    | _listed(
        "link", None, "the of on in at during for over around about throughout all whole entire"
    )
    | _listed("link", None, "earlier just half")
    | _words("bucket", minutely="minute", hourly="hour", daily="day")
    | _words("bucket", everyday="day", weekly="week", monthly="month")
    | _words("bucket", quarterly="quarter", yearly="year", annually="year", annual="year")
    | _listed(
        "odd", None, "mornings sometime someday formerly fortnight fortnights weekday weekdays"
    )
    | _listed("odd", None, "christmas easter thanksgiving summer winter autumn holiday holidays")
    | _listed("odd", None, "weekends nowadays fy fiscal decade decades century nights evenings")
)

IDIOMS: dict[str, Meaning] = {
    "the day before yesterday": ("day", -2),
    "day before yesterday": ("day", -2),
    "the day after tomorrow": ("day", 2),
    "day after tomorrow": ("day", 2),
    "the week before last": ("period", ("week", -2)),
    "week before last": ("period", ("week", -2)),
    "the month before last": ("period", ("month", -2)),
    "month before last": ("period", ("month", -2)),
    "the quarter before last": ("period", ("quarter", -2)),
    "the year before last": ("period", ("year", -2)),
    "year before last": ("period", ("year", -2)),
    "the night before last": ("day_part", (-2, "night")),
    "first half": ("half", 1),
    "second half": ("half", 2),
    "half an hour": ("duration", (30, "minute")),
    "half a day": ("duration", (12, "hour")),
    "half a year": ("duration", (6, "month")),
    "week to date": ("to_date", "week"),
    "month to date": ("to_date", "month"),
    "quarter to date": ("to_date", "quarter"),
    "year to date": ("to_date", "year"),
    "wtd": ("to_date", "week"),
    "mtd": ("to_date", "month"),
    "qtd": ("to_date", "quarter"),
    "ytd": ("to_date", "year"),
    "so far": ("to_date", None),
    "until now": ("to_date", None),
    "up to now": ("to_date", None),
    "to now": ("to_date", None),
    "to date": ("to_date", None),
    "up to": ("until", None),
    "right now": ("now", None),
    "just now": ("vague", None),
    "good morning": ("word", None),
    "good afternoon": ("word", None),
    "good evening": ("word", None),
    "good night": ("word", None),
    "by day": ("bucket", "day"),
    "day by day": ("bucket", "day"),
    "hour by hour": ("bucket", "hour"),
    "week by week": ("bucket", "week"),
    "month by month": ("bucket", "month"),
    "month over month": ("bucket", "month"),
    "week over week": ("bucket", "week"),
    "by the hour": ("bucket", "hour"),
    "by the day": ("bucket", "day"),
    "year over year": ("odd", None),
    "same period last year": ("same_period", "year"),
    "the same period last year": ("same_period", "year"),
    "same period of last year": ("same_period", "year"),
    "same time last year": ("odd", None),
    "some time ago": ("odd", None),
    "a while ago": ("odd", None),
    "a while back": ("odd", None),
    "long ago": ("odd", None),
    "a long time ago": ("odd", None),
    "ages ago": ("odd", None),
    "the other day": ("odd", None),
    "at that time": ("odd", None),
    "that day": ("odd", None),
    "that week": ("odd", None),
    "that month": ("odd", None),
    "that night": ("odd", None),
    "last day of": ("odd", None),
    "first day of": ("odd", None),
    "first week of": ("odd", None),
    "last week of": ("odd", None),
    "second week of": ("odd", None),
    "third week of": ("odd", None),
    "business hours": ("odd", None),
    "business days": ("odd", None),
    "working hours": ("odd", None),
    "the week before": ("before_that", "week"),
    "the month before": ("before_that", "month"),
    "the day before": ("before_that", "day"),
    "the year before": ("before_that", "year"),
}
"""Several words that mean one thing; a hyphen may stand for a space."""
