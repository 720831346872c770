"""The shape of a result: by its plan, else by its columns."""

from __future__ import annotations

import pytest

from dagster_project.contracts.graph_plan import GraphMeasure, GraphPlan, Nodes
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.shapes import shape_of
from pipeline.graph_results import IMPACT, columns, search, walk, ways

VERIFIED = PlanStep(id="s1", query="q", purpose="look")
PLAIN = columns(("key", "text"), ("label", "text"), ("name", "text"))


@pytest.mark.parametrize(
    ("result", "shape"),
    [
        (walk(), "graph"),
        (walk(edges=(), focus=()), "graph"),
        (walk(rows=IMPACT[:1]), "graph"),
        (walk(columns=PLAIN, rows=(("a", "b", "c"),)), "graph"),
        (walk(columns=PLAIN, rows=(("a", "b", "c"),), edges=(), focus=()), "record"),
        (walk(columns=PLAIN, rows=(("a", "b", "c"),) * 2, edges=(), focus=()), "rows"),
        (ways(), "path"),
        (search(), "passages"),
        (search(rows=()), "empty"),
    ],
)
def test_the_shape_of_a_verified_querys_rows(result: StepResult, shape: str) -> None:
    """Its columns tell, and that relations or a start came with them."""
    assert shape_of(VERIFIED, result) == shape


@pytest.mark.parametrize(
    ("operation", "shape"),
    [("neighbours", "graph"), ("reach", "graph"), ("path", "path"), ("find", "rows")],
)
def test_the_shape_of_an_open_walk(operation: str, shape: str) -> None:
    """The plan tells, whatever the columns are called."""
    plan = GraphPlan.model_validate(
        {"operation": operation, "start": {"keys": ["a"]}, "found": {"keys": ["b"]}}
    )
    step = VERIFIED.model_copy(update={"graph_plan": plan})
    assert shape_of(step, walk(edges=(), focus=())) == shape


def test_a_counted_walk_is_grouped() -> None:
    """Nodes by collection are bars, not a graph."""
    measures = (GraphMeasure(name="count", aggregate="count"),)
    plan = GraphPlan(operation="aggregate", start=Nodes(), group_by=("label",), measures=measures)
    step = VERIFIED.model_copy(update={"graph_plan": plan})
    counted = columns(("label", "text"), ("count", "integer"))
    rows = (("server", 3), ("app", 1))
    assert shape_of(step, walk(columns=counted, rows=rows, edges=(), focus=())) == "grouped"
