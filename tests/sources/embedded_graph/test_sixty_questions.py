"""Sixty graph questions: both engines give what the plan means, row by row, in its order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graph_cases.case_graph import CaseGraph
from graph_cases.engines import GraphEngine, column_types, shown
from graph_cases.questions import NETWORK, PLANT
from graph_cases.reference import Reference

from dagster_project.contracts.graph_plan import GraphPlan

pytestmark = pytest.mark.xdist_group("neo4j")
WALKS = ("neighbours", "reach")


class Bench:
    """One graph in both engines, and the answers that its plans have."""

    def __init__(self, graph: CaseGraph, embedded: GraphEngine, neo4j: GraphEngine) -> None:
        self.reference = Reference(graph)
        self.engines = {"embedded": embedded, "neo4j": neo4j}

    def agrees(self, plan: GraphPlan) -> None:
        expected = shown(self.reference.rows(plan))
        for name, engine in self.engines.items():
            rows = engine.rows(plan)
            names = [column.name for column in rows.columns]
            records = shown([dict(zip(names, row, strict=True)) for row in rows.rows])
            declared = engine.compile(plan).columns
            assert records == expected, name
            assert [n for n in names if n != "node_id"] == [c.name for c in declared], name
            told = {c.name: c.type for c in declared}
            types = column_types(rows.columns, records)
            assert types == {n: told[n] for n in types}, name


@pytest.fixture(scope="module")
def plant_bench(
    plant_graph: CaseGraph,
    in_postgres: Callable[..., GraphEngine],
    in_neo4j: Callable[..., GraphEngine],
) -> Bench:
    return Bench(plant_graph, in_postgres(plant_graph, "plant_graph"), in_neo4j(plant_graph))


@pytest.mark.parametrize("question", PLANT)
def test_the_plant(plant_bench: Bench, question: str) -> None:
    """A question on the demo plant has one answer, whichever engine holds the graph."""
    plant_bench.agrees(PLANT[question])


@pytest.mark.parametrize("question", [q for q, p in PLANT.items() if p.operation in WALKS])
def test_the_plants_pictures(plant_bench: Bench, question: str) -> None:
    """The relations of a picture are those among the start and the nodes that are rows."""
    plan = PLANT[question]
    expected = plant_bench.reference.edges(plan, plant_bench.reference.rows(plan))
    for name, engine in plant_bench.engines.items():
        nodes = [record["node_id"] for record in engine.records(plan)]
        found = engine.edges(plan, nodes)
        assert [column.name for column in found.columns] == ["source", "type", "target"], name
        assert list(found.rows) == sorted(expected), name


@pytest.mark.parametrize("question", [q for q, p in PLANT.items() if p.limit is None])
def test_counting(plant_bench: Bench, question: str) -> None:
    """A plan's second statement counts as many rows as the first one gives."""
    for name, engine in plant_bench.engines.items():
        plan = PLANT[question]
        if engine.compile(plan).count_text:
            assert engine.count(plan) == len(engine.rows(plan).rows), name


@pytest.fixture(scope="module")
def network_bench(
    plant_bench: Bench,
    network_graph: CaseGraph,
    in_postgres: Callable[..., GraphEngine],
    in_neo4j: Callable[..., GraphEngine],
) -> Bench:
    """After the plant's: there is one Neo4j."""
    return Bench(network_graph, in_postgres(network_graph, "network"), in_neo4j(network_graph))


@pytest.mark.parametrize("question", NETWORK)
def test_the_network(network_bench: Bench, question: str) -> None:
    """A question on the data-centre network has one answer, whichever engine holds the graph."""
    network_bench.agrees(NETWORK[question])
