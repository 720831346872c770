"""A real Neo4j fails: health names it, the catalog keeps what it knew, asks degrade."""

from __future__ import annotations

import pytest

from failing_sources.every_source import AskedAlone
from failing_sources.faults import GRAPH
from failing_sources.rules import Fault
from tests.neo4j_server import Neo4jServer


@pytest.fixture(params=GRAPH, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


@pytest.fixture(scope="module")
def graph_server(empty_neo4j: Neo4jServer) -> Neo4jServer:
    return empty_neo4j


class TestGraph(AskedAlone):
    question = "what does P-2 feed"
