"""The session's Neo4j for this folder, a small graph in it, and sources over it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from os import kill

import pytest

from sources.neo4j.source import Neo4jSource
from sources.neo4j.target import Target
from tests.neo4j_server import (
    Neo4jServer,
    NoServer,
    empty_neo4j,
    make_certificates,
    neo4j_server,
    start_server,
    stop_server,
)

__all__ = ["empty_neo4j", "neo4j_server"]

_GRAPH = """
    CREATE (r1:Rack {name: 'R1', zone: 1, seen: date('2026-01-02')}),
           (r2:Rack {name: 'R2', zone: 2, seen: date('2026-01-03')}),
           (s1:Server {name: 's1', cpu: 8, load: 0.5, up: true}),
           (s2:Server {name: 's2', cpu: 16}), (:Secret {name: 'hush'}),
           (r1)-[:HOSTS {since: date('2020-01-01')}]->(s1), (r1)-[:HOSTS]->(s2),
           (s1)-[:FEEDS]->(s2)
"""

OpenSource = Callable[..., Neo4jSource]


@pytest.fixture(scope="module")
def graph(empty_neo4j: Neo4jServer) -> Neo4jServer:
    """Two racks, two servers, one secret."""
    empty_neo4j.run(_GRAPH)
    return empty_neo4j


@pytest.fixture
def open_source() -> Iterator[OpenSource]:
    """Opens a source on a server; `user`, `password`, `port` and the like are the target's."""
    opened: list[Neo4jSource] = []

    def make(server: Neo4jServer, **other: object) -> Neo4jSource:
        at: dict[str, object] = {
            "host": server.host,
            "port": server.port,
            "scheme": "bolt",
            "database": server.database,
            "user": server.user,
            "password": server.password,
        }
        at |= {key: other.pop(key) for key in (*at, "ca_file") if key in other}
        settings: dict[str, object] = {"allowed_labels": ["*"], "health_retries": 0, **other}
        source = Neo4jSource("graph", Target(**at), **settings)  # pyright: ignore[reportArgumentType]
        opened.append(source)
        return source

    yield make
    for source in opened:
        source.close()


@pytest.fixture(scope="module")
def expired_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A Neo4j of this module's own, whose certificate has expired; it may be stopped."""
    folder = make_certificates(tmp_path_factory.mktemp("expired"), expired=True)
    try:
        server = start_server(certificates=folder)
    except NoServer as missing:
        pytest.skip(str(missing))
    yield server
    stop_server(server)


@pytest.fixture
def frozen(expired_server: Neo4jServer) -> Iterator[Callable[[], None]]:
    """Stops that server's process in its tracks, as a hung machine would; goes on afterwards."""
    assert expired_server.pid is not None
    yield lambda: kill(expired_server.pid or 0, signal.SIGSTOP)
    with suppress(ProcessLookupError):
        kill(expired_server.pid, signal.SIGCONT)
