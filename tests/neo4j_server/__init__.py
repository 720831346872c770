"""A real Neo4j for tests: one server for the whole session, shared by all xdist workers.

How to use it. In the folder's `conftest.py`:

    from tests.neo4j_server import empty_neo4j, neo4j_server  # noqa: F401

and in every test module that asks for one of them, because there is one database:

    pytestmark = pytest.mark.xdist_group("neo4j")

- `neo4j_server` (session): `uri`, `host`, `port`, `user`, `password`, `database`, `driver()`,
  `run(cypher, **params)`, `fill(cypher_for_row, rows)`, `wipe()`.
- `empty_neo4j` (module): the same server, emptied before the module's first test.

A module that needs a graph asks for `empty_neo4j` and fills it in a module fixture; a test that
asks only for `neo4j_server` must not write. The group keeps the modules on one worker, and a lock
keeps them apart where groups are not heeded (pytest-xdist 3.8 under pytest 9.2).

Which server: `CANVAS_TEST_NEO4J_URI` (with `_USER`, `_PASSWORD`) when set, it must be empty because
tests wipe it; else Java 17 and Maven start one (`pom.xml`); else the tests skip and say why.
Outside of pytest: `start_server()` and `stop_server(server)`. A server ends by itself when
the process that wanted it is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .build import NoServer, file_lock
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
    folder = _folder(tmp_path_factory)
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
def empty_neo4j(
    neo4j_server: Neo4jServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neo4jServer]:
    """The session's Neo4j without data, constraints or indexes; this module's alone until its end.

    A lock keeps other workers' modules waiting, whether or not groups keep them together.
    """
    with file_lock(_folder(tmp_path_factory) / "neo4j-in-use"):
        neo4j_server.wipe()
        yield neo4j_server


def _folder(folders: pytest.TempPathFactory) -> Path:
    """The session's, the same for all workers (`tests/conftest.py`)."""
    return Path(os.environ.get("CANVAS_TEST_FOLDER") or folders.getbasetemp())


def _given(uri: str, ours: Path) -> Neo4jServer:
    """Somebody's server. Fails when it holds data: tests would delete it."""
    user, password = (os.environ.get(f"{_SETTING}{key}", "neo4j") for key in ("USER", "PASSWORD"))
    server = Neo4jServer(uri, user, password)
    if not ours.exists():
        if server.run("MATCH (n) RETURN n LIMIT 1"):
            pytest.fail(f"{_SETTING}URI names a server that holds data. Give an empty one.")
        ours.touch()
    return server
