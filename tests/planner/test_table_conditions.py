"""Open plans: what narrows the rows, in both languages, and what of a question is not used."""

from __future__ import annotations

import pytest
from lab.asked_plans import LAST_WEEK, both, conditions, grouped, span
from lab.planning import decide, plan_of, table_plan_of
from lab.rows import AS_OF

from dagster_project.contracts.plan import Plan
from dagster_project.contracts.table_plan import Filter


@pytest.mark.parametrize(
    ("korean", "english", "time"),
    [
        ("고장이 없는 장비", "instruments without faults", None),
        ("고장이 한 번도 없던 장비", "instruments that never had a fault", None),
        ("지난주에 고장이 없던 장비", "instruments with no faults last week", LAST_WEEK),
    ],
)
def test_without(korean: str, english: str, time: tuple[object, object] | None) -> None:
    """What has none is asked of the things, not of the rows that do not exist."""
    for plan in both(korean, english):
        assert plan.table == "lab.instrument"
        (related,) = plan.related
        assert (related.table, related.negated, span(related.time)) == ("lab.fault", True, time)


def test_without_of_a_class() -> None:
    """A class narrows the things that have none."""
    for plan in both("고장이 없는 저울", "scales without faults"):
        assert conditions(plan) == {("instrument.class", "=", ("scale",))}
        assert [r.negated for r in plan.related] == [True]


@pytest.mark.parametrize(
    ("korean", "english", "op", "value"),
    [
        ("고장이 2건 넘는 장비", "instruments with more than 2 faults", ">", 2),
        ("고장이 3건 이상인 장비", "instruments with at least 3 faults", ">=", 3),
        ("고장이 3건 미만인 장비", "instruments with fewer than 3 faults", "<", 3),
    ],
)
def test_more_than_n(korean: str, english: str, op: str, value: int) -> None:
    """A number of rows is a condition on the group."""
    for plan in both(korean, english):
        assert grouped(plan) == ["lab.fault.instrument_id"]
        assert [(h.measure, h.op, h.values) for h in plan.having] == [("count", op, (value,))]


@pytest.mark.parametrize(
    ("korean", "english", "expected"),
    [
        ("미해결 고장 목록", "list unresolved faults", {("fault.status", "=", ("open",))}),
        ("중대한 고장", "major faults", {("fault.severity", "=", ("major",))}),
        (
            "미해결 경미한 고장",
            "open minor faults",
            {("fault.status", "=", ("open",)), ("fault.severity", "=", ("minor",))},
        ),
        (
            "교정된 장비 목록",
            "list calibrated instruments",
            {("instrument.calibrated", "=", (True,))},
        ),
        (
            "미교정 오븐",
            "uncalibrated ovens",
            {("instrument.calibrated", "=", (False,)), ("instrument.class", "=", ("oven",))},
        ),
        (
            "R1에 있는 저울",
            "scales in R1",
            {("instrument.room", "=", ("R1",)), ("instrument.class", "=", ("scale",))},
        ),
        (
            "저울과 오븐 목록",
            "list scales and ovens",
            {("instrument.class", "in", ("scale", "oven"))},
        ),
        (
            "가격이 3000 넘는 장비",
            "instruments with a price over 3000",
            {("instrument.price", ">", (3000.0,))},
        ),
        (
            "가격이 3,000 이하인 장비",
            "instruments with a price of at most 3,000",
            {("instrument.price", "<=", (3000.0,))},
        ),
        ("저울의 고장", "faults of scales", {("instrument.class", "=", ("scale",))}),
        ("경미 제외 고장", "faults except minor", {("fault.severity", "!=", ("minor",))}),
        ("SC-01 고장", "faults of the bench scale", {("fault.instrument_id", "=", ("SC-01",))}),
    ],
)
def test_conditions(
    korean: str, english: str, expected: set[tuple[str, str, tuple[object, ...]]]
) -> None:
    """Values, comparisons and names narrow the rows, in whichever words they were said."""
    for plan in both(korean, english):
        assert conditions(plan) == expected
        assert plan.measures == ()


def test_dates_are_compared_the_other_way_round() -> None:
    """Older than ten years is bought before a day ten years ago."""
    for question in ("10년 넘은 장비", "instruments older than 10 years"):
        plan = table_plan_of(question)
        (condition,) = plan.filters
        assert (condition.column, condition.op) == ("lab.instrument.bought", "<")
        (moment,) = condition.values
        assert abs((AS_OF - moment).days - 3652) <= 2  # pyright: ignore[reportOperatorIssue]


@pytest.mark.parametrize(
    "question",
    [
        '수리 메모에서 "heater" 찾아줘',
        'search repair notes for "heater"',
        "heater가 언급된 수리",
        "repairs mentioning heater",
    ],
)
def test_search(question: str) -> None:
    """A word to look for is looked for in the free text, and asked of nothing else."""
    plan = table_plan_of(question)
    assert plan.search is not None
    assert (plan.table, plan.search.words) == ("lab.repair", ("heater",))
    assert plan.search.columns == ("lab.repair.note",)


@pytest.mark.parametrize(
    ("question", "heard"),
    [
        ("가장 비싼 장비", lambda p: any(o.by.endswith("price") for o in p.order)),
        ("most expensive instrument", lambda p: any(o.by.endswith("price") for o in p.order)),
        ("2층 장비", lambda p: any(f.column == "lab.room.floor" for f in p.filters)),
        ("instruments on floor 2", lambda p: any(f.column == "lab.room.floor" for f in p.filters)),
        ("고장 코드가 없는 고장", lambda p: any(f.op == "is_null" for f in p.filters)),
        ("faults without a fault code", lambda p: any(f.op == "is_null" for f in p.filters)),
        ("고장난 장비는 몇 대야?", lambda p: p.table == "lab.fault" or bool(p.related)),
        ("비트코인 가격 알려줘", lambda _: False),
        ("faults caused by squirrels", lambda _: False),
    ],
)
def test_what_is_not_heard_is_said(question: str, heard: object) -> None:
    """A word that would change the answer is used, asked about, or named as not used."""
    output = decide(question)
    if output.plan is None:
        return
    plan: Plan = output.plan
    tables = [s.table_plan for s in plan.steps if s.table_plan]
    assert plan.not_used or plan.open_slots or any(heard(t) for t in tables)  # pyright: ignore[reportCallIssue]


def test_a_negation_after_the_noun() -> None:
    """ "경미한 고장 말고" is about every other fault, not about the minor ones."""
    for question in ("경미한 고장 말고", "경미한 고장 제외하고 고장 목록", "경미가 아닌 고장"):
        plan = plan_of(question)
        (step,) = plan.steps
        assert step.table_plan is not None
        wrong = Filter(column="lab.fault.severity", op="=", values=("minor",))
        assert wrong not in step.table_plan.filters or plan.not_used
