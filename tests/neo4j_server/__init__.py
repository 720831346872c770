"""A real Neo4j for tests: one server for the whole session, shared by all xdist workers.

How to use it. In the folder's `conftest.py`:

    from tests.neo4j_server import empty_neo4j, neo4j_server  # noqa: F401

and in every test module that asks for one of them, because there is one database:

    pytestmark = pytest.mark.xdist_group("neo4j")

- `neo4j_server` (session): `uri`, `host`, `port`, `user`, `password`, `database`, `driver()`,
  `run(cypher, **params)`, `fill(cypher_for_row, rows)`, `wipe()`.
- `empty_neo4j` (module): the same server, emptied before the module's first test.

Without xdist the tests run one after the other; with it, the group keeps them on one worker. A
module that needs the graph as it left it asks for `empty_neo4j` once and fills it in a module
fixture. Which server: `CANVAS_TEST_NEO4J_URI` (with `_USER`, `_PASSWORD`) when set, it must be
empty because tests wipe it; else Java 17 and Maven start one (`pom.xml`); else the tests skip and
say why. Outside of pytest: `start_server()` and `stop_server(server)`. A server ends by itself
when the process that wanted it is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .build import NoServer
from .certificates import make_certificates
from .launch import session_server, start_server, stop_server
from .server import Neo4jServer

__all__ = [
    "Neo4jServer",
    "NoServer",
    "empty_neo4j",
    "make_certificates",
    "neo4j_server",
    "start_server",
    "stop_server",
]
_SETTING = "CANVAS_TEST_NEO4J_"


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """The session's Neo4j, running; what it holds is what the last test left."""
    folder = Path(os.environ.get("CANVAS_TEST_FOLDER") or tmp_path_factory.getbasetemp())
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if uri := os.environ.get(f"{_SETTING}URI"):
        yield _given(uri, folder / "neo4j-is-ours")
        return
    try:
        server = session_server(folder / "neo4j", os.getppid() if is_worker else os.getpid())
    except NoServer as missing:
        pytest.skip(str(missing))
    yield server
    if not is_worker:
        stop_server(server)
        (folder / "neo4j" / "state.json").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def empty_neo4j(neo4j_server: Neo4jServer) -> Neo4jServer:
    """The session's Neo4j without data, constraints or indexes."""
    neo4j_server.wipe()
    return neo4j_server


def _given(uri: str, ours: Path) -> Neo4jServer:
    """Somebody's server. Fails when it holds data: tests would delete it."""
    user, password = (os.environ.get(f"{_SETTING}{key}", "neo4j") for key in ("USER", "PASSWORD"))
    server = Neo4jServer(uri, user, password)
    if not ours.exists():
        if server.run("MATCH (n) RETURN n LIMIT 1"):
            pytest.fail(f"{_SETTING}URI names a server that holds data. Give an empty one.")
        ours.touch()
    return server
