"""The grammar: buckets, spans back and ahead, ranges, comparisons; the rest is left over.

question  = (bucket | span | bounded | periods | vague | leftover | word)*
span      = (최근|지난|last|past ...) duration · duration (동안|이내|간) · within duration
bounded   = from A to B · between A and B · since A · before A · until A · after A
periods   = A [부터 B 까지 | ~ B | 이후 | 이전 | 까지] [(과|대비|vs|and|,) periods]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dagster_project.contracts.assets.policy import Calendar
from dagster_project.contracts.table_plan import Bucket, TimeRange
from dagster_project.planner.time_phrases.site_calendar import Period, SiteCalendar, shift_months
from dagster_project.planner.time_phrases.moment import Moment, resolve
from dagster_project.planner.time_phrases.moment_rules import (
    read_duration,
    read_moment,
    shifted,
)
from dagster_project.planner.time_phrases.reading import (
    NOTHING,
    Leftover,
    TextSpan,
    TimeReading,
    TimeSpan,
)
from dagster_project.planner.time_phrases.scan import END, scan
from dagster_project.planner.time_phrases.tokens import Token

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where "before X" starts."""
_SILENT = frozenset(("word", "link", "comma", "and", "compare", "range"))
_AFTER_EVENT = (" 후", " 뒤", "직후", "이후", " 전", "직전")
_BUCKETS: dict[str, Bucket] = {
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "7days": "week",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}


