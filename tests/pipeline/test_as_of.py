"""B16: any question with the data of a day, the same for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from lab.rows import AS_OF, seoul

from dagster_project.canvas import Canvas
from pipeline.asking import ask, rows, step


@pytest.mark.parametrize(
    ("as_of", "count"),
    [
        (seoul(2, 1), 0),
        (seoul(2, 20, 8), 1),
        (seoul(3, 10, 10, 59), 1),
        (seoul(3, 10, 11), 2),
        (AS_OF, 7),
        (seoul(3, 20, 8), 8),
    ],
)
def test_only_what_had_happened(lab: Canvas, as_of: datetime, count: int) -> None:
    """A row counts from its own moment on."""
    assert rows(ask(lab, "how many faults?", as_of=as_of)) == [(count,)]


def test_without_a_clock_the_policys_holds(lab: Canvas) -> None:
    """An ask that does not say has the calendar's clock; the answer names it."""
    trace = ask(lab, "how many faults?")
    assert trace.as_of == trace.answer.as_of == AS_OF


def test_a_naive_clock_is_the_sites_wall_clock(lab: Canvas) -> None:
    """Noon without a zone is noon in Seoul."""
    trace = ask(lab, "how many faults?", as_of=datetime(2026, 3, 18, 12))
    assert trace.as_of == AS_OF


@pytest.mark.parametrize(
    "question",
    [
        "list faults",
        "고장 목록",
        "repairs",
        "temperature of OV-01",
        "이번 주 OV-01 온도 추이",
        "how is OV-02 doing?",
        "올해 고장",
        "faults this month",
        "SC-01 고장과 수리",
        "가장 뜨거운 장비의 고장",
        "compare faults last week and this week",
    ],
)
@pytest.mark.parametrize("hours", [0, -30, -200])
def test_no_row_of_the_future_is_shown(lab: Canvas, question: str, hours: int) -> None:
    """No time among the rows of any step lies after the clock, nor a value that came later."""
    as_of = AS_OF + timedelta(hours=hours)
    trace = ask(lab, question, as_of=as_of)
    assert trace.route == "orch"
    for result in (s for o in trace.stage_outputs if o.stage == "execute" for s in o.result.steps):  # pyright: ignore[reportAttributeAccessIssue]
        bucketed = any(c.name in ("hour", "day", "week", "month") for c in result.columns)
        places = [i for i, c in enumerate(result.columns) if c.type == "timestamp"]
        for row in result.rows:
            assert 999.0 not in row
            for place in places:
                moment = datetime.fromisoformat(str(row[place]))
                assert bucketed or moment.astimezone(UTC) <= as_of


def test_the_same_answer_for_ever(lab: Canvas) -> None:
    """Rows that arrive later do not change an answer as of before."""
    question = "심각도별 고장 건수"
    before = rows(ask(lab, question))
    with psycopg.connect(lab.database.owner_url) as connection:
        connection.execute(
            "insert into lab.fault values (900, 'SC-01', %s, 'minor', 'open', null)",
            [AS_OF + timedelta(minutes=1)],
        )
    try:
        assert rows(ask(lab, question)) == before
        later = ask(lab, question, as_of=AS_OF + timedelta(minutes=2))
        assert sum(int(str(row[1])) for row in rows(later)) == 8
    finally:
        with psycopg.connect(lab.database.owner_url) as connection:
            connection.execute("delete from lab.fault where id = 900")


def test_weeks_of_another_clock(lab: Canvas) -> None:
    """ "Last week" is the week before the clock's, on the site's calendar."""
    trace = ask(lab, "how many faults last week?", as_of=seoul(3, 24, 1))
    assert rows(trace) == [(5,)]
    assert step(trace).empty is None
