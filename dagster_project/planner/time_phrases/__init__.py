"""Words of time to spans in UTC, Korean and English. What it cannot read it says, never guesses.

read_times   the one function of this package
reading      what it returns
scan         a question to tokens of time (words_ko, words_en: the lexicons)
phrases      the grammar over the tokens: buckets, spans, ranges, comparisons, what is left over
moment       what words say of one moment (moment_rules), and when that is (site_calendar)
"""

from __future__ import annotations

from dagster_project.planner.time_phrases.phrases import read_times
from dagster_project.planner.time_phrases.reading import Leftover, TextSpan, TimeReading, TimeSpan

__all__ = ["Leftover", "TextSpan", "TimeReading", "TimeSpan", "read_times"]
