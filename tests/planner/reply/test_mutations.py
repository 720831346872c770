"""Whatever is broken in a reply: no plan about another thing, time or value, and no other error."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planner.reply.demo_planner import AS_OF, built_in, demo_planner, golden_questions
from planner.reply.mutations import ANY_JSON, mutated
from planner.reply.offered_of import offered_of
from planner.reply.outside import outside
from planner.reply.replies import right

from dagster_project.contracts.plan import PlanOutput
from dagster_project.llm.port import OutOfContract
from dagster_project.planner.offered import Offered
from dagster_project.planner.reply.read_plan_reply import read_plan_reply

MASKED = frozenset({"plant.ci.owner", "Hardware.owner", "plant.work_order.priority"})
DENIED = frozenset({"ci_open_work", "api_open_orders"})
QUESTIONS = [
    g.question
    for g in golden_questions()
    if (plan := built_in(g.question, AS_OF).plan) and not plan.open_slots
]
REPLIES = [right(q) for q in QUESTIONS]
TRIES = settings(
    max_examples=int(os.environ.get("REPLY_EXAMPLES", "400")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def offered(question: str) -> Offered:
    return offered_of(question, demo_planner(), AS_OF, masked=MASKED, without=DENIED)


def judged(question: str, reply: Any) -> PlanOutput | None:
    """The plan, when there is one; it keeps to its question."""
    world = offered(question)
    output, problems = _read(reply, world)
    if output is None:
        assert 1 <= len(problems) <= 6
        assert all(isinstance(p, str) and p for p in problems)
        return None
    if output.plan is not None:
        assert outside(output.plan, world, demo_planner()) == []
        PlanOutput.model_validate_json(output.model_dump_json())
    return output


def _read(reply: Any, world: Offered) -> tuple[PlanOutput | None, tuple[str, ...]]:
    try:
        return read_plan_reply(reply, world, demo_planner()), ()
    except OutOfContract as wrong:
        return None, wrong.problems


@TRIES
@given(mutated(REPLIES))
def test_a_broken_reply(broken: tuple[int, Any]) -> None:
    """Keys swapped, values changed, columns renamed, other times, huge numbers, nesting."""
    chosen, reply = broken
    judged(QUESTIONS[chosen], reply)


@TRIES
@given(mutated(REPLIES), st.integers(0, len(QUESTIONS) - 1))
def test_a_reply_to_another_question(broken: tuple[int, Any], asked: int) -> None:
    """What is right for one question says nothing unsaid of another."""
    judged(QUESTIONS[asked], broken[1])


@TRIES
@given(ANY_JSON)
def test_any_json(reply: Any) -> None:
    """JSON of any form is taken or told, never more."""
    judged(QUESTIONS[0], reply)


def test_every_reply_to_every_question() -> None:
    """All pairs of golden questions that name a thing: the reply to one fits only its like."""
    named = [q for q in QUESTIONS if offered(q).entities]
    some = named[::6]
    taken = 0
    for question in some:
        keys = set(offered(question).entities)
        for reply, asked in zip(REPLIES, QUESTIONS, strict=True):
            output = judged(question, reply)
            if output is not None:
                taken += 1
                assert set(offered(asked).entities) == keys
    assert taken >= len(some) // 2
