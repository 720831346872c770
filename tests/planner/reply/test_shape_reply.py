"""Harmless slips of form are forgiven and change nothing; others are told by their place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from planner.reply.replies import Json, plan_of, plan_reply, problems, right, step, table

from dagster_project.contracts.plan_reply import PlanReply
from dagster_project.llm.reply_schema import reply_schema

STATUS = "GT-01 상태 알려줘"
COUNTS = "지난주 GT-02 심각도별 이벤트 건수"


def pruned(value: Any) -> Any:
    """Without anything that is null, empty or false."""
    if isinstance(value, dict):
        kept = {k: pruned(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in (None, [], {}, False, "")}
    return [pruned(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("question", [STATUS, COUNTS, "path from SRV-014 to SW-07"])
def test_what_says_nothing_may_be_left_out(question: str) -> None:
    """Nullable fields, empty lists and false."""
    full = right(question)
    bare = pruned(full)
    assert len(json.dumps(bare)) < len(json.dumps(full)) * 0.8
    assert plan_of(question, bare) == plan_of(question, full)


def test_one_value_where_a_list_is_meant() -> None:
    """And parameters as an object, columns as texts, an operator of another tongue."""
    meant = plan_of(COUNTS, right(COUNTS))
    said = table(
        table="event",
        measures={"aggregate": "COUNT"},
        group_by="severity",
        filters={"column": "ci_id", "op": "==", "values": "gt-02"},
        time="T1",
        order={"by": "measure:0", "descending": True},
    )
    assert plan_of(COUNTS, {"kind": "plan", "steps": said}).steps == meant.steps
    status = plan_reply({"query": "ci_status", "params": {"ci": "GT-01"}})
    assert plan_of(STATUS, status).steps == plan_of(STATUS, right(STATUS)).steps


def test_what_the_form_does_not_know_has_no_effect() -> None:
    """Extra fields at every level, and an intent or a reason of any kind."""
    reply = right(COUNTS)
    reply |= {"sql": "drop table plant.event", "intent": ["delete"], "reasoning": {"a": 1}}
    reply["steps"][0] |= {"optional": True, "source": "other_db", "text": "select 1"}
    reply["steps"][0]["table"] |= {"joins": ["pg_shadow"], "where": "1=1"}
    assert plan_of(COUNTS, reply) == plan_of(COUNTS, right(COUNTS))


@pytest.mark.parametrize(
    "value", [None, 5, "plan", [], [[]], True, 1e300, {"plan": {}}, {"kind": 4}]
)
def test_no_reply_at_all(value: Any) -> None:
    """JSON of another kind is told what is expected."""
    assert problems(STATUS, value)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"limit": "many"}, "steps[0].table.limit is 'many'; expected a whole number"),
        ({"limit": 2.5}, "steps[0].table.limit is 2.5; expected a whole number"),
        ({"limit": True}, "steps[0].table.limit is true; expected a whole number"),
        ({"limit": 10**400}, "steps[0].table.limit is a huge number"),
        ({"with_ties": "yes"}, "steps[0].table.with_ties is 'yes'; expected true or false"),
        ({"filters": [{"column": "ci_id", "values": ["GT-02"]}]}, "filters[0].op is missing"),
        ({"filters": [{"column": "ci_id", "op": "~", "values": []}]}, "op is '~'; expected one of"),
        (
            {"filters": [{"column": "ci_id", "op": "=", "values": [{"a": 1}]}]},
            "values[0] is a dict; expected a text, a number, true or false",
        ),
        (
            {"filters": [{"column": "ci_id", "op": "=", "values": [float("nan")]}]},
            "values[0] is nan",
        ),
        ({"columns": ["\ud800"]}, "expected a short readable text"),
        ({"columns": ["x"] * 61}, "columns has 61 entries, 60 are the most"),
        ({"measures": [{"aggregate": "median"}]}, "aggregate is 'median'; expected one of count,"),
    ],
)
def test_another_form_is_told_by_its_place(parts: Json, told: str) -> None:
    """What matters is read strictly."""
    found = problems(COUNTS, plan_reply(table(**parts)))
    assert any(told in p for p in found), found


def test_nesting_without_end() -> None:
    """Only what the form knows is walked."""
    deep: Any = []
    for _ in range(20_000):
        deep = [deep]
    assert problems(STATUS, plan_reply(step("ci_status", params=deep)))
    assert problems(STATUS, deep)
    assert problems(STATUS, {"kind": "plan", "steps": deep})


def test_an_honest_reply_fits_the_schema_that_is_sent() -> None:
    """What the strict form asks for is what is read: no property is missing, none is beside."""
    schema = reply_schema(PlanReply).schema
    for question in (STATUS, COUNTS, "what does SYS-ERP depend on"):
        reply = right(question)
        assert PlanReply.model_validate(reply).model_dump() == reply
        assert set(reply) == set(schema["properties"])
