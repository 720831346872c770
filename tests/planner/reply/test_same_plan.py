"""The same meaning gives the same plan, whether a model says it or the built-in planner."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from lab import planning as lab
from lab.rows import AS_OF as LAB_AS_OF
from model_server.as_reply import as_reply
from planner import test_graph_scope as harbour
from planner.reply.demo_planner import AS_OF, Golden, built_in, demo_planner, golden_questions
from planner.reply.offered_of import offered_of
from planner.reply.outside import outside
from plant.questions_en import EN
from plant.questions_ko import KO

from dagster_project.contracts.plan import Plan
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.plan_question import plan_question
from dagster_project.planner.reply.read_plan_reply import read_plan_reply
from dagster_project.regression.fingerprint import plan_digest

TESTS = Path(__file__).parents[1]
NOT_SAYABLE = {
    "the drying oven's repairs",  # the built-in planner searches for a genitive, which is no word
}
SAID_BETTER = {"not_used"}
"""Words that the reading of a reply knows to be taken into account, or not, and the other does not:
"without" of machines without faults. It is no part of what is looked up."""


def planned(
    questions: Iterable[str], assets: PlannerAssets, as_of: datetime
) -> Iterator[tuple[str, Plan]]:
    for question in dict.fromkeys(questions):
        output = plan_question(question, assets, as_of)
        if output.plan is not None and not output.plan.open_slots:
            yield question, output.plan


def reread(question: str, assets: PlannerAssets, as_of: datetime) -> Plan:
    """The built-in plan said by a model, over the wire, and read."""
    output = plan_question(question, assets, as_of)
    offered = offered_of(question, assets, as_of)
    reply = json.loads(json.dumps(as_reply(output, offered, assets)))
    read = read_plan_reply(reply, offered, assets)
    assert read.planned_by == "model"
    assert read.plan is not None
    assert outside(read.plan, offered, assets) == []
    return read.plan


def differing(question: str, plan: Plan, assets: PlannerAssets, as_of: datetime) -> set[str]:
    read = reread(question, assets, as_of)
    return {f for f in Plan.model_fields if getattr(read, f) != getattr(plan, f)} - SAID_BETTER


def texts_in(*files: Path) -> Iterator[str]:
    """What the tests of the built-in planner ask, and other texts that it makes plans of."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and 6 < len(text) < 160 and "\n" not in text:
                yield text


GOLDEN = [g for g in golden_questions() if (plan := built_in(g.question, g.as_of).plan)
          and not plan.open_slots]  # fmt: skip


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.id)
def test_every_golden_question(golden: Golden) -> None:
    """No part of a golden plan is lost or changed on its way through a reply."""
    plan = built_in(golden.question, golden.as_of).plan
    assert plan is not None
    read = reread(golden.question, demo_planner(), golden.as_of)
    assert read.steps == plan.steps
    assert plan_digest(read) == plan_digest(plan)
    assert differing(golden.question, plan, demo_planner(), golden.as_of) == set()


def test_there_are_golden_plans() -> None:
    """The suites hold enough of them, in both languages."""
    assert len(GOLDEN) >= 150
    assert sum(any("가" <= c <= "힣" for c in g.question) for g in GOLDEN) >= 50


def test_the_plants_own_questions() -> None:
    """The same for the questions of the demo plant."""
    texts = [q.text for q in (*EN, *KO)]
    found = list(planned(texts, demo_planner(), AS_OF))
    assert len(found) >= 40
    for question, plan in found:
        assert differing(question, plan, demo_planner(), AS_OF) == set(), question


def test_another_site() -> None:
    """The same for whatever the laboratory's planner makes a plan of, however odd the text."""
    files = [f for f in TESTS.glob("test_*.py") if f.name != "test_graph_scope.py"]
    found = list(planned(texts_in(*files), lab.planner(), LAB_AS_OF))
    assert len(found) >= 150
    for question, plan in found:
        if question not in NOT_SAYABLE:
            assert differing(question, plan, lab.planner(), LAB_AS_OF) == set(), question


def test_a_site_of_relations() -> None:
    """The same for walks along relations and what is asked of the things found."""
    file = Path(harbour.__file__)
    found = list(planned(texts_in(file), harbour.planner(), harbour.AS_OF))
    assert len(found) >= 80
    for question, plan in found:
        assert differing(question, plan, harbour.planner(), harbour.AS_OF) == set(), question