def read_times(question: str, now: datetime, calendar: Calendar) -> TimeReading:
    """Read every word of time in a question, as of `now`, in the site's calendar.

    Shape: spans are character offsets in `question`, which should be NFC. Units: UTC.
    Raises: ValueError when `now` has no zone; nothing for any text.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone; pass an aware datetime")
    tokens = scan(question)
    if all(token.kind in _SILENT for token in tokens):
        return NOTHING
    return _Reader(question, [*tokens, *(END,) * 4], SiteCalendar.of(now, calendar)).read()


@dataclass(slots=True)
class _Reader:
    """One question being read. Each rule takes a token's index and returns where it stopped, or
    0 when it does not apply; what it reads goes to the lists."""

    question: str
    tokens: list[Token]
    calendar: SiteCalendar
    ranges: list[tuple[int, int, datetime, datetime]] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    vague: list[TextSpan] = field(default_factory=list)
    bucket_spans: list[TextSpan] = field(default_factory=list)
    bucket: Bucket | None = None
    context: Moment | None = None
    """The moment just read: the next one may stand with it."""
    context_start: int = -1
    context_end: int = -1
    comparing: bool = False
    same_last_year: list[tuple[int, int]] = field(default_factory=list)
    """`전년 동기`: known once the other period is."""

    def read(self) -> TimeReading:
        self.comparing = any(t.kind == "compare" and t.text != "or" for t in self.tokens)
        rules: tuple[Callable[[int], int], ...] = (
            self._bucket,
            self._to_date,
            self._span,
            self._bounded,
            self._relation,
            self._periods,
            self._vague,
            self._either_count,
            self._leftover,
        )
        i = 0
        while self.tokens[i].kind != "end":
            if self.tokens[i].kind in _SILENT and self.tokens[i].text != "for":
                i += 1
                continue
            i = next((end for rule in rules if (end := rule(i))), i + 1)
        for i, end in self.same_last_year:
            self._year_earlier(i, end)
        return self._reading()

    def _reading(self) -> TimeReading:
        spans = tuple(
            TimeSpan(
                begin,
                end,
                TimeRange(start=first, end=last, text=self.question[begin:end], bucket=self.bucket),
            )
            for begin, end, first, last in sorted(self.ranges)
        )
        return TimeReading(
            spans, tuple(self.leftovers), self.bucket, tuple(self.vague), tuple(self.bucket_spans)
        )

    # --- what rules write -------------------------------------------------------------------

    def _text_span(self, i: int, end: int) -> tuple[int, int]:
        return self.tokens[i].start, self.tokens[end - 1].end

    def _emit(self, i: int, end: int, start: datetime, stop: datetime) -> int:
        first, last = start.astimezone(UTC), stop.astimezone(UTC)
        if first >= last:
            return self._leave(i, end)
        self.ranges.append((*self._text_span(i, end), first, last))
        return end

    def _leave(self, i: int, end: int, quantity: bool = False) -> int:
        begin, stop = self._text_span(i, end)
        kind = "quantity" if quantity else "phrase"
        self.leftovers.append(Leftover(begin, stop, self.question[begin:stop], kind))
        return end

    def _name_bucket(self, i: int, end: int, unit: str) -> int:
        bucket = _BUCKETS.get(unit)
        if bucket is None:
            return 0
        self.bucket = self.bucket or bucket
        self.bucket_spans.append(TextSpan(*self._text_span(i, end)))
        return end

    def _past_links(self, i: int) -> int:
        while self.tokens[i].kind == "link":
            i += 1
        return i

    # --- buckets ----------------------------------------------------------------------------

    def _bucket(self, i: int) -> int:
        """일별, daily, every hour, 10분 단위, 5-minute intervals, 하루 평균."""
        t = self.tokens
        if t[i].kind == "bucket":
            return self._name_bucket(i, i + 1, str(t[i].value))
        if t[i].kind == "every":
            return self._every(i)
        if t[i].kind == "number" and t[i + 1].kind == "unit":
            unit = str(t[i + 1].value)
            if t[i + 2].kind == "grain" and t[i + 2].text != "별":
                return self._name_bucket(i, i + 3, unit)
            counted = t[i - 1].kind == "word" if i else False
            if t[i].text in ("a", "an") and counted and t[i + 2].kind not in ("ago", "later"):
                return self._name_bucket(i, i + 2, unit) if unit != "minute" else 0
        if t[i].kind == "duration" and t[i].value == (1, "day"):
            if t[i + 1].kind == "grain":
                return self._name_bucket(i, i + 2, "day")
            if self.question[t[i].end :].lstrip().startswith("평균"):
                return self._name_bucket(i, i + 1, "day")
        return 0

    def _every(self, i: int) -> int:
        t = self.tokens
        k = i + 2 if t[i + 1].kind == "number" else i + 1
        if t[k].kind == "unit" and not (t[i].text == "by" and k == i + 2):
            end = k + 2 if t[k + 1].kind == "grain" else k + 1
            return self._name_bucket(i, end, str(t[k].value))
        if t[i].text == "by":  # by Friday: before it, or on it?
            found = self._moment(self._past_links(k))
            return self._leave(i, found[1]) if found else 0
        recurring = t[k].kind in ("weekday", "weekend", "part")
        return self._leave(i, k + 1) if recurring else 0

    # --- spans back from now, and ahead -----------------------------------------------------

    def _to_date(self, i: int) -> int:
        """year to date, YTD; "so far" alone has no start and adds nothing."""
        token = self.tokens[i]
        if token.kind != "to_date":
            return 0
        if token.value is None:
            found = self._moment(i + 1)  # so far this year
            return self._one_sided(i, found[1], found[0], "since") if found else i + 1
        now = self.calendar.now
        return self._emit(i, i + 1, self.calendar.current(str(token.value), 0).start, now)

    def _span(self, i: int) -> int:
        """최근 3일, 지난 24시간, last 7 days, past week, 3일간, within 2 hours, next 3 days."""
        t = self.tokens
        kind = t[i].kind
        if kind in ("vague", "back", "within", "ahead") or kind == "relative":
            return self._cued_span(i)
        if kind == "link" and t[i].text != "for":
            return 0
        start = i + 1 if kind == "link" else i
        found = read_duration(t, start)
        if found is None:
            return 0
        duration, end = found
        if t[end].kind in ("before", "after") or self._beside_event(i):
            return self._beside_date(i, end)
        if t[end].kind in ("within", "during"):
            return self._back(i, end + 1, duration)
        compact = t[end - 1].text in ("compact:h", "compact:d", "compact:w", "compact:H")
        than = i > 0 and t[i - 1].kind == "compare"
        plain = t[end].kind not in ("ago", "later", "grain")
        if plain and not than and (compact or (kind == "link" and t[start].kind != "end")):
            return self._back(i, end, duration)
        return 0

    def _beside_event(self, i: int) -> bool:
        """`정비 후 3일`, `장애 직전 1시간`: counted from something whose time we do not know."""
        before = self.question[: self.tokens[i].start].rstrip()
        noun = before[-1:] if self.tokens[i].text == "직전" else ""
        return before.endswith(_AFTER_EVENT) or ("가" <= noun <= "힣" and not noun.endswith("의"))

    def _beside_date(self, i: int, end: int) -> int:
        """`the 24 hours before Jan 10`: which way the length counts is not sure enough."""
        found = self._moment(self._past_links(end + 1)) if self.tokens[end].kind != "word" else None
        return self._leave(i, found[1] if found else end)

    def _cued_span(self, i: int) -> int:
        t = self.tokens
        if t[i].text == "직전" and self._beside_event(i):
            found = read_duration(t, i + 1)
            return self._leave(i, found[1] if found else i + 1)
        forward = t[i].kind == "ahead" or (t[i].kind == "relative" and t[i].value == 1)
        k = self._past_links(i + 1)
        while t[k].kind in ("relative", "back"):
            k = self._past_links(k + 1)
        if t[i].kind == "relative" and t[i].value not in (-1, 1) and k == i + 1:
            return 0
        if t[k].kind in ("few", "odd_days"):
            return self._leave(i, self._few_end(k))
        if t[k].kind == "odd":
            return self._leave(i, k + 1)
        found = read_duration(t, k)
        if found is None or t[found[1]].kind in ("ago", "later"):
            return self._rolling_unit(i, k)
        duration, end = found
        named_quarter = t[end - 1].text == "분기" and t[end].kind not in ("during", "within")
        if named_quarter and t[i].kind == "relative":
            return 0
        end = end + 1 if t[end].kind in ("during", "within") else end
        if forward:
            return self._moved(i, end, duration, 1)
        return self._back(i, end, duration)

    def _rolling_unit(self, i: int, k: int) -> int:
        """past week, the last hour, 지난 시간: one unit back from now."""
        t = self.tokens
        if t[k].kind != "unit" or t[i].kind == "vague":
            return 0
        unit = str(t[k].value)
        if t[i].kind == "ahead":
            return self._moved(i, k + 1, [(1, unit)], 1)
        rolls = any(t[n].kind in ("back", "within") for n in range(i, k))
        last = t[i].value == -1 and unit in ("hour", "minute", "second", "day")
        return self._back(i, k + 1, [(1, unit)]) if rolls or last else 0

    def _back(self, i: int, end: int, duration: list[tuple[float, str]]) -> int:
        return self._moved(i, end, duration, -1)

    def _moved(self, i: int, end: int, duration: list[tuple[float, str]], sign: int) -> int:
        now = self.calendar.now
        try:
            other = shifted(self.calendar, now, duration, sign)
        except (ValueError, OverflowError):
            return self._leave(i, end)
        return self._emit(i, end, *((other, now) if sign < 0 else (now, other)))

    # --- one or two moments -----------------------------------------------------------------

    def _moment(self, i: int, beside: Moment | None = None) -> tuple[Moment, int] | None:
        """A moment from token `i`; `now` is one too, where it stands beside another."""
        if self.tokens[i].kind == "now" and beside is not None:
            now = self.calendar.now
            instant = Period(now, now + timedelta(minutes=1), "minute", point=True)
            return Moment(period=instant), i + 1
        try:
            return read_moment(self.tokens, i, self.calendar, loose=beside is not None)
        except (ValueError, OverflowError):
            return None

    def _when(self, moment: Moment, limit: datetime | None = None) -> Period | None:
        try:
            return resolve(moment, self.calendar, limit or self.calendar.now)
        except (ValueError, OverflowError):
            return None

    def _bounded(self, i: int) -> int:
        """from A to B, between A and B, since A, before A, until A, after A."""
        t = self.tokens
        kind = t[i].kind
        if kind not in ("from", "since", "until", "before", "after", "between"):
            return 0
        k = self._past_links(i + 1)
        starts = t[k].kind == "edge" and t[k].text in ("start", "beginning")
        if starts and kind in ("from", "since"):
            return self._since_start(i, self._past_links(k + 1))
        first = self._moment(k) or self._bare_ordinal(k)
        if first is None:
            return self._orphan(i)
        moment, end = first
        i, moment = self._led_by_day(i, moment)
        if kind in ("from", "since", "between", "after"):
            joins = ("range", "until", "and") if kind == "between" else ("range", "until")
            second = self._second(end, moment, joins)
            if second is not None:
                return self._pair(i, moment, *second)
        sides = {"from": "since", "since": "since", "between": "", "after": "after"}
        side = sides.get(kind, kind)
        return self._one_sided(i, end, moment, side) if side else self._leave(i, end)

    def _bare_ordinal(self, i: int) -> tuple[Moment, int] | None:
        """`since the 15th`; not `from the 3rd rack`."""
        t = self.tokens
        day = t[i].value
        if t[i].kind != "ordinal" or t[i + 1].kind == "word" or not isinstance(day, int):
            return None
        return (Moment(day=day), i + 1) if 1 <= day <= 31 else None

    def _led_by_day(self, i: int, moment: Moment) -> tuple[int, Moment]:
        """`yesterday between 9 and 11am`: the hours are of the day just read."""
        day = self.context
        if day is None or self.context_end != i or moment.level < 3 or day.level == 3:
            return i, moment
        self.ranges.pop()
        return self.context_start, moment.filled_from(day)

    def _since_start(self, i: int, k: int) -> int:
        """since the start of the month, from the beginning of 2025."""
        if self.tokens[k].kind == "unit":
            start = self.calendar.current(str(self.tokens[k].value), 0).start
            return self._emit(i, k + 1, start, self.calendar.now)
        found = self._moment(k)
        return self._one_sided(i, found[1], found[0], "since") if found else 0

    def _second(self, end: int, first: Moment, joins: tuple[str, ...]) -> tuple[Moment, int] | None:
        """The second moment, after a joining word at `end`."""
        t = self.tokens
        if t[end].kind in joins:
            return self._moment(self._past_links(end + 1), beside=first)
        if t[end].kind == "to_date" and "range" in joins and t[end].text in ("to now", "until now"):
            now = self._moment_now()
            return now, end + 1
        return None

    def _moment_now(self) -> Moment:
        now = self.calendar.now
        return Moment(period=Period(now, now + timedelta(minutes=1), "minute", point=True))

    def _orphan(self, i: int) -> int:
        """`since the upgrade`: a time we cannot know."""
        t = self.tokens
        if t[i].kind != "since":
            return 0
        if t[i].text == "since":
            end = self._past_links(i + 1)
            begin, stop = t[i].start, t[min(end, len(t) - 5)].end
            word_end = self.question.find(" ", t[end].start + 1) if t[end].kind == "word" else stop
            stop = word_end if word_end > 0 else stop
        else:
            begin, stop = self._word_before(t[i].start), t[i].end
        self.leftovers.append(Leftover(begin, stop, self.question[begin:stop]))
        return i + 1

    def _word_before(self, position: int) -> int:
        return self.question.rstrip()[:position].rstrip().rfind(" ") + 1

    def _periods(self, i: int) -> int:
        """A moment, what bounds it, and the moments it is compared with."""
        beside = self.context if self._follows_context(i) else None
        found = self._moment(i, beside)
        if found is None:
            return 0
        moment, end = found
        if beside is not None:
            moment = moment.filled_from(beside)
        reached = self._bounded_after(i, end, moment)
        if reached:
            self.context, self.context_end = moment, -1
            return reached
        spans = len(self.ranges)
        reached = self._plain(i, self._with_its_length(end, moment), moment)
        self.context, self.context_start = moment, i
        self.context_end = reached if len(self.ranges) > spans else -1
        return reached

    def _follows_context(self, i: int) -> bool:
        if self.context is None:
            return False
        between = self.tokens[self.context_end : i]
        joined = any(t.kind in ("compare", "and", "comma", "range") for t in between)
        return joined and all(t.kind in _SILENT and t.kind != "word" for t in between)

    def _bounded_after(self, i: int, end: int, moment: Moment) -> int:
        """부터 … 까지, ~, 이후, 이전, 까지, 사이 after a moment; 0 when nothing bounds it."""
        t = self.tokens
        kind = t[end].kind
        versus = kind == "range" and self.comparing and t[end].text == "to"
        if kind in ("from", "range") and not versus:
            second = self._second(end, moment, ("from", "range"))
            if second is not None:
                b_end = second[1] + 1 if t[second[1]].kind == "until" else second[1]
                return self._pair(i, moment, second[0], b_end)
        if kind == "compare" and t[end].text in ("와", "과", "랑", "이랑", "하고"):
            second = self._moment(end + 1, beside=moment)
            if second is not None and t[second[1]].text == "사이":
                return self._pair(i, moment, second[0], second[1] + 1)
        if kind == "from" and t[end].text == "부터":
            now = t[end + 1].kind == "to_date" or t[end + 1].kind == "now"
            return self._one_sided(i, end + 2 if now else end + 1, moment, "since")
        if t[end].text == "ago":  # two Mondays ago
            return self._leave(i - 1 if i and t[i - 1].kind == "number" else i, end + 1)
        sides = {"since": "since", "until": "until", "before": "before", "ago": "before"}
        side = sides.get(kind) or ("after" if kind == "later" else "")
        english_prefix = t[end].text in ("since", "until", "till", "before", "after", "back")
        if side and not english_prefix and t[end].text != "later":
            return self._one_sided(i, end + 1, moment, side)
        if kind == "to_date" and t[end].value is None:
            return self._one_sided(i, end + 1, moment, "since")
        if kind == "edge":
            return self._leave(i, end + 1)
        return 0

    def _with_its_length(self, end: int, moment: Moment) -> int:
        """어제 하루 동안, 지난달 한 달간: the length repeats what the moment is."""
        t = self.tokens
        found = read_duration(t, end)
        if found is not None and len(found[0]) == 1 and found[0][0][0] in (1, 7):
            closing = t[found[1]].kind
            if closing not in ("ago", "later", "grain", "number"):
                end = found[1]
        return end + 1 if t[end].kind == "during" else end

    def _plain(self, i: int, end: int, moment: Moment) -> int:
        """A moment that nothing bounds, unless words around it say that only a part is meant."""
        t = self.tokens
        if t[end].kind == "odd" or (t[end].text == "of" and t[end + 2].kind == "unit"):
            return self._leave(i, end + 1 if t[end].kind == "odd" else end + 3)
        before = i - 1
        while before > 0 and t[before].kind == "link":
            before -= 1
        around = t[before] if before >= 0 else END
        if around.kind in ("edge", "odd"):
            if around.kind == "odd" and self.leftovers:
                self.leftovers.pop()
            return self._leave(before, end)
        if around.kind == "unit" and before and t[before - 1].kind == "number":
            if self.leftovers:  # the first three months of 2025
                self.leftovers.pop()
            return self._leave(before - 1, end)
        period = self._when(moment)
        if period is None or moment.start_only:
            return self._leave(i, end)
        if around.kind == "unit" and around.value == "week" and t[before + 1].text == "of":
            period = self.calendar.week(self.calendar.week_of(period.start.date()))
            return self._emit(before, end, period.start, period.end)
        return self._emit(i, end, period.start, period.end)

    def _one_sided(self, i: int, end: int, moment: Moment, side: str) -> int:
        """Since, after, before or until one moment."""
        period = self._when(moment)
        if period is None:
            return self._leave(i, end)
        now = self.calendar.now
        if side == "since":
            return self._emit(i, end, period.exact or period.start, now)
        if side == "after":
            return self._emit(i, end, period.start if period.point else period.end, now)
        floor = EPOCH
        if period.point and moment.hour is not None:
            floor = self.calendar.at(period.start.date())
        whole = side == "until" and not period.point and not moment.start_only
        return self._emit(i, end, floor, period.end if whole else period.start)

    def _pair(self, i: int, first: Moment, second: Moment, end: int) -> int:
        """From the start of one to the end of the other, each completing the other."""
        a, b = first.filled_from(second), second.filled_from(first)
        if b.hour is not None and b.meridiem is None and b.part is None and first.hour is not None:
            b.meridiem = self._afternoon(a, b)
        if a.level == 3:  # hours alone: of the day the first of them last began
            return self._hours(i, a, b, end)
        last = self._when(b)
        if last is None:
            return self._leave(i, end)
        start = self._when(a, last.start if a.relative is None else None)
        if start is None:
            return self._leave(i, end)
        stop = last.start if last.point else last.end
        begin = start.exact or start.start
        if begin >= stop:
            begin, stop = self._untangled(first, second, begin, stop)
        return self._emit(i, end, begin, stop)

    def _hours(self, i: int, a: Moment, b: Moment, end: int) -> int:
        start = self._when(a)
        if start is None or b.period is not None:
            stop = self._when(b)
            ok = start is not None and stop is not None
            return self._emit(i, end, start.start, stop.start) if ok else self._leave(i, end)  # type: ignore[union-attr]
        stop = self._when(b, start.start + timedelta(1))
        if stop is None:
            return self._leave(i, end)
        return self._emit(i, end, start.start, stop.start if stop.point else stop.end)

    @staticmethod
    def _afternoon(a: Moment, b: Moment) -> str | None:
        """오후 3시부터 5시까지: the second hour is the first such one after the first."""
        said = a.meridiem or a.part
        if said is None or b.hour is None or b.hour >= 12 or a.hour is None:
            return None
        starts_late = said in ("pm", "afternoon", "evening", "midday")
        wraps = b.hour <= a.hour and said in ("am", "morning", "dawn")
        return "pm" if (starts_late and b.hour > a.hour % 12) or wraps else None

    @staticmethod
    def _untangled(
        first: Moment, second: Moment, begin: datetime, stop: datetime
    ) -> tuple[datetime, datetime]:
        """22시부터 6시까지 runs into the next day; 작년 11월부터 2월까지 into the next year."""
        if second.level == 3:
            return begin, stop + timedelta(1)
        if second.level == 1 and first.year_named:
            return begin, stop.replace(year=stop.year + 1)
        if first.level == 1 and second.year_named:
            return begin.replace(year=begin.year - 1), stop
        return begin, stop

    def _relation(self, i: int) -> int:
        """전년 동기, same period last year, the week before: beside the other period named."""
        t = self.tokens
        if t[i].kind == "period" and t[i].value == ("year", -1):
            if t[i + 1].kind != "same_period":
                return 0
            self.same_last_year.append((i, i + 2))
            return i + 2
        if t[i].kind == "same_period" and t[i].value == "year":
            self.same_last_year.append((i, i + 1))
            return i + 1
        if t[i].kind != "before_that":
            return 0
        if not self.ranges:
            return self._leave(i, i + 1)
        start = self.ranges[-1][2]
        local = start.astimezone(self.calendar.zone)
        return self._emit(i, i + 1, self.calendar.shift(local, -1, str(t[i].value)), start)

    def _year_earlier(self, i: int, end: int) -> None:
        """The other period of the question, a year earlier; without one it is left over."""
        if not self.ranges:
            self._leave(i, end)
            return
        bounds = (bound.astimezone(self.calendar.zone) for bound in self.ranges[0][2:])
        try:
            start, stop = (
                datetime.combine(shift_months(bound.date(), -12), bound.timetz())
                for bound in bounds
            )
        except (ValueError, OverflowError):
            self._leave(i, end)
            return
        self._emit(i, end, start, stop)

    # --- what is left -----------------------------------------------------------------------

    def _vague(self, i: int) -> int:
        if self.tokens[i].kind != "vague":
            return 0
        self.vague.append(TextSpan(*self._text_span(i, i + 1)))
        return i + 1

    def _either_count(self, i: int) -> int:
        """2~3일 전, 10 to 5 minutes ago: not one span."""
        t = self.tokens
        counts = t[i].kind == "number" and t[i + 2].kind == "number"
        if not counts or t[i + 1].kind not in ("range", "from") or t[i + 3].kind != "unit":
            return 0
        end = i + 5 if t[i + 4].kind in ("ago", "during", "within", "later") else i + 4
        return self._leave(i, end)

    def _few_end(self, k: int) -> int:
        """Past `few [of] unit [ago]` or `며칠 [전]`."""
        t = self.tokens
        end = self._past_links(k + 1)
        end = end + 1 if t[end].kind == "unit" else k + 1
        return end + 1 if t[end].kind in ("ago", "during", "within", "later") else end

    def _leftover(self, i: int) -> int:
        t = self.tokens
        kind = t[i].kind
        if kind in ("odd", "same_period", "short_date", "part", "start_edge"):
            led = kind != "short_date" or self._led(i)
            return self._leave(i, i + 1) if led else 0
        if kind == "since":
            return self._orphan(i)
        if kind in ("few", "odd_days"):
            k = self._past_links(i + 1)
            end = self._few_end(i)
            closed = t[end - 1].kind in ("ago", "during", "within")
            english = t[k].kind == "unit" and t[i].text in ("few", "several", "couple")
            return self._leave(i, end) if closed or english else 0
        if kind == "relative" and t[i + 1].kind in ("odd", "few", "odd_days"):
            return self._leave(i, i + 2)
        return self._quantity(i)

    def _led(self, i: int) -> bool:
        """Whether `1/5` stands where a date would."""
        t = self.tokens
        before = t[i - 1] if i else END
        dated = before.kind in ("from", "since", "until", "before", "after", "between", "every")
        return dated or (before.kind == "link" and before.text == "on") or t[i + 1].kind == "range"

    def _quantity(self, i: int) -> int:
        """A number with a unit of time and nothing that says when."""
        t = self.tokens
        if t[i].kind == "number" and t[i + 1].kind in ("month_unit", "clock_unit", "odd"):
            return self._leave(i, i + 2)
        found = read_duration(t, i)
        if found is None or t[i].text in ("a", "an") or t[found[1] - 1].text == "compact:m":
            return 0
        end = found[1]
        if t[end].kind in ("ago", "later"):
            return self._leave(i, end + 1)
        return self._leave(i, end, quantity=True)
