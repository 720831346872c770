"""One embedded Postgres for the whole test session, shared by all xdist workers.

The folder is made by the controlling process and inherited by the workers through the environment;
`EmbeddedPostgres.up` is safe to race, so whoever needs the server first starts it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from demo_data import load_demo

from dagster_project.store import embedded
from dagster_project.store.database import Database, open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
_FOLDER = "CANVAS_TEST_FOLDER"


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    # Every test's pools, and Dagster's processes, on one server.
    embedded._SERVER_OPTIONS["max_connections"] = "400"
    for name in ("CANVAS_HOME", "CANVAS_STATE", "CANVAS_DATABASE_URL", "CANVAS_READER_URL"):
        os.environ.pop(name, None)
    if not _is_worker(config):
        # Not pytest's own temporary folder: root's is closed to the account that runs Postgres.
        folder = Path(tempfile.mkdtemp(prefix="canvas-tests-"))
        folder.chmod(0o711)
        os.environ[_FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        folder = Path(os.environ.pop(_FOLDER))
        EmbeddedPostgres(folder / "server").down()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def open_folder() -> Callable[[str], Path]:
    """Makes a new folder that the account which runs Postgres can reach."""

    def make(name: str) -> Path:
        folder = Path(os.environ[_FOLDER]) / f"{name}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o755)
        return folder

    return make


@pytest.fixture(scope="session")
def server() -> EmbeddedPostgres:
    """The session's server, running. Nothing here survives, so it does not wait for the disk."""
    server = EmbeddedPostgres(Path(os.environ[_FOLDER]) / "server")
    if server.up().started:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
    return server


def _plant_template(
    server: EmbeddedPostgres,
    connection: psycopg.Connection,
    folders: pytest.TempPathFactory,
) -> str:
    """A database with tables and the demo plant, made once for all workers and copied since."""
    name = "plant_template"
    connection.execute("select pg_advisory_lock(hashtext(%s))", (name,))
    known = "select 1 from pg_database where datname = %s and datistemplate"
    if connection.execute(known, (name,)).fetchone() is None:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name}")
        with open_database(Settings(REPOSITORY, folders.mktemp("plant"), server.url(name))) as made:
            load_demo(made)
        connection.execute(f"alter database {name} is_template true")
    connection.execute("select pg_advisory_unlock(hashtext(%s))", (name,))
    return name


@pytest.fixture(scope="session")
def make_settings(
    server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Settings]]:
    """Makes settings with a new database of their own, empty or (`plant`) with the demo plant."""
    made: list[str] = []

    def make(home: Path = REPOSITORY, *, plant: bool = False) -> Settings:
        name = f"t_{secrets.token_hex(6)}"
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            template = _plant_template(server, connection, tmp_path_factory) if plant else None
            connection.execute(f"create database {name} template {template or 'template1'}")
        made.append(name)
        return Settings(home, tmp_path_factory.mktemp("state"), server.url(name))

    yield make
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings with a database of this test's own."""
    return make_settings()


@pytest.fixture
def database(settings: Settings, server: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh, migrated database of this test's own."""
    with open_database(settings) as database:
        yield database
    name = str(settings.database_url).rpartition("/")[2]
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"drop role if exists {name}_reader")
