"""The failing laboratory and a canvas over it, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from control_loop.asking import Asking, Calls, WatchedCanvas
from control_loop.failing_lab import URL_VARIABLE, FailingLab, write_site
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings


@pytest.fixture(scope="session")
def failing_lab(open_folder: Callable[[str], Path]) -> Iterator[FailingLab]:
    """On a server of its own, so that it can be stopped."""
    server = EmbeddedPostgres(open_folder("failing") / "server")
    server.up()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield FailingLab.load(server)
    finally:
        server.down()


@pytest.fixture(scope="session")
def failing_site(open_folder: Callable[[str], Path]) -> Path:
    return write_site(open_folder("site"))


@pytest.fixture(scope="session")
def failing_settings(
    failing_lab: FailingLab, failing_site: Path, make_settings: Callable[..., Settings]
) -> Iterator[Settings]:
    """Settings of the site with its assets published; the store is on the session's server."""
    settings = make_settings(home=failing_site)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, failing_lab.reader_url)
        versions.sync(database, load_site(failing_site).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
        yield settings


@pytest.fixture
def asking(failing_settings: Settings) -> Iterator[Asking]:
    """Asks on a canvas of this test's own: its circuits are closed when the test begins."""
    with WatchedCanvas.open(failing_settings) as canvas:
        assert isinstance(canvas, WatchedCanvas)
        canvas.calls, canvas.policy = Calls(), lambda spec: spec
        asking = Asking(canvas)
        asking.warm()
        yield asking
