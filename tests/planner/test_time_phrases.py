"""Time phrases, held to cases in `time_cases/`: each sentence with the spans it means."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.assets.policy import Calendar
from dagster_project.planner.time_phrases import TimeReading, read_times
from dagster_project.planner.time_phrases.words_en import IDIOMS as EN_IDIOMS
from dagster_project.planner.time_phrases.words_en import WORDS as EN_WORDS
from dagster_project.planner.time_phrases.words_ko import IDIOMS as KO_IDIOMS
from dagster_project.planner.time_phrases.words_ko import UNITS, WORDS

CASES = Path(__file__).parent / "time_cases"
NOW = datetime(2026, 1, 20, 1, 25, tzinfo=UTC)
SEOUL = Calendar(time_zone="Asia/Seoul")
SEOUL_FROM_UTC = timedelta(hours=9)
Case = tuple[str, list[tuple[datetime, datetime]], bool]


def _instant(text: str) -> datetime:
    local = datetime.strptime(text, "%y%m%dT%H%M" if "T" in text else "%y%m%d")
    return local.replace(tzinfo=UTC) - SEOUL_FROM_UTC


def _lines(file: str) -> list[tuple[str, str]]:
    lines = (CASES / file).read_text(encoding="utf-8").splitlines()
    split = (line.partition(" | ") for line in lines if line and not line.startswith("#"))
    return [(sentence.strip(), expected.strip()) for sentence, _, expected in split]


def _cases(*files: str) -> list[Case]:
    found: list[Case] = []
    for file in files:
        for sentence, expected in _lines(file):
            parts = [part.strip() for part in expected.split(";")]
            spans = [part.split() for part in parts if part not in ("LEFT", "NONE")]
            times = [(_instant(start), _instant(end)) for start, end in spans]
            found.append((sentence, times, "LEFT" in parts))
    return found


def _read(sentence: str, calendar: Calendar = SEOUL, now: datetime = NOW) -> TimeReading:
    return read_times(sentence, now, calendar)


FILES = ("ko.txt", "en.txt", "first_contact_1.txt", "first_contact_2.txt")


@pytest.mark.parametrize(("sentence", "times", "left"), _cases(*FILES), ids=lambda v: str(v)[:40])
def test_phrase_means_its_span(
    sentence: str, times: list[tuple[datetime, datetime]], left: bool
) -> None:
    """Each phrase, inside a sentence, means exactly its spans in UTC, in order of place."""
    reading = _read(sentence)
    assert [(s.range.start, s.range.end) for s in reading.ranges] == times
    assert bool(reading.leftovers) == left


@pytest.mark.parametrize("sentence", [sentence for sentence, _ in _lines("none.txt")])
def test_no_time_is_read_where_there_is_none(sentence: str) -> None:
    """Machine names, counts, percentages and words that only look like time are left alone."""
    reading = _read(sentence)
    assert (reading.ranges, reading.leftovers, reading.bucket, reading.vague) == ((), (), None, ())


@pytest.mark.parametrize(("sentence", "text"), _lines("leftovers.txt"))
def test_what_cannot_be_read_is_left_over(sentence: str, text: str) -> None:
    """Words of time that say too little are left over with their text, and no span is guessed."""
    reading = _read(sentence)
    assert reading.ranges == ()
    assert any(text in leftover.text for leftover in reading.leftovers)


@pytest.mark.parametrize(
    ("sentence", "bucket", "words"),
    [
        ("시간별 평균 온도", "hour", "시간별"),
        ("시간대별 알람", "hour", "시간대별"),
        ("일별 추이", "day", "일별"),
        ("매일 발생한 알람 수", "day", "매일"),
        ("주별 정비 건수", "week", "주별"),
        ("월별로 보여줘", "month", "월별"),
        ("분기별 장애", "quarter", "분기별"),
        ("연도별 고장", "year", "연도별"),
        ("10분 단위로 보여줘", "minute", "10분 단위"),
        ("1시간 간격 온도", "hour", "1시간 간격"),
        ("일 단위 합계", "day", "일 단위"),
        ("하루 평균 알람 수", "day", "하루"),
        ("매 시간 온도", "hour", "매 시간"),
        ("hourly temperature", "hour", "hourly"),
        ("daily alarm counts", "day", "daily"),
        ("alarms per day", "day", "per day"),
        ("alarms by week", "week", "by week"),
        ("load every hour", "hour", "every hour"),
        ("cpu in 5-minute intervals", "minute", "5-minute intervals"),
        ("cpu every 10 minutes", "minute", "every 10 minutes"),
        ("month by month output", "month", "month by month"),
        ("how many alarms a day", "day", "a day"),
    ],
)
def test_bucket_words_name_the_grain(sentence: str, bucket: str, words: str) -> None:
    """The grain that words name is told, with the place of the words, and is no span."""
    reading = _read(sentence)
    assert reading.bucket == bucket
    assert [sentence[s.start : s.end] for s in reading.bucket_spans] == [words]
    assert (reading.ranges, reading.leftovers) == ((), ())


def test_a_bucket_and_a_span_in_one_question() -> None:
    """A grain goes with the spans of its question."""
    reading = _read("지난주 GT-01 온도를 일별로 보여줘")
    assert [(s.range.text, s.range.bucket) for s in reading.ranges] == [("지난주", "day")]


@pytest.mark.parametrize(
    "sentence", ["최근 알람 보여줘", "최신 정비 이력", "latest alarms", "recently failed servers"]
)
def test_recent_without_a_number_is_vague(sentence: str) -> None:
    """Recent without a number is neither a span nor left over: it means newest first."""
    reading = _read(sentence)
    assert (len(reading.vague), reading.ranges, reading.leftovers) == (1, (), ())


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("servers older than 5 years", "quantity"),
        ("CPU 30초 이상", "quantity"),
        ("남은 수명 30일 미만", "quantity"),
        ("5일 알람", "phrase"),
        ("얼마 전 알람", "phrase"),
    ],
)
def test_a_length_alone_may_be_a_value(sentence: str, kind: str) -> None:
    """A number with a unit and nothing that says when is told apart from a time not read."""
    assert [leftover.kind for leftover in _read(sentence).leftovers] == [kind]


def test_spans_are_places_in_the_question() -> None:
    """Offsets cut exactly the words out of the question, without particles."""
    question = "GT-01의 어제와 3일 전의 온도 차이"
    reading = _read(question)
    assert [question[s.start : s.end] for s in reading.ranges] == ["어제", "3일 전"]


def test_days_are_cut_in_the_sites_zone() -> None:
    """The same instant is another day in another zone."""
    late = datetime(2026, 1, 20, 16, 0, tzinfo=UTC)
    seoul = _read("오늘", SEOUL, late).ranges[0].range
    utc = _read("오늘", Calendar(time_zone="UTC"), late).ranges[0].range
    assert seoul.start == datetime(2026, 1, 20, 15, 0, tzinfo=UTC)
    assert utc.start == datetime(2026, 1, 20, 0, 0, tzinfo=UTC)


def test_weeks_start_where_the_calendar_says() -> None:
    """A week that starts on Sunday holds other days."""
    sunday = Calendar(time_zone="UTC", week_start="sunday")
    this_week = _read("this week", sunday).ranges[0].range
    assert (this_week.start.day, this_week.end.day) == (18, 25)


def test_a_day_keeps_its_length_over_a_clock_change() -> None:
    """The day the clocks go forward has 23 hours; a day back is the same wall clock."""
    berlin = Calendar(time_zone="Europe/Berlin")
    now = datetime(2026, 3, 29, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    today = _read("today", berlin, now).ranges[0].range
    day_back = _read("last 1 day", berlin, now).ranges[0].range
    assert today.end - today.start == timedelta(hours=23)
    assert day_back.end - day_back.start == timedelta(hours=23)


@pytest.mark.parametrize(
    "piece", ["일월화수목", "전후", "1", "3일 전 ", "a ", "~", "주주", "-1/", "최근"]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    """No text makes the reading blow up: 20 kB are read in well under a second."""
    start = time.process_time()
    _read(piece * (20_000 // len(piece)))
    assert time.process_time() - start < 2.0


def test_now_without_a_zone_is_refused() -> None:
    """A naive now is a caller's mistake."""
    with pytest.raises(ValueError, match="aware"):
        read_times("오늘", datetime(2026, 1, 20), SEOUL)


_SNIPPETS = [*WORDS, *UNITS, *KO_IDIOMS, *EN_WORDS, *EN_IDIOMS, "부터", "까지", "의", "~", "-", ","]
_MIXED = st.lists(
    st.one_of(
        st.sampled_from(_SNIPPETS),
        st.integers(0, 99999).map(str),
        st.sampled_from(["2026-02-30", "24:61", "9999년", "3pm", "31일", "1/5", "24h", "GT-01"]),
        st.text(max_size=6),
    ),
    max_size=12,
)


@given(pieces=_MIXED, gap=st.sampled_from(["", " "]))
def test_any_text_is_read_without_raising(pieces: list[str], gap: str) -> None:
    """Whatever the text, every span is aware, in UTC, starts before it ends and lies inside it."""
    question = gap.join(pieces)
    for zone in ("Asia/Seoul", "America/New_York"):
        reading = read_times(question, NOW, Calendar(time_zone=zone, week_start="sunday"))
        for span in reading.ranges:
            assert span.range.start < span.range.end
            assert span.range.start.utcoffset() == timedelta(0) == span.range.end.utcoffset()
            assert 0 <= span.start < span.end <= len(question)
