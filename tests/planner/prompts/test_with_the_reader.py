"""What a prompt offers is what the reader of replies takes: over the site's own questions."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from model_server.as_reply import as_reply
from planner.prompts.small import request
from planner.reply.demo_planner import AS_OF, demo_planner, golden_questions

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.value import AssetId
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.planner.plan_question import plan_question
from dagster_project.planner.reply.read_plan_reply import read_plan_reply
from dagster_project.registry.load import load_site


@cache
def shipped() -> PromptSpec:
    assets = load_site(Path(__file__).parents[3]).require_good().assets
    spec = assets[AssetId("prompt:route_plan")].spec
    assert isinstance(spec, PromptSpec)
    return spec


def test_each_worked_example_is_a_plan_for_its_question() -> None:
    """The line above an example's JSON is the question that it answers."""
    lines = shipped().system.splitlines()
    found = [(lines[n - 1], line) for n, line in enumerate(lines) if line.startswith("{")]
    assert len(found) >= 3
    for question, reply in found:
        _, offered = request(json.loads(question), demo_planner(), shipped(), as_of=AS_OF)
        plan = read_plan_reply(json.loads(reply), offered, demo_planner()).plan
        assert plan is not None, question
        assert plan.steps, question
        assert not plan.open_slots, question


def test_every_golden_question_can_be_answered_from_its_prompt() -> None:
    """The right plan, written as a reply, names only what the prompt of that question lists."""
    asked = 0
    for golden in golden_questions():
        output = plan_question(golden.question, demo_planner(), golden.as_of)
        if output.planned_by == "rules" or output.plan is None or output.plan.open_slots:
            continue
        made, offered = request(golden.question, demo_planner(), shipped(), as_of=golden.as_of)
        assert sum(estimate_tokens(m.content) for m in made.messages) <= shipped().max_tokens
        read = read_plan_reply(as_reply(output, offered, demo_planner()), offered, demo_planner())
        assert read.plan is not None, golden.question
        assert [s.query for s in read.plan.steps] == [s.query for s in output.plan.steps]
        catalog = made.parts["catalog"]
        for step in output.plan.steps:
            if step.table_plan is not None:
                assert f"table {step.table_plan.table} " in catalog
                for measure in step.table_plan.measures:
                    assert not measure.metric or f"metric {measure.metric} " in catalog
        asked += 1
    assert asked > 100
