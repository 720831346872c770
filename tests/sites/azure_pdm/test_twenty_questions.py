"""The second site: real tables that no code of ours was written for, asked in two languages."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.trace import Ask, Trace
from sites.azure_pdm.gold import from_the_top, same_rows
from sites.azure_pdm.held_out import GAPS, HELD_OUT
from sites.azure_pdm.loader import DATA
from sites.azure_pdm.questions import QUESTIONS, Question

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")


def _gap(name: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=GAPS[name])


ALL = tuple(
    pytest.param(question, id=question.id, marks=[_gap(question.id)] if question.id in GAPS else [])
    for question in (*QUESTIONS, *HELD_OUT)
)


@pytest.mark.parametrize("question", ALL)
def test_answers_with_the_rows_of_independent_sql(
    question: Question, pdm: Canvas, pdm_owner_url: str
) -> None:
    """An answer's rows are those that SQL written from the question alone returns."""
    trace = pdm.ask(Ask(question=question.text, as_of=question.as_of))
    if question.empty:
        assert _reasons(trace) == {question.empty}, _told(trace)
        return
    with psycopg.connect(pdm_owner_url) as connection:
        golds = [
            _gold(connection, statement) for statement in (question.gold, *question.alternatives)
        ]
    assert any(_fits(question, trace, columns, rows) for columns, rows in golds), (
        f"gold {golds[0][0]} {golds[0][1][: question.top or 12]}\n{_told(trace)}"
    )


@pytest.mark.parametrize("question", [*QUESTIONS, *HELD_OUT], ids=lambda question: question.id)
def test_every_answer_has_its_evidence(question: Question, pdm: Canvas) -> None:
    """An answer with rows names the table it read; every figure of its summary is a cell."""
    trace = pdm.ask(Ask(question=question.text, as_of=question.as_of))
    if question.empty:
        assert not trace.tool_calls
        return
    assert trace.references, _told(trace)
    assert all(set(r.tables) and r.source.startswith("pdm_db:") for r in trace.references)
    composed = next(o.result for o in trace.stage_outputs if o.stage == "compose")
    assert not getattr(composed, "figures_unmatched", ("?",))


def _fits(
    question: Question, trace: Trace, columns: Sequence[str], gold: Sequence[tuple[object, ...]]
) -> bool:
    for step in _steps(trace):
        measures = _measures(trace.plan_validated, step)
        if question.top:
            if from_the_top(columns, gold, measures, step.rows, question.top):
                return True
        elif same_rows(columns, gold, measures, step.rows, ordered=question.ordered):
            return True
    return False


def _gold(
    connection: psycopg.Connection, statement: str
) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = connection.execute(statement.encode())
    return [column.name for column in cursor.description or ()], cursor.fetchall()


def _steps(trace: Trace) -> tuple[StepResult, ...]:
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return results[0].steps if results else ()


def _measures(plan: Plan | None, step: StepResult) -> list[bool]:
    """For each column of a step's rows: does it come from a measure of the plan?"""
    planned = next((s for s in plan.steps if s.id == step.step), None) if plan else None
    names: set[str] = set()
    if planned and planned.table_plan:
        names = {measure.name for measure in planned.table_plan.measures}
    return [column.name in names for column in step.columns]


def _reasons(trace: Trace) -> set[str]:
    """Which kinds of empty an answer names, or asks about before it looks."""
    plan = trace.plan_validated or trace.plan_raw.plan
    reasons = {str(slot.reason) for slot in plan.open_slots} if plan else set()
    for output in trace.stage_outputs:
        reasons |= set(output.diagnostics.empty_flags.values())
    return reasons


def _told(trace: Trace) -> str:
    steps = [(s.step, [c.name for c in s.columns], s.rows[:12], s.error) for s in _steps(trace)]
    plan = trace.plan_validated
    return "\n".join(
        str(part)
        for part in (
            trace.question,
            trace.answer.summary,
            steps,
            [call.statement for call in trace.tool_calls],
            plan and (plan.open_slots, [s.table_plan or s.query for s in plan.steps]),
            trace.plan_raw.routing_reasoning,
        )
    )
