"""A reply may not answer a noun, a comparison or a call for documents with something else."""

from __future__ import annotations

from typing import Any

import pytest
from planner.reply.demo_planner import AS_OF, demo_planner
from planner.reply.offered_of import offered_of
from planner.reply.replies import Json, graph, plan_of, plan_reply, problems, right, step, table

COUNT: list[Json] = [{"aggregate": "count"}]


def average(metric: str) -> Json:
    measures = [{"aggregate": "avg", "metric": metric}]
    server = {"column": "plant.ci.ci_class", "op": "=", "values": ["server"]}
    return table(table="plant.metric_sample", measures=measures, filters=[server], time="t1")


def bent(question: str, **parts: Any) -> Json:
    """The right reply with parts of its one table changed."""
    reply = right(question)
    reply["steps"][0]["table"] |= parts
    return reply


def only(question: str, *columns: str) -> Json:
    """The right reply with no other conditions than those on these columns."""
    reply = right(question)
    asked = reply["steps"][0]["table"]
    asked["filters"] = [f for f in asked["filters"] if f["column"] in columns]
    return reply


# -- nouns


@pytest.mark.parametrize(
    ("question", "wrong", "told"),
    [
        ("how many servers are there", table(measures=COUNT), "'servers' and no step reads"),
        ("서버는 몇 대야?", table(measures=COUNT), "'서버' and no step reads"),
        ("list the stopped pumps", table(table="plant.maintenance"), "'pumps' and no step reads"),
        (
            "critical alarms last week",
            table(table="plant.work_order", time="t1"),
            "the question says 'alarms' and no step reads plant.event",
        ),
        (
            "지난주 심각 알람 목록",
            table(table="plant.work_order", time="t1"),
            "the question says '알람' and no step reads plant.event",
        ),
        ("average CPU usage of servers yesterday", average("disk_usage"), "reads cpu_usage"),
        ("어제 서버 CPU 사용률 평균", average("disk_usage"), "reads cpu_usage"),
        (
            "repair cost of pumps",
            table(table="plant.maintenance", measures=COUNT),
            "no step reads plant.maintenance.cost_krw",
        ),
        (
            "펌프 수리 비용",
            table(table="plant.maintenance", measures=COUNT),
            "no step reads plant.maintenance.cost_krw",
        ),
    ],
)
def test_a_noun_that_no_step_reads(question: str, wrong: Json, told: str) -> None:
    """Tables, kinds of things, happenings, metrics and columns are read where they are named."""
    assert problems(question, right(question)) == ()
    found = problems(question, plan_reply(wrong))
    assert any(told in p for p in found), found


@pytest.mark.parametrize(
    ("question", "column", "told"),
    [
        ("which server had the most alarms last week", "plant.event.event_type", "'server'"),
        ("지난주에 알람이 가장 많았던 서버는?", "plant.event.event_type", "'서버'"),
        ("average CPU usage of servers yesterday", "", "'servers'"),
        ("어제 서버 CPU 사용률 평균", "", "'서버'"),
    ],
)
def test_a_kind_that_is_left_out(question: str, column: str, told: str) -> None:
    """All machines are not the servers among them."""
    found = problems(question, only(question, column))
    assert any(told in p and "no step reads plant.ci" in p for p in found), found


@pytest.mark.parametrize("question", ["machines with the most alarms", "알람이 가장 많은 설비"])
def test_things_that_are_singled_out(question: str) -> None:
    """A count of all alarms says of no machine that it has the most."""
    assert problems(question, right(question)) == ()
    found = problems(question, bent(question, group_by=[], order=[], limit=None))
    assert any("no step reads plant.ci" in p for p in found), found


@pytest.mark.parametrize(
    "question", ["how many alarms did machines have last week", "설비 알람 수"]
)
def test_whose_happenings_are_counted(question: str) -> None:
    """Each alarm is a machine's: where none is singled out, all of them are counted."""
    assert problems(question, right(question)) == ()


@pytest.mark.parametrize("question", ["status of server SRV-014", "서버 SRV-014 상태"])
def test_a_noun_that_says_what_a_named_thing_is(question: str) -> None:
    """The thing is looked up by its key, with or without its class."""
    assert problems(question, right(question)) == ()
    assert problems(question, only(question, "plant.ci.ci_id")) == ()


