"""B12: what drifted from its approved baseline leaves the plan, and the answer says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from demo_data import allow_demo

from dagster_project.canvas import Canvas
from dagster_project.contracts.plan import PolicyDecision
from dagster_project.contracts.stage import ValidatedPlan
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.store.settings import Settings


@pytest.fixture(scope="module")
def canvas(make_settings: Callable[..., Settings]) -> Iterator[Canvas]:
    with Canvas.open(make_settings(plant=True)) as canvas:
        allow_demo(canvas.database)
        yield canvas


def ask_with(canvas: Canvas, question: str, *objects: str) -> Trace:
    """The answer while these objects (`catalog:object`) are in quarantine."""
    with canvas.database.pool.connection() as connection:
        connection.execute("delete from canvas.quarantine")
        for name in objects:
            catalog, _, held = name.partition(":")
            connection.execute(
                "insert into canvas.quarantine (catalog, object, reason, since)"
                " values (%s, %s, 'column dropped', now())",
                (catalog, held),
            )
    canvas._desks._kept.clear()
    return canvas.ask(Ask(question=question))


def steps(trace: Trace) -> set[str]:
    assert trace.plan_validated is not None
    return {step.id for step in trace.plan_validated.steps}


def decisions(trace: Trace) -> tuple[PolicyDecision, ...]:
    found = next(o.result for o in trace.stage_outputs if o.stage == "validate")
    assert isinstance(found, ValidatedPlan)
    return found.policy_decisions


@pytest.mark.parametrize(
    ("held", "lost"),
    [
        ("plant:plant.event", {"events", "open_events"}),
        ("plant:plant.event.acknowledged_at", {"open_events"}),
        ("plant_graph:relation:connected_to", {"neighbours"}),
        ("plant_graph:label:Sensor", {"neighbours"}),
    ],
)
def test_only_what_reads_it_leaves_the_plan(canvas: Canvas, held: str, lost: set[str]) -> None:
    """A table, a column of a verified query, a relation and a label each take their own steps."""
    trace = ask_with(canvas, "GT-01 상태 알려줘", held)
    whole = ask_with(canvas, "GT-01 상태 알려줘")
    assert steps(whole) - steps(trace) == lost
    refused = [d for d in decisions(trace) if d.rule == "quarantine"]
    assert len(refused) == len(lost)
    assert all(held.partition(":")[2] in d.detail for d in refused)
    assert trace.status in ("partial", "degraded")
    assert trace.answer.missing


def test_a_question_of_nothing_else_fails_and_names_it(canvas: Canvas) -> None:
    """No rows are shown of what may not be trusted."""
    trace = ask_with(canvas, "SRV-014 영향 범위", "plant_graph:label:Hardware")
    assert trace.status == "failed"
    assert trace.answer.error is not None
    assert trace.answer.error.code == "UPSTREAM_UNAVAILABLE"


def test_another_catalogs_object_of_that_name_changes_nothing(canvas: Canvas) -> None:
    """Two catalogs may both hold a table of one name."""
    assert ask_with(canvas, "GT-01 상태 알려줘", "other:plant.event").status == "success"
