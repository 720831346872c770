"""Questions of more than one step: a ranking that feeds a look-up, two requests in one sentence."""

from __future__ import annotations

import pytest
from lab.planning import plan_of
from lab.rows import seoul

from dagster_project.contracts.plan import PlanStep


def tables(question: str) -> list[str]:
    return [s.table_plan.table for s in plan_of(question).steps if s.table_plan]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("고장이 가장 많은 장비의 수리 이력", ["lab.fault", "lab.repair"]),
        ("repairs of the instrument with the most faults", ["lab.fault", "lab.repair"]),
        ("가장 뜨거운 장비의 최근 고장", ["lab.reading", "lab.fault"]),
        ("recent faults of the hottest instrument", ["lab.reading", "lab.fault"]),
        ("수리가 가장 많은 장비의 고장", ["lab.repair", "lab.fault"]),
        ("faults of the instrument with the most repairs", ["lab.repair", "lab.fault"]),
    ],
)
def test_a_ranking_feeds_a_look_up(question: str, expected: list[str]) -> None:
    """First the machines are ranked; their keys then pick the rows that were asked for."""
    plan = plan_of(question)
    assert tables(question) == expected
    ranked, asked = plan.steps
    assert ranked.depends_on == ()
    assert asked.depends_on == (ranked.id,)
    (feed,) = asked.feeds
    assert (feed.step, feed.column, feed.filter_column) == (
        "s1",
        "id",
        f"{expected[1]}.instrument_id",
    )


def _ranking(question: str) -> PlanStep:
    return plan_of(question).steps[0]


def test_a_chain_ranks_one_and_its_ties() -> None:
    """The machine is one unless a number says otherwise."""
    one = _ranking("repairs of the instrument with the most faults").table_plan
    assert one is not None
    assert (one.limit, one.with_ties) == (1, True)
    two = _ranking("고장이 가장 많은 장비 2대의 수리 이력").table_plan
    assert two is not None
    assert (two.table, two.limit) == ("lab.fault", 2)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("SC-01 고장과 수리", ["lab.fault", "lab.repair"]),
        ("faults and repairs of SC-01", ["lab.fault", "lab.repair"]),
        ("SC-01의 수리 그리고 고장", ["lab.repair", "lab.fault"]),
        ("SC-01 faults, repairs", ["lab.fault", "lab.repair"]),
    ],
)
def test_two_requests_in_one(question: str, expected: list[str]) -> None:
    """Both parts are asked, side by side, and the machine named once holds for both."""
    plan = plan_of(question)
    assert tables(question) == expected
    for step in plan.steps:
        assert step.depends_on == ()
        assert step.table_plan is not None
        assert [f.values for f in step.table_plan.filters] == [("SC-01",)]


def test_a_time_holds_for_both_requests() -> None:
    """A window said once is each part's window."""
    for question in ("지난주 SC-01 고장과 수리", "faults and repairs of SC-01 last week"):
        for step in plan_of(question).steps:
            assert step.table_plan is not None
            assert step.table_plan.time is not None
            assert step.table_plan.time.start == seoul(3, 9)


def test_a_count_and_a_list() -> None:
    """A word that belongs to one part stays with it."""
    first, second = plan_of("SC-01 고장 건수와 수리 목록").steps
    assert first.table_plan is not None
    assert second.table_plan is not None
    assert [m.aggregate for m in first.table_plan.measures] == ["count"]
    assert second.table_plan.measures == ()


@pytest.mark.parametrize(
    "question",
    [
        "instruments without faults",
        "고장이 없는 장비",
        "faults of scales and ovens",
        "SC-01과 OV-01의 고장",
        "faults by severity and status",
    ],
)
def test_what_is_one_request_stays_one(question: str) -> None:
    """An "and" between values, things or groupings is no second request."""
    assert len(plan_of(question).steps) == 1