@pytest.mark.parametrize(
    "question", ["what is affected if SRV-014 alarms", "SRV-014에 알람이 나면 영향 받는 설비"]
)
def test_a_noun_that_is_only_supposed(question: str) -> None:
    """No alarms are asked for."""
    walk = graph(view="impact", start={"label": None, "keys": ["SRV-014"], "filters": []})
    assert problems(question, plan_reply(walk)) == ()


@pytest.mark.parametrize("question", ["machine GT-02 alarms", "설비 GT-02 알람"])
def test_a_verified_query_reads_what_its_examples_mean(question: str) -> None:
    """One about alarms does for alarms; one about repairs does not."""
    own = {"ci": "GT-02", "event_type": "threshold_alarm"}
    assert problems(question, plan_reply(step("ci_recent_events", params=own))) == ()
    other = plan_reply(step("ci_maintenance_history", params={"ci": "GT-02"}))
    assert any("no step reads plant.event" in p for p in problems(question, other))


@pytest.mark.parametrize(
    "question", ["what should I do about low lube oil pressure", "윤활유 압력 낮음 알람 조치 방법"]
)
def test_documents_are_searched_where_they_are_asked_for(question: str) -> None:
    """A figure is no procedure."""
    assert problems(question, right(question)) == ()
    measures = [{"aggregate": "min", "metric": "lube_oil_pressure"}]
    figure = table(table="plant.metric_sample", measures=measures)
    found = problems(question, plan_reply(figure))
    assert any("no step reads documents" in p for p in found), found


def test_a_noun_that_the_caller_may_not_see() -> None:
    """It is told as left out: no reply could read it."""
    question = "vendor of SRV-014"
    masked = offered_of(question, demo_planner(), AS_OF, masked=frozenset({"plant.ci.vendor"}))
    own = {"column": "plant.ci.ci_id", "op": "=", "values": ["SRV-014"]}
    listed = plan_reply(table(table="plant.ci", filters=[own], columns=["plant.ci.zone"]))
    assert "vendor" in plan_of(question, listed, masked).not_used
    assert any("reads plant.ci.vendor" in p for p in problems(question, listed))


# -- comparisons


@pytest.mark.parametrize(
    ("question", "parts", "told"),
    [
        ("machines with more than 5 alarms last week", {"having": []}, "'more than' 5 and no"),
        ("지난주 알람이 5건 이상인 설비", {"having": []}, "'이상인' 5건 and no"),
        ("servers with CPU usage over 90% yesterday", {"having": []}, "'over' 90% and no"),
        ("CPU 사용률 90% 이상인 서버", {"having": []}, "'이상인' 90% and no"),
        ("machines with more than 5 alarms last week", {"having": [], "limit": 5}, "no step"),
        ("지난주 알람이 5건 이상인 설비", {"having": [], "limit": 5}, "no step compares"),
    ],
)
def test_a_comparison_that_is_dropped(question: str, parts: Json, told: str) -> None:
    """Nor is its number taken for how many rows there may be."""
    assert problems(question, right(question)) == ()
    found = problems(question, bent(question, **parts))
    assert any(told in p for p in found), found


@pytest.mark.parametrize(
    "question",
    [
        "메모리 용량이 256GB 이상인 서버 목록",
        "servers with memory capacity of at least 256 GB",
        "transformers older than 15 years",
        "15년 넘은 변압기",
    ],
)
def test_a_condition_with_a_number_that_is_dropped(question: str) -> None:
    """The same of a column, and of an age."""
    assert problems(question, right(question)) == ()
    found = problems(question, only(question, "plant.ci.ci_class"))
    assert any("no step compares anything with it" in p for p in found), found


@pytest.mark.parametrize("question", ["show at most 5 alarms", "알람 5개 이하로 보여줘"])
def test_at_most_so_many_rows(question: str) -> None:
    """A limit keeps what "at most" says."""
    alarms = {"column": "plant.event.event_type", "op": "=", "values": ["threshold_alarm"]}
    reply = plan_reply(table(filters=[alarms], limit=5))
    (found,) = plan_of(question, reply).steps
    assert found.table_plan is not None
    assert found.table_plan.limit == 5


@pytest.mark.parametrize("question", ["events over 5", "이벤트 5건 초과"])
def test_a_number_that_nothing_is_compared_with(question: str) -> None:
    """Where the question says of nothing that it could be compared, it is told as left out."""
    assert any("5" in word for word in plan_of(question, plan_reply(table())).not_used)
