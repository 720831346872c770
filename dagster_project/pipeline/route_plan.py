"""Question → PlanOutput: a direct answer, a reject, or a plan of steps."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.stage import StageInput, StageOutput
from dagster_project.contracts.value import Language
from dagster_project.llm.port import Speaker
from dagster_project.pipeline.record import StageRecord
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.decide import ANYBODY, Caller, decide


def route_plan(
    stage_input: StageInput,
    planner: PlannerAssets,
    question: str,
    as_of: datetime,
    language: Language | None,
    speaker: Speaker | str = "no model is set",
    caller: Caller = ANYBODY,
) -> StageOutput:
    """Decide what is done about the question. Touches no source.

    `speaker`: how to ask a language model, or why none is asked.
    """
    record = StageRecord(stage_input)
    decided = decide(question, planner, as_of, language, speaker, caller)
    output = decided.output
    record.calls += decided.calls
    record.fallbacks += decided.fallbacks
    record.counts["candidates"] = len(output.candidates)
    if output.plan is not None:
        record.counts["steps"] = len(output.plan.steps)
        record.counts["open_slots"] = len(output.plan.open_slots)
        for slot in output.plan.open_slots:
            if slot.reason in ("no_such_entity", "no_such_value"):
                record.empty_flags[slot.mention] = "no_such_entity"
    return record.done(output)
