"""Relations between two answers hold where they should and fail where they should."""

from __future__ import annotations

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import Relation, RelationKind
from dagster_project.contracts.night import Check, Fingerprint
from dagster_project.contracts.trace import Ask
from dagster_project.regression.relations import check_relation


def related(
    canvas: Canvas, kind: RelationKind, one: str, other: str, roles: tuple[str, ...] = ("operator",)
) -> Check:
    relation = Relation(kind=kind, question=other)
    first, second = (canvas.ask(Ask(question=q, roles=roles)) for q in (one, other))
    one_print, other_print = (Fingerprint(route=t.route, status=t.status) for t in (first, second))
    return check_relation(relation, first, second, one_print, other_print, "relations[0]")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("same_rows", "GT-01 상태 알려줘", "how is gas turbine 1"),
        ("same_rows", "정지된 펌프 목록", "list the stopped pumps"),
        ("contains", "지난 30일 SW-07 이벤트 이력", "지난 7일 SW-07 이벤트 이력"),
        ("sums_to", "number of machines by zone", "how many machines are there"),
        ("sums_to", "설비 종류별 설비 수", "설비 몇 대야"),
        ("same_rows", "작년 GEN-06 알람 몇 건?", "how many alarms of GEN-06 last year"),
    ],
)  # fmt: skip
def test_what_belongs_together_holds(
    plant: Canvas, kind: RelationKind, one: str, other: str
) -> None:
    """Another language, a wider window, parts of a whole, and a zero that both find."""
    check = related(plant, kind, one, other)
    assert check.passed, check


@pytest.mark.parametrize(
    ("kind", "one", "other", "told"),
    [
        ("same_rows", "GT-01 상태 알려줘", "GT-02 상태 알려줘", "missing"),
        ("same_rows", "GT-01 상태 알려줘", "GT-01 제원 알려줘", "6 steps and 1"),
        ("contains", "지난 7일 SW-07 이벤트 이력", "지난 30일 SW-07 이벤트 이력", "missing"),
        ("sums_to", "number of machines by zone", "how many pumps are there", "the whole is"),
        ("sums_to", "list the stopped pumps", "how many pumps are there", "0 measures"),
        ("sums_to", "how many pumps are there", "number of machines by zone", "numbers, not one"),
        ("same_rows", "안녕하세요", "hello", "no step of '안녕하세요' was answered"),
        ("same_plan", "안녕하세요", "hello", "no plan: routes direct and direct"),
    ],
)
def test_what_does_not_belong_together_fails(
    plant: Canvas, kind: RelationKind, one: str, other: str, told: str
) -> None:
    """The check says in one line what differs; two answers without rows are not alike."""
    check = related(plant, kind, one, other)
    assert not check.passed
    assert told in check.found
    assert other in check.expected


def test_two_refusals_are_no_equal_rows(plant: Canvas) -> None:
    """An answer that was not given holds no relation."""
    question = "SW-07 미완료 작업 있어?"
    assert not related(plant, "same_rows", question, question, ("viewer",)).passed


def test_plans_are_the_same_by_their_digest(plant: Canvas) -> None:
    """Parity is of the plan; other queries are told apart from other parameters."""
    trace = plant.ask(Ask(question="GT-01 제원 알려줘"))
    relation = Relation(kind="same_plan", question="profile of GT-01")

    def found(plan: str, *queries: str) -> Fingerprint:
        return Fingerprint(route="orch", status="success", plan=plan, queries=queries)

    def told(one: Fingerprint, other: Fingerprint) -> str:
        return check_relation(relation, trace, trace, one, other).found

    assert told(found("a", "x"), found("a", "x")) == ""
    assert told(found("a", "x"), found("b", "y")) == "other queries: x and y"
    assert "the same queries" in told(found("a", "x"), found("b", "x"))
