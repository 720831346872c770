"""The server that the other tests of this folder stand on."""

from __future__ import annotations

import pytest

from tests.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")


def test_the_server_is_a_real_community_neo4j(neo4j_server: Neo4jServer) -> None:
    """Bolt answers, as Neo4j Community 5 and nothing that imitates it."""
    (row,) = neo4j_server.run("CALL dbms.components() YIELD versions, edition")
    assert row["edition"] == "community"
    assert row["versions"][0].startswith("5.")


def test_an_emptied_server_holds_nothing(empty_neo4j: Neo4jServer) -> None:
    """Wiping takes nodes, relationships, constraints and indexes away."""
    empty_neo4j.run("CREATE CONSTRAINT FOR (n:Wiped) REQUIRE n.id IS UNIQUE")
    empty_neo4j.run("CREATE INDEX FOR (n:Wiped) ON (n.name)")
    empty_neo4j.fill("CREATE (:Wiped {id: row.id})-[:NEAR]->(:Wiped)", [{"id": i} for i in (1, 2)])
    assert empty_neo4j.run("MATCH (n:Wiped) RETURN count(n) AS n") == [{"n": 4}]
    empty_neo4j.wipe()
    assert empty_neo4j.run("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]
    assert empty_neo4j.run("SHOW CONSTRAINTS") == []
    assert [row["type"] for row in empty_neo4j.run("SHOW INDEXES")] == ["LOOKUP", "LOOKUP"]
