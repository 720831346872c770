"""kill -9 of the server, of who asks, of the webserver: no acknowledged trace is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from dagster_project.client import CanvasClient, CanvasClientError
from dagster_project.launch.site import make_ready
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

from .installation import Installation, kill

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS = 20
WEBSERVER_ROUNDS = 3
ASKING = Path(__file__).with_name("asking.py")


class Asker:
    """A process that asks without end; `acknowledged` are the traces it was given."""

    def __init__(self, settings: Settings, acknowledged: list[str]) -> None:
        self.acknowledged = acknowledged
        self.process = subprocess.Popen(
            [sys.executable, str(ASKING), str(settings.home), str(settings.state_dir)],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith("\n"):  # the last line of a killed process may be half a line
                self.acknowledged.append(line.strip())

    def wait_for_more(self, count: int = 5, seconds: float = 60) -> None:
        wanted = len(self.acknowledged) + count
        deadline = time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert self.process.poll() is None, "the asking process ended by itself"
            assert time.monotonic() < deadline, "the asking process gets no answers any more"
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


def stored(owner_url: str, trace_ids: list[str]) -> set[str]:
    with closing(psycopg.connect(owner_url)) as connection:
        rows = connection.execute(
            "select trace_id from canvas.trace where trace_id = any(%s)", [trace_ids]
        )
        return {str(row[0]) for row in rows}


def assert_nothing_is_locked(owner_url: str) -> None:
    """Every table can be had alone at once, and no advisory lock outlives its holder."""
    with closing(psycopg.connect(owner_url)) as connection:
        connection.execute("set lock_timeout = '5s'")
        tables = connection.execute("select tablename from pg_tables where schemaname = 'canvas'")
        for (table,) in tables.fetchall():
            connection.execute(f"lock table canvas.{table} in access exclusive mode".encode())
        held = connection.execute("select count(*) from pg_locks where locktype = 'advisory'")
        assert held.fetchone() == (0,)


@pytest.fixture
def plant(open_folder: Callable[[str], Path]) -> Iterator[Settings]:
    """The shipped site with its demo data, on a server of its own."""
    settings = Settings(REPOSITORY, open_folder("crash"))
    with open_database(settings) as database:
        make_ready(settings, database, lambda _: None)
    yield settings
    EmbeddedPostgres(settings.embedded_dir).down()


def test_no_acknowledged_trace_is_lost(plant: Settings) -> None:
    """Twenty times the server, all its processes, or who asks is killed at a random moment."""
    server = EmbeddedPostgres(plant.embedded_dir)
    acknowledged: list[str] = []
    asker = Asker(plant, acknowledged)
    chance = random.Random(7)
    try:
        for number in range(ROUNDS):
            asker.wait_for_more()
            time.sleep(chance.random() * 0.05)
            match number % 4:
                case 0 | 2:
                    _kill_server(server, everything=number % 4 == 2)
                case 1:
                    asker.kill()
                case _:
                    _kill_server(server, everything=False)
                    asker.kill()
            assert server.up().running
            if asker.process.poll() is not None:
                open_database(plant).close()
                assert_nothing_is_locked(server.url())
                asker = Asker(plant, acknowledged)
        asker.wait_for_more()
    finally:
        asker.kill()
    lost = set(acknowledged) - stored(server.url(), acknowledged)
    assert lost == set()
    assert len(acknowledged) >= 5 * ROUNDS
    assert_nothing_is_locked(server.url())


def _kill_server(server: EmbeddedPostgres, everything: bool) -> None:
    pid = server.status().pid
    assert pid is not None
    children = psutil.Process(pid).children() if everything else []
    os.kill(pid, signal.SIGKILL)
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()


@pytest.fixture
def shipped(open_folder: Callable[[str], Path]) -> Iterator[Installation]:
    """The shipped site, nothing started."""
    installation = Installation.on_own_port(REPOSITORY, open_folder("shipped"))
    yield installation
    installation.canvas("down")


def test_no_trace_that_graphql_gave_is_lost(shipped: Installation) -> None:
    """The webserver is killed while it is asked; `up` mends it, and what it gave is kept."""
    acknowledged: list[str] = []
    seen = shipped.up()
    assert seen["first_question"]["status"] == "success"
    for _ in range(WEBSERVER_ROUNDS):
        ended = threading.Event()
        asking = threading.Thread(
            target=_ask_until, args=(seen["dagster_url"], ended, acknowledged), daemon=True
        )
        asking.start()
        wait_for_more(acknowledged)
        kill(seen["pids"]["webserver"])
        ended.set()
        asking.join(timeout=60)
        seen = shipped.up()
        with CanvasClient(seen["dagster_url"]) as client:
            acknowledged.append(client.ask("GT-01 상태 알려줘").trace_id)
    url = EmbeddedPostgres(shipped.settings.embedded_dir).url()
    assert set(acknowledged) == stored(url, acknowledged)


def _ask_until(url: str, ended: threading.Event, acknowledged: list[str]) -> None:
    with CanvasClient(url) as client, suppress(CanvasClientError):
        while not ended.is_set():
            acknowledged.append(client.ask("GT-01 상태 알려줘").trace_id)


def wait_for_more(acknowledged: list[str], seconds: float = 90) -> None:
    before, deadline = len(acknowledged), time.monotonic() + seconds
    while len(acknowledged) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
