"""The yard of a module, and a canvas over it for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dagster_project.canvas import Canvas
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings
from failing_sources.yard import Yard, open_yard
from tests.neo4j_server import Neo4jServer, empty_neo4j, neo4j_server

__all__ = ["empty_neo4j", "neo4j_server"]


@pytest.fixture(scope="module")
def graph_server() -> Neo4jServer | None:
    """None: the graph is the embedded one. A module about the graph gives the real one."""
    return None


@pytest.fixture(scope="module")
def yard(
    make_settings: Callable[..., Settings],
    server: EmbeddedPostgres,
    tmp_path_factory: pytest.TempPathFactory,
    graph_server: Neo4jServer | None,
) -> Iterator[Yard]:
    with open_yard(make_settings, server, tmp_path_factory.mktemp("yard"), graph_server) as yard:
        yield yard


@pytest.fixture
def canvas(yard: Yard) -> Iterator[Canvas]:
    """The composed product over the yard, new for each test: nothing is remembered."""
    with yard.canvas() as canvas:
        yield canvas
