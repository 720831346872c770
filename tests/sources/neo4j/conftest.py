"""The session's Neo4j for this folder."""

from tests.neo4j_server import empty_neo4j, neo4j_server

__all__ = ["empty_neo4j", "neo4j_server"]
