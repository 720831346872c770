"""What an ask would do, and one step by itself: the same road, without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.plan import PlanOutput, PlanStep
from dagster_project.contracts.stage import StepResult, ValidatedPlan
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import Language, TraceId
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.run import Run
from dagster_project.pipeline.run_step import run_step


@dataclass(frozen=True, slots=True)
class Explained:
    """What an ask would do, and the first two stages that say so."""

    routed: PlanOutput
    validated: ValidatedPlan
    bound: tuple[tuple[PlanStep, str, dict[str, object]], ...]
    """Each step with its statement and parameters."""
    model_calls: tuple[ModelCall, ...]
    """Made and paid for: planning may ask a language model."""
    fallbacks: tuple[str, ...]


def explain(ask: Ask, desk: Desk, now: datetime) -> Explained:
    """The same plan, validated, with the statement of each step; no source is asked."""
    run = Run.start(ask, desk, TraceId("explain"), now, None)
    routed = run.route()
    validated = run.check(routed)
    bound: list[tuple[PlanStep, str, dict[str, object]]] = []
    for step in validated.plan.steps if validated.plan else ():
        statement = run.bench.binder.bind_unfed(step)
        bound.append((step, statement.text, statement.params))
    fallbacks = tuple(line for output in run.outputs for line in output.fallbacks)
    return Explained(routed, validated, tuple(bound), tuple(run.model_calls), fallbacks)


def run_one_step(
    step: PlanStep, desk: Desk, now: datetime, as_of: datetime | None, language: Language
) -> StepResult:
    """One step outside of any ask, on the same bench."""
    ask = Ask(question=step.purpose, as_of=as_of, language=language)
    run = Run.start(ask, desk, TraceId("preview"), now, None)
    return run_step(step, "r1", run.bench, {}).result
