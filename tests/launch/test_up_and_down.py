"""`canvas up | status | down`: everything answers, what dies comes back, ours alone is stopped."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from dagster_project.launch.parts import MARK

from .installation import CANVAS, Installation, kill

EVERYTHING = {"postgres", "webserver", "daemon"}


def graphql(url: str, query: str) -> dict:
    request = urllib.request.Request(
        url, json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as reply:
        return json.loads(reply.read())["data"]


def marked(state_dir: Path) -> list[psutil.Process]:
    """Every process that was started for the state's folder, and what those started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(state_dir):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_up_answers_recovers_and_down_leaves_nothing(installation: Installation) -> None:
    """One life: up, up again, each part killed and brought back, down."""
    first = installation.up()
    assert set(first["pids"]) == EVERYTHING
    assert "@" in first["database"]
    assert ":" not in first["database"].split("//")[1].split("@")[0]
    data = graphql(first["graphql_url"], "{ repositoriesOrError { __typename } }")
    assert data["repositoriesOrError"]["__typename"] == "RepositoryConnection"
    assert installation.alive() == EVERYTHING

    assert installation.up()["pids"] == first["pids"]

    for name in ("webserver", "daemon", "postgres"):
        before = installation.up()["pids"]
        kill(before[name])
        after = installation.up()
        assert after["dagster_url"] == first["dagster_url"]
        assert {n for n in EVERYTHING if after["pids"][n] != before[n]} == {name}
        assert installation.alive() == EVERYTHING

    down = json.loads(installation.canvas("down", "--json").stdout)
    assert set(down["parts"]) == EVERYTHING
    assert marked(installation.state_dir) == []
    assert installation.alive() == set()


def test_the_foreground_mends_and_ctrl_c_stops(installation: Installation) -> None:
    """In the foreground a killed webserver comes back, and Ctrl-C stops all that was started."""
    up = start_foreground(installation)
    kill(installation.parts()["webserver"]["pid"])
    wait_for(lambda: installation.alive() == EVERYTHING, up)
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=60) == 0
    assert installation.alive() == set()
    assert marked(installation.state_dir) == []


def test_down_ends_a_foreground_up(installation: Installation) -> None:
    """`canvas down` from another terminal is not undone by the `up` that watches."""
    up = start_foreground(installation)
    assert installation.canvas("down").returncode == 0
    assert up.wait(timeout=60) == 0
    assert installation.alive() == set()


def test_the_foreground_leaves_what_was_there_before(installation: Installation) -> None:
    """Ctrl-C on an `up` that only attached stops nothing."""
    pids = installation.up()["pids"]
    up = start_foreground(installation)
    up.send_signal(signal.SIGTERM)
    assert up.wait(timeout=60) == 0
    assert installation.up()["pids"] == pids


def test_a_failed_up_leaves_nothing_behind(installation: Installation) -> None:
    """When a part cannot start, the message says why, and what had started is stopped again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = installation.canvas("up", "--detach", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert installation.alive() == set()


def test_a_port_that_was_lost_while_loading_is_exchanged(installation: Installation) -> None:
    """The webserver binds seconds after its port was chosen; who came first is not taken for it."""
    port = installation.last_port()
    up = subprocess.Popen([*CANVAS, "up", "--detach", "--json"], env=installation.environment)
    record = installation.state_dir / "parts.json"
    wait_for(lambda: record.exists() and "webserver" in record.read_text(), up)
    with socket.create_server(("127.0.0.1", port)):
        assert up.wait(timeout=120) == 0
        assert installation.last_port() != port
        assert installation.alive() == EVERYTHING


def test_json_needs_detach(installation: Installation) -> None:
    """In the foreground nothing ends, so there is no one JSON object to print."""
    done = installation.canvas("up", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["code"] == "INVALID_PARAMS"


def start_foreground(installation: Installation) -> subprocess.Popen:
    """`canvas up`, when it says that everything answers."""
    log = installation.home / "up.log"
    with log.open("w") as output:
        up = subprocess.Popen(
            [*CANVAS, "up"], env=installation.environment, stdout=output, stderr=output
        )
    wait_for(lambda: "everything answers" in log.read_text(), up)
    return up


def wait_for(condition: Callable[[], bool], up: subprocess.Popen, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert up.poll() is None, "the command ended"
        assert time.monotonic() < deadline
        time.sleep(0.2)
