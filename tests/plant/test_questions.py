"""Questions in both languages, asked down the whole road, held against gold of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.stage import ComposeResult, ExecuteResult, StepResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.regression.facts import found_steps
from dagster_project.regression.gold import Gold
from dagster_project.regression.read_columns import holds
from dagster_project.store.settings import Settings
from plant.question import Question
from plant.questions import QUESTIONS

WITH_ROWS = [q for q in QUESTIONS if q.golds]
WITH_SLOT = [q for q in QUESTIONS if q.slot]
DECIDED = [q for q in QUESTIONS if q.route != "orch"]


@pytest.fixture(scope="module")
def canvas(plant_settings: Settings) -> Iterator[Canvas]:
    """The shipped site over the loaded plant."""
    with Canvas.open(plant_settings) as canvas:
        yield canvas


def test_a_recipe_that_made_the_plan_is_named_in_the_trace(canvas: Canvas) -> None:
    """No step runs a recipe, yet another version of it gives another plan: routing read it."""
    trace = canvas.ask(Ask(question="GT-01 상태 알려줘"))
    by_stage = {given.stage: given.applied_assets for given in trace.stage_inputs}
    assert "query:ci_status" in by_stage["route_plan"]
    assert "query:ci_status" not in by_stage["execute"]
    assert set(by_stage["route_plan"]) <= set(trace.applied_assets) == set(trace.asset_versions)


def test_there_are_thirty_questions_in_each_language() -> None:
    """At least thirty each, each with an id of its own and one thing to hold it against."""
    assert Counter(q.language for q in QUESTIONS) == {"ko": 30, "en": 32}
    assert len({q.id for q in QUESTIONS}) == len(QUESTIONS)
    assert len(WITH_ROWS) + len(WITH_SLOT) + len(DECIDED) == len(QUESTIONS)


@pytest.mark.parametrize("question", WITH_ROWS, ids=lambda q: q.id)
def test_answers_with_the_rows_of_its_gold(
    question: Question, canvas: Canvas, owner: psycopg.Connection
) -> None:
    """An answer holds exactly the rows that SQL written from the question alone returns."""
    trace = canvas.ask(Ask(question=question.text))
    assert (trace.route, trace.language) == ("orch", question.language), _told(trace)
    for statement in question.golds:
        gold = _gold(owner, statement)
        assert any(holds(gold, found, question.match) for found in found_steps(trace)), (
            f"gold {gold.columns} {gold.rows[:8]} ({len(gold.rows)} rows)\n{_told(trace)}"
        )


@pytest.mark.parametrize("question", WITH_ROWS, ids=lambda q: q.id)
def test_every_figure_of_the_answer_has_a_cell(question: Question, canvas: Canvas) -> None:
    """An answer names where its rows came from, and says no figure that is not among them."""
    trace = canvas.ask(Ask(question=question.text))
    assert trace.references, _told(trace)
    composed = [o.result for o in trace.stage_outputs if isinstance(o.result, ComposeResult)]
    assert composed
    assert composed[0].figures_unmatched == (), _told(trace)


@pytest.mark.parametrize("question", WITH_SLOT, ids=lambda q: q.id)
def test_asks_back_and_executes_nothing(question: Question, canvas: Canvas) -> None:
    """What is ambiguous or unknown is asked about, with the nearest things offered."""
    trace = canvas.ask(Ask(question=question.text))
    plan = trace.plan_validated or trace.plan_raw.plan
    assert plan is not None, _told(trace)
    assert {slot.reason for slot in plan.open_slots} == {question.slot}, _told(trace)
    offered = " ".join(f"{c.label} {c.question}" for s in plan.open_slots for c in s.choices)
    assert all(key in offered for key in question.offered), offered
    assert trace.tool_calls == ()


@pytest.mark.parametrize("question", DECIDED, ids=lambda q: q.id)
def test_direct_and_reject_never_reach_a_source(question: Question, canvas: Canvas) -> None:
    """Greetings, help, strangers and forbidden requests end before any source is asked."""
    trace = canvas.ask(Ask(question=question.text))
    assert trace.route == question.route, _told(trace)
    assert trace.tool_calls == ()
    assert trace.language == question.language
    if question.rule and trace.plan_raw.reject is not None:
        assert trace.plan_raw.reject.policy_id.endswith(f"#{question.rule}")
    elif question.rule:
        assert repr(question.rule) in trace.plan_raw.routing_reasoning


def _gold(owner: psycopg.Connection, statement: str) -> Gold:
    """Gold is computed with the clock of the site."""
    owner.execute("set timezone = 'Asia/Seoul'")
    cursor = owner.execute(statement.encode())
    names = tuple(column.name for column in cursor.description or ())
    return Gold(names, tuple(cursor.fetchall()))


def _steps(trace: Trace) -> tuple[StepResult, ...]:
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return results[-1].steps if results else ()


def _told(trace: Trace) -> str:
    steps = [(s.step, [c.name for c in s.columns], s.rows[:8], s.error) for s in _steps(trace)]
    plan = trace.plan_validated or trace.plan_raw.plan
    parts = (
        trace.question,
        trace.answer.summary,
        *steps,
        *(call.statement for call in trace.tool_calls),
        plan and (plan.open_slots, [s.table_plan or s.query for s in plan.steps]),
        trace.plan_raw.routing_reasoning,
        [c for c in trace.plan_raw.candidates if c.chosen],
    )
    return "\n".join(str(part) for part in parts)
