"""Ways to go on from a graph: patches that fit the plan, where they lead somewhere."""

from __future__ import annotations

import shlex

import pytest

from dagster_project.canvas.patched_plan import patched_plan
from dagster_project.contracts.answer import Action, ScreenBlock
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.json_patch import read_patch
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.next_actions import next_actions
from pipeline.graph_results import compose_of, plan_of, search, walk, walk_plan, ways


def actions(result: StepResult, walked: GraphPlan | None = None, **more: object) -> list[Action]:
    plan = plan_of(result, walked=walked)
    made = compose_of(result, walked=walked, **more)  # pyright: ignore[reportArgumentType]
    laid = tuple(ScreenBlock(block=block) for block in made.blocks)
    return list(next_actions("what hangs on GT-01", plan, laid, "T1", "en"))


def patched(result: StepResult, walked: GraphPlan, label: str) -> Plan:
    """The plan after the action of that label, its command read as a shell would."""
    (action,) = [a for a in actions(result, walked) if label in a.label]
    words = shlex.split(action.command or "")
    assert words[:6] == ["canvas", "rerun", "T1", "--patch", "-", "<<<"]
    return patched_plan(plan_of(result, walked=walked), read_patch(words[6], "--patch -"))


def walked_in(plan: Plan) -> GraphPlan:
    step: PlanStep = plan.steps[0]
    assert step.graph_plan is not None
    return step.graph_plan


def test_a_hop_further() -> None:
    """The same walk, one hop longer."""
    plan = patched(walk(), walk_plan(), "One hop further (3 hops)")
    assert walked_in(plan) == walk_plan(max_depth=3)


def test_the_other_way_round() -> None:
    """The same walk along the relations; the step says so."""
    plan = patched(walk(), walk_plan(), "other way")
    assert walked_in(plan) == walk_plan(direction="out")
    assert plan.steps[0].purpose == "GT-01 impact (The other way round)"


def test_the_way_to_the_furthest() -> None:
    """A path from the start to it along the same relations, on the same query."""
    plan = patched(walk(), walk_plan(relations=("depends_on",)), "How it leads to SRV-03")
    found = walked_in(plan)
    assert (found.operation, found.start.keys, found.found.keys) == (
        "path",
        ("GT-01",),
        ("SRV-03",),
    )
    assert (found.relations, found.direction, found.max_depth) == (("depends_on",), "in", 2)
    assert (plan.intent, plan.steps[0].query) == ("path", "impact")


@pytest.mark.parametrize(
    ("result", "walked", "absent"),
    [
        (walk(), walk_plan(max_depth=5), "further"),
        (walk(), walk_plan(direction="both"), "other way"),
        (walk(rows=(("APP-01", "app", "ERP", 1),)), walk_plan(max_depth=1), "How it leads"),
        (walk(), None, "further"),
        (walk(), None, "other way"),
        (ways(), walk_plan(operation="path", found={"keys": ("APP-01",)}), "further"),
    ],
)
def test_nothing_is_offered_that_leads_nowhere(
    result: StepResult, walked: GraphPlan | None, absent: str
) -> None:
    """A walk that ended before its depth, both ways already, a neighbour, a verified query."""
    assert [a.label for a in actions(result, walked) if absent in a.label] == []


def test_numbers_stay_numbers() -> None:
    """Where the source's keys are numbers, the end of the path is one."""
    rows = ((7, "app", "a", 1), (8, "app", "b", 2))
    start = {"label": "turbine", "keys": (5,)}
    numbered = walk(rows=rows, focus=("5",), edges=())
    plan = patched(numbered, walk_plan(start=start), "How it leads")
    assert walked_in(plan).found.keys == (8,)


def test_passages_that_were_cut() -> None:
    """All that were found can be had; where all are shown, nothing is offered."""
    from pipeline.test_graph_blocks import mapping

    cut = mapping("manuals", [{"type": "doc_link"}], max_rows=1)
    (more,) = [a for a in actions(search(), mapping=cut) if a.kind == "next_page"]
    assert more.command == "canvas trace rows T1 --step s1 --json"
    assert [a for a in actions(search()) if a.kind == "next_page"] == []


@pytest.mark.parametrize("result", [walk(), ways(), search()])
def test_the_rows_can_be_taken_away(result: StepResult) -> None:
    """Under a graph, a path or passages there are rows as under a table."""
    (export,) = [a for a in actions(result) if a.kind == "export"]
    assert export.command == "canvas trace rows T1 --csv"
