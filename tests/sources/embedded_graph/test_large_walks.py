"""Walks over graphs where listing every way would never end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from graph_cases.case_graph import CaseGraph, catalog, collection
from graph_cases.engines import GraphEngine, shown
from graph_cases.reference import Reference

from dagster_project.contracts.graph_plan import GraphPlan
from sources.embedded.graph.load import GraphNode, GraphRelation
from tests.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")
WIDE, LONG = 12, 16
"""A ladder of complete steps and back again: 12 to the 16th ways through it."""


def _ladder() -> CaseGraph:
    places = [(step, place) for step in range(LONG) for place in range(WIDE)]
    ids = {where: number for number, where in enumerate(places)}
    names = {where: f"{where[0]:02d}-{where[1]:02d}" for where in places}
    nodes = (GraphNode(ids[w], ("Step",), names[w], {"name": names[w]}) for w in places)
    edges = [
        GraphRelation(ids[step, a], ids[step + 1, b], kind)
        for step in range(LONG - 1)
        for a in range(WIDE)
        for b in range(WIDE)
        for kind in ("up",)
    ]
    edges += [GraphRelation(ids[LONG - 1, a], ids[0, a], "up") for a in range(WIDE)]
    spec = catalog([collection("Step", "name", {"name": "text"})], ("up",))
    return CaseGraph(tuple(nodes), tuple(edges), spec)


def _plan(operation: str, **more: object) -> GraphPlan:
    start = {"label": "Step", "keys": ["00-00"]}
    return GraphPlan.model_validate({"operation": operation, "start": start, **more})


REACH = _plan("reach")
BOTH = _plan("neighbours", max_depth=9)
PATH = _plan("path", found={"keys": ["15-11"]}, max_depth=20)


@pytest.fixture(scope="module")
def ladder() -> CaseGraph:
    return _ladder()


@pytest.mark.parametrize("plan", [REACH, BOTH], ids=["reach", "both"])
def test_walks_meet_each_node_once(
    ladder: CaseGraph,
    in_postgres: Callable[..., GraphEngine],
    in_neo4j: Callable[..., GraphEngine],
    plan: GraphPlan,
) -> None:
    """On a graph of countless ways, with a cycle, a walk ends soon and gives least distances."""
    expected = shown(Reference(ladder).rows(plan))
    for engine in (in_postgres(ladder, "ladder"), in_neo4j(ladder)):
        started = time.perf_counter()
        assert shown(engine.records(plan)) == expected
        assert time.perf_counter() - started < 20


def test_the_first_of_countless_paths(
    ladder: CaseGraph, in_postgres: Callable[..., GraphEngine]
) -> None:
    """Of all shortest ways the embedded graph gives the first by their keys, without the rest."""
    records = in_postgres(ladder, "ladder").records(PATH)
    ways = [[r["key"] for r in records if r["path"] == place] for place in (1, 2, 3)]
    ends = [["13-00", "14-00"], ["13-00", "14-01"], ["13-00", "14-02"]]
    assert [way[-3:-1] for way in ways] == ends
    assert all(way[:13] == [f"{step:02d}-00" for step in range(13)] for way in ways)


def test_how_neo4j_walks(
    ladder: CaseGraph, in_neo4j: Callable[..., GraphEngine], neo4j_server: Neo4jServer
) -> None:
    """Neo4j's planner prunes a walk breadth first, and finds its start by the key's index."""
    engine = in_neo4j(ladder)
    for plan in (REACH, BOTH):
        compiled = engine.compile(plan)
        with neo4j_server.driver() as driver, driver.session() as session:
            told = session.run("EXPLAIN " + compiled.text, compiled.params).consume().plan  # pyright: ignore[reportArgumentType]
        operators = _operators(told)
        walks = [one for one in operators if one.startswith("VarLengthExpand")]
        assert walks == ["VarLengthExpand(Pruning,BFS,All)"]
        assert "NodeIndexSeek" in operators


def _operators(plan: object) -> list[str]:
    assert isinstance(plan, dict)
    below = [name for child in plan.get("children", []) for name in _operators(child)]
    return [plan["operatorType"].split("@")[0], *below]
