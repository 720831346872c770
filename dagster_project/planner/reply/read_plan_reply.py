"""A model's reply to a plan, or what is wrong with it."""

from __future__ import annotations

from typing import Any

from dagster_project.contracts.plan import PlanOutput
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.offered import Offered
from dagster_project.planner.reply.hold_to_question import hold_to_question
from dagster_project.planner.reply.outcome_of_reply import (
    by_rule_of_reply,
    open_slots_of,
    plan_of_reply,
)
from dagster_project.planner.reply.problems import Problems
from dagster_project.planner.reply.read_steps import read_steps
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.reply.shape_reply import shape_reply


def read_plan_reply(parsed: Any, offered: Offered, assets: PlannerAssets) -> PlanOutput:
    """The same meaning gives the built-in planner's plan; see hold_to_question for the limits.

    Shape: `planned_by` is model and `elapsed_ms` 0, for the caller to set.
    Raises: OutOfContract, with what is wrong as the model could be told.
    """
    problems = Problems()
    reply = shape_reply(parsed, problems)
    reading = Reading.of(offered, assets, problems)
    if reply.kind != "plan":
        return by_rule_of_reply(reply, reading)
    reads = read_steps(reply.steps, reading)
    slots = open_slots_of(reply, reads, reading)
    if not reads and not slots:
        problems.say("kind is plan, so steps or missing must say what to do")
    if not slots:
        hold_to_question(reads, reading)
    problems.raise_any()
    return plan_of_reply(reply, reads, slots, reading)
