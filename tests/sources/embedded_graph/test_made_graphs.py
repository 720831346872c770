"""Graphs and plans that nobody wrote: what an engine answers is what the plan means."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from graph_cases.case_graph import CaseGraph
from graph_cases.engines import GraphEngine, fill_neo4j, shown
from graph_cases.made import graphs, plans
from graph_cases.reference import Reference
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dagster_project.contracts.graph_plan import GraphPlan
from sources.embedded.graph.load import load_graph
from tests.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")
WALKS = ("neighbours", "reach")
some_plans = st.lists(plans(), min_size=4, max_size=8)
quick = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink is to load hundreds of graphs
patient = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def _agrees(graph: CaseGraph, engine: GraphEngine, plan: GraphPlan) -> None:
    reference = Reference(graph)
    expected, found = reference.rows(plan), engine.records(plan)
    assert shown(found) == shown(expected)
    if plan.operation in WALKS:
        nodes = [record["node_id"] for record in found]
        assert list(engine.edges(plan, nodes).rows) == sorted(reference.edges(plan, expected))


@pytest.fixture(scope="module")
def made_in_postgres(
    in_postgres: Callable[..., GraphEngine], graph_url: tuple[str, str]
) -> Callable[[CaseGraph], GraphEngine]:
    engines: list[GraphEngine] = []

    def load(graph: CaseGraph) -> GraphEngine:
        if not engines:
            engines.append(in_postgres(graph, "made"))
        owner, reader = graph_url
        role = psycopg.conninfo.conninfo_to_dict(reader)["user"]
        with psycopg.connect(owner) as connection:
            load_graph(connection, "made", graph.nodes, graph.edges)
            connection.execute(f"grant usage on schema made to {role}".encode())
            connection.execute(f"grant select on all tables in schema made to {role}".encode())
        return engines[0]

    return load


@settings(max_examples=100, deadline=None, phases=quick, suppress_health_check=patient)
@given(graph=graphs(), some=some_plans)
def test_the_embedded_graph(
    made_in_postgres: Callable[..., GraphEngine], graph: CaseGraph, some: list[GraphPlan]
) -> None:
    """The embedded graph answers every plan over every graph as plain Python does."""
    engine = made_in_postgres(graph)
    for plan in some:
        _agrees(graph, engine, plan)


@settings(max_examples=10, deadline=None, phases=quick, suppress_health_check=patient)
@given(graph=graphs(), some=some_plans)
def test_neo4j(
    neo4j_of: Callable[..., GraphEngine],
    neo4j_server: Neo4jServer,
    graph: CaseGraph,
    some: list[GraphPlan],
) -> None:
    """Neo4j does so too."""
    neo4j_server.run("MATCH (n) DETACH DELETE n")
    fill_neo4j(graph, neo4j_server.run)
    engine = neo4j_of(graph.catalog)
    for plan in some:
        _agrees(graph, engine, plan)
