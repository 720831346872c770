"""P2: route and plan in one decision: rules, then a model, and always the built-in planner."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.plan import Candidate, PlanOutput
from dagster_project.contracts.value import Language
from dagster_project.llm.port import Speaker
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.plan_question import Reading, plan_reading, read_question
from dagster_project.planner.reply.read_plan_reply import read_plan_reply

_BUILT_IN = "built-in planner"


@dataclass(frozen=True, slots=True)
class Caller:
    """What the caller may use and see, as far as planning must know."""

    allowed: Callable[[str], bool] = lambda _: True
    """Of a query's name."""
    masked: frozenset[str] = field(default_factory=frozenset)


ANYBODY = Caller()


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, the calls it took, and what stood in for what."""

    output: PlanOutput
    calls: tuple[ModelCall, ...] = ()
    fallbacks: tuple[str, ...] = ()


def decide(
    question: str,
    assets: PlannerAssets,
    as_of: datetime,
    language: Language | None,
    speaker: Speaker | str,
    caller: Caller,
) -> Decided:
    """Rules and the value gate decide alone. Otherwise a model is asked, and where none answers
    within the contract the built-in planner's plan, which is there by then, stands in.

    `speaker`: how to ask a model, or why none is asked. Never raises for what a model does.
    """
    started = time.perf_counter()
    reading = read_question(question, assets, as_of, language)
    built_in = plan_reading(reading, assets)
    if reading.settled is not None:
        return Decided(built_in)
    why = speaker if isinstance(speaker, str) else _without_model(built_in, assets, caller)
    if why or isinstance(speaker, str):
        return Decided(built_in, fallbacks=(f"planner: built-in ({why})",))
    return _by_model(reading, built_in, assets, speaker, caller, started)


def _by_model(
    reading: Reading,
    built_in: PlanOutput,
    assets: PlannerAssets,
    speaker: Speaker,
    caller: Caller,
    started: float,
) -> Decided:
    assert reading.linked is not None
    try:
        request, offered = plan_request(
            reading.linked,
            reading.text,
            assets,
            reading.as_of,
            reading.language,
            speaker.prompt,
            speaker.prompt_ref,
            caller.allowed,
            caller.masked,
        )
    except Exception as error:  # of a template: any type, from what it calls
        why = f"prompt {speaker.prompt_ref} does not render: {type(error).__name__}: {error}"
        return Decided(built_in, fallbacks=(f"planner: built-in ({why})",))

    def read(parsed: Any) -> PlanOutput:
        return read_plan_reply(parsed, offered, assets)

    seconds = speaker.seconds - (time.perf_counter() - started)
    answer = speaker.models.ask(request, read, speaker.spender, seconds)
    if answer.value is None:
        return Decided(built_in, answer.calls, (f"planner: built-in ({answer.failure})",))
    candidates = (*answer.value.candidates, _passed_over(built_in, answer.value))
    elapsed_ms = round((time.perf_counter() - started) * 1000, 3)
    chosen = answer.value.model_copy(
        update={"candidates": candidates, "planned_by": "model", "elapsed_ms": elapsed_ms}
    )
    return Decided(chosen, answer.calls)


def _without_model(built_in: PlanOutput, assets: PlannerAssets, caller: Caller) -> str:
    """Why no model is asked about this question; empty when one is."""
    if not _permitted(built_in, caller):
        return "what fits is not permitted to the caller, and a denial is told as one"
    if assets.policy.models.use == "unsure" and _is_sure(built_in):
        return "it is sure, and models.use is unsure"
    return ""


def _permitted(output: PlanOutput, caller: Caller) -> bool:
    steps = output.plan.steps if output.plan is not None else ()
    return all(step.optional or caller.allowed(step.query) for step in steps)


def _is_sure(output: PlanOutput) -> bool:
    """Every word of the question is in the plan, and nothing is asked back."""
    plan = output.plan
    return plan is not None and not plan.not_used and not plan.open_slots


def _passed_over(built_in: PlanOutput, chosen: PlanOutput) -> Candidate:
    """B4: what the built-in planner would have done."""
    same = (
        built_in.plan is not None
        and chosen.plan is not None
        and built_in.plan.steps == chosen.plan.steps
    )
    won = [c.score for c in built_in.candidates if c.chosen]
    return Candidate(
        query=_BUILT_IN,
        score=max(won, default=0.0),
        reason="makes the same plan" if same else f"would have: {built_in.routing_reasoning}",
    )
