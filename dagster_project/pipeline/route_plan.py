"""Question → PlanOutput: a direct answer, a reject, or a plan of steps."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.stage import StageInput, StageOutput
from dagster_project.contracts.value import Language
from dagster_project.pipeline.record import StageRecord
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.plan_question import plan_question


def route_plan(
    stage_input: StageInput,
    planner: PlannerAssets,
    question: str,
    as_of: datetime,
    language: Language | None,
) -> StageOutput:
    """Decide what is done about the question. Touches no source."""
    record = StageRecord(stage_input)
    output = plan_question(question, planner, as_of, language)
    record.counts["candidates"] = len(output.candidates)
    if output.plan is not None:
        record.counts["steps"] = len(output.plan.steps)
        record.counts["open_slots"] = len(output.plan.open_slots)
        for slot in output.plan.open_slots:
            if slot.reason in ("no_such_entity", "no_such_value"):
                record.empty_flags[slot.mention] = "no_such_entity"
    return record.done(output)
