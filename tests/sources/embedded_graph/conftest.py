"""Both engines with the same graphs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from graph_cases.case_graph import CaseGraph
from graph_cases.engines import GraphEngine, embedded_engine, fill_neo4j
from graph_cases.network import FOLDER, network
from graph_cases.plant import plant

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.store.embedded import EmbeddedPostgres
from sources.neo4j.source import Neo4jSource
from sources.neo4j.target import Target
from tests.neo4j_server import Neo4jServer, empty_neo4j, neo4j_server

__all__ = ["empty_neo4j", "neo4j_server"]


@pytest.fixture(scope="module")
def graph_url(server: EmbeddedPostgres) -> Iterator[tuple[str, str]]:
    """A database of this module's own: its owner's URL and a reader's role and URL in one."""
    name = f"graph_{secrets.token_hex(6)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        connection.execute(f"create role {name}_reader login password 'p'".encode())
    owner = server.url(name)
    yield owner, psycopg.conninfo.make_conninfo(owner, user=f"{name}_reader", password="p")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())
        connection.execute(f"drop role {name}_reader".encode())


@pytest.fixture(scope="module")
def in_postgres(
    graph_url: tuple[str, str],
) -> Iterator[Callable[[CaseGraph, str], GraphEngine]]:
    """Loads a graph into a schema and opens it as its reader."""
    owner_url, reader_url = graph_url
    reader = str(psycopg.conninfo.conninfo_to_dict(reader_url)["user"])
    opened: list[GraphEngine] = []
    with psycopg.connect(owner_url, autocommit=True) as owner:

        def load(graph: CaseGraph, schema: str) -> GraphEngine:
            opened.append(embedded_engine(owner, reader_url, reader, graph, schema))
            return opened[-1]

        yield load
        for engine in opened:
            engine.source.close()


@pytest.fixture(scope="module")
def neo4j_of(empty_neo4j: Neo4jServer) -> Iterator[Callable[[SchemaCatalogSpec], GraphEngine]]:
    """Neo4j with whatever it holds, under a catalog."""
    server = empty_neo4j
    target = Target(
        host=server.host,
        port=server.port,
        scheme="bolt",
        database=server.database,
        user=server.user,
        password=server.password,
        ca_file=None,
    )
    source = Neo4jSource("graph", target, allowed_labels=["*"])
    yield lambda catalog: GraphEngine(source, "cypher", catalog)
    source.close()


@pytest.fixture(scope="module")
def in_neo4j(
    empty_neo4j: Neo4jServer, neo4j_of: Callable[[SchemaCatalogSpec], GraphEngine]
) -> Callable[[CaseGraph], GraphEngine]:
    """Replaces what Neo4j holds by a graph."""

    def load(graph: CaseGraph) -> GraphEngine:
        empty_neo4j.wipe()
        fill_neo4j(graph, empty_neo4j.run)
        return neo4j_of(graph.catalog)

    return load


@pytest.fixture(scope="session")
def plant_graph() -> CaseGraph:
    return plant()


@pytest.fixture(scope="session")
def network_graph() -> CaseGraph:
    if not FOLDER.is_dir():
        pytest.skip(f"the public data set is not at {FOLDER}")
    return network("small")
