"""A Dagster webserver of a test's own: real processes, Postgres storage, a loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
START_PATIENCE_SECONDS = 90.0
INSTANCE = """
telemetry: {enabled: false}
nux: {enabled: false}
storage: {postgres: {postgres_url: {env: TEST_DAGSTER_URL}}}
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
"""No daemon: runs start at once."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def webserver(settings: Settings, folder: Path, extra: dict[str, str]) -> Iterator[str]:
    """The address of a running webserver over the location of a site; stopped at the end."""
    (folder / "dagster.yaml").write_text(INSTANCE)
    port = free_port()
    with open_database(settings) as database:
        dagster_url = database.dagster_url
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(folder),
        "TEST_DAGSTER_URL": dagster_url,
        "CANVAS_HOME": str(settings.home),
        "CANVAS_STATE": str(settings.state_dir),
        **extra,
    }
    if settings.database_url is not None:
        environment["CANVAS_DATABASE_URL"] = settings.database_url
    binary = Path(sys.executable).with_name("dagster-webserver")
    command = [binary, "-h", "127.0.0.1", "-p", str(port), "-w", str(REPOSITORY / "workspace.yaml")]
    with (folder / "webserver.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, folder / "webserver.log")
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the webserver did not come up:\n{log.read_text()[-3000:]}")
