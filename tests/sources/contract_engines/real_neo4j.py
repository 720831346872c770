"""A real Neo4j; its probes are beside its own tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from contract_engines.engine import NOBODY, SECRET, Engine, Ready
from sources.neo4j.source import Neo4jSource
from sources.neo4j.target import Target
from tests.neo4j_server import Neo4jServer
from tests.sources.neo4j import contract_probes


@contextmanager
def _open_neo4j(request: pytest.FixtureRequest) -> Iterator[Ready]:
    server: Neo4jServer = request.getfixturevalue("empty_neo4j")
    server.run(contract_probes.SEED)
    server.run("MATCH (a:Machine), (b:Machine) WHERE b.id = a.id + 1 CREATE (a)-[:feeds]->(b)")
    target = Target(server.host, server.port, "bolt", server.database, server.user, server.password)
    source = Neo4jSource("graph", target, allowed_labels=["*"])
    narrow = Neo4jSource("graph", target, allowed_labels=["Machine"])
    yield Ready(source, narrow, source)
    narrow.close()


NEO4J = Engine(
    name="neo4j",
    open=_open_neo4j,
    open_dead=lambda: Neo4jSource(
        "dead",
        Target("127.0.0.1", NOBODY, "bolt", "neo4j", "reader", SECRET),
        allowed_labels=["*"],
        health_retries=0,
    ),
    probes=contract_probes.PROBES,
    gaps=contract_probes.GAPS,
    scanned=("Cell", "Machine", "feeds"),
    narrowly=("Machine", "feeds"),
)
