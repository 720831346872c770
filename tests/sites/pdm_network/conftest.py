"""The site twice: with its graph in a real Neo4j, and in the embedded engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from chillers.api import TOKEN, serving
from graph_cases.engines import fill_neo4j

from dagster_project.canvas import Canvas
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from sites.pdm_network.loader import (
    GRAPH_SCHEMA,
    load_documents,
    load_tables,
    placed_network,
    write_site,
)
from sites.pdm_network.placement import CHILLERS, NEEDED
from sources.embedded.graph.load import grant_graph, load_graph
from tests.neo4j_server import Neo4jServer, empty_neo4j, neo4j_server

__all__ = ["empty_neo4j", "neo4j_server"]


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    for folder in NEEDED:
        if not folder.is_dir():
            pytest.skip(f"{folder} is not there")
    with serving(CHILLERS) as url:
        yield url


@pytest.fixture(scope="module")
def data(make_settings: Callable[..., Settings], api_url: str) -> Iterator[None]:
    """Tables and documents in a database of their own, named to the sources by the environment."""
    settings = make_settings()
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load_tables(database.owner_url)
        load_documents(database.owner_url)
        for schema in ("pdm", "docs_runbooks"):
            database.grant_read(schema)
        patch.setenv("CANVAS_PDM_NETWORK_URL", database.reader_url)
        patch.setenv("CANVAS_PDM_NETWORK_KEY", TOKEN)
        yield


@pytest.fixture(scope="module")
def with_neo4j(
    data: None,
    api_url: str,
    empty_neo4j: Neo4jServer,
    make_settings: Callable[..., Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Canvas]:
    fill_neo4j(placed_network(), empty_neo4j.run)
    home = write_site(tmp_path_factory.mktemp("neo4j"), api_url, embedded=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANVAS_PDM_NETWORK_GRAPH_URL", _url(empty_neo4j))
        with Canvas.open(make_settings(home=home)) as canvas:
            yield canvas


@pytest.fixture(scope="module")
def with_embedded(
    data: None,
    api_url: str,
    make_settings: Callable[..., Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Canvas]:
    home: Path = write_site(tmp_path_factory.mktemp("embedded"), api_url, embedded=True)
    settings = make_settings(home=home)
    graph = placed_network()
    with Canvas.open(settings) as canvas:
        reader = urlsplit(canvas.database.reader_url).username or ""
        with psycopg.connect(canvas.database.owner_url, autocommit=True) as connection:
            for table in load_graph(connection, GRAPH_SCHEMA, graph.nodes, graph.edges):
                connection.execute(f"analyze {table}".encode())
            grant_graph(connection, GRAPH_SCHEMA, reader)
        yield canvas


@pytest.fixture(scope="module", params=["neo4j", "embedded"])
def site(request: pytest.FixtureRequest) -> Canvas:
    """Every question is asked of both."""
    return request.getfixturevalue(f"with_{request.param}")


def _url(server: Neo4jServer) -> str:
    parts = urlsplit(server.uri)
    place = f"{server.user}:{server.password}@{server.host}:{server.port}"
    return urlunsplit((parts.scheme, place, f"/{server.database}", "", ""))
