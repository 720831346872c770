"""What an ask would do, and one step by itself: the same road, without an answer."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.plan import PlanOutput, PlanStep
from dagster_project.contracts.stage import StepResult, ValidatedPlan
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import Language, TraceId
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.run import Run
from dagster_project.pipeline.run_step import run_step


def explain(
    ask: Ask, desk: Desk, now: datetime
) -> tuple[PlanOutput, ValidatedPlan, list[tuple[PlanStep, str, dict[str, object]]]]:
    """The same plan, validated, with the statement of each step; no source is asked."""
    run = Run.start(ask, desk, TraceId("explain"), now, None)
    routed = run.route()
    validated = run.check(routed)
    bound: list[tuple[PlanStep, str, dict[str, object]]] = []
    for step in validated.plan.steps if validated.plan else ():
        statement = run.bench.binder.bind_unfed(step)
        bound.append((step, statement.text, statement.params))
    return routed, validated, bound


def run_one_step(
    step: PlanStep, desk: Desk, now: datetime, as_of: datetime | None, language: Language
) -> StepResult:
    """One step outside of any ask, on the same bench."""
    ask = Ask(question=step.purpose, as_of=as_of, language=language)
    run = Run.start(ask, desk, TraceId("preview"), now, None)
    return run_step(step, "r1", run.bench, {}).result
