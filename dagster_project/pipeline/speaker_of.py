"""How a stage of an ask may speak with a language model, or why it may not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dagster_project.contracts.model_call import ModelPurpose
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import TraceId
from dagster_project.llm.port import Speaker, Spender
from dagster_project.pipeline.desk import Desk

NO_MODEL = "no model is set"
_SECONDS_FOR_THE_REST = 1.0
"""Of an ask's time, what a model may not take from the stages after it."""


def speaker_of(
    stage: ModelPurpose,
    desk: Desk,
    ask: Ask,
    trace_id: TraceId,
    left_seconds: float,
    spent_usd: float,
) -> Speaker | str:
    """The stage's prompt, its share of the ask's time and what is left of the ask's money."""
    policy = desk.planner.policy
    if stage == "compose" and not policy.models.phrase:
        return "models.phrase is off"
    models = desk.models(ask.model_mode)
    if models is None:
        return NO_MODEL
    if why := models.ready():
        return why
    prompt = desk.prompts.get(stage)
    if prompt is None:
        return f"no prompt asset is for the stage {stage}"
    wanted = policy.models.plan_seconds
    if stage == "compose":
        wanted = policy.models.phrase_seconds
    seconds = min(wanted, left_seconds - _SECONDS_FOR_THE_REST)
    if seconds <= 0:
        return "no time is left for it"
    spender = Spender(
        tenant=ask.tenant,
        user=ask.user,
        trace_id=trace_id,
        day=datetime.now(ZoneInfo(policy.calendar.time_zone)).date(),
        ask_usd=max(0.0, policy.limits.max_cost_usd - spent_usd),
    )
    return Speaker(models, prompt.spec, prompt.ref, spender, seconds)
