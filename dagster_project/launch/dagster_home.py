"""What Dagster's processes are given: `dagster.yaml`, environment and commands."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dagster_project.launch.parts import MARK, PartName
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings

CODE_FOLDER = Path(__file__).resolve().parents[2]
"""Holds `workspace.yaml` and the package; Dagster's processes run there."""
_URL_VARIABLE = "CANVAS_DAGSTER_URL"
_SENSOR_SECONDS = "600"
"""A tick that files a request makes dry runs of whole suites."""

DAGSTER_YAML = f"""\
# Written by `canvas up`; edits here are lost.
nux:
  enabled: false
telemetry:
  enabled: false
storage:
  postgres:
    postgres_url:
      env: {_URL_VARIABLE}
run_coordinator:
  module: dagster._core.run_coordinator
  class: QueuedRunCoordinator
  config:
    # With the default of 5 s and no threads a question waits for the queue, and for its neighbours.
    dequeue_interval_seconds: 1
    dequeue_use_threads: true
    dequeue_num_workers: 4
concurrency:
  runs:
    max_concurrent_runs: 8
  pools:
    default_limit: 2
    # A golden night that has to wait does so in the queue, where it keeps no question waiting.
    granularity: run
run_monitoring:
  enabled: true
  start_timeout_seconds: 120
  # Without it a crashed run keeps its slots, and later runs stay queued without an error.
  free_slots_after_run_end_seconds: 60
retention:
  schedule:
    purge_after_days: {{skipped: 3, failure: 30, success: 30}}
  sensor:
    purge_after_days: {{skipped: 3, failure: 30, success: 30}}
sensors:
  use_threads: true
  num_workers: 4
schedules:
  use_threads: true
  num_workers: 4
code_servers:
  local_startup_timeout: 180
  reload_timeout: 180
"""


def write_dagster_home(settings: Settings) -> None:
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    (settings.dagster_home / "dagster.yaml").write_text(DAGSTER_YAML)


_OURS = frozenset({
    "CANVAS_HOME", "CANVAS_STATE", "CANVAS_DATABASE_URL", "CANVAS_READER_URL", _URL_VARIABLE,
    "CANVAS_USER", "CANVAS_TENANT", "CANVAS_DEBUG", MARK,
})  # fmt: skip
"""Settings of whoever starts it: what of them holds for Dagster is said anew."""


def environment(
    settings: Settings, database: Database, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """For Dagster's processes and their runs: the same site, state and database as ours, and
    whatever the site's assets refer to by `env:NAME`."""
    given = {
        name: value
        for name, value in environ.items()
        if name not in _OURS and not name.startswith("DAGSTER_")
    }
    # Set in many images; each run would compile every module again.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    ours = {
        "PATH": f"{_bin_dir()}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "DAGSTER_HOME": str(settings.dagster_home),
        "CANVAS_HOME": str(settings.home),
        "CANVAS_STATE": str(settings.state_dir),
        _URL_VARIABLE: database.dagster_url,
        "DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": _SENSOR_SECONDS,
        MARK: str(settings.state_dir),
    }
    if settings.database_url:
        ours["CANVAS_DATABASE_URL"] = settings.database_url
    if settings.reader_url:
        ours["CANVAS_READER_URL"] = settings.reader_url
    return given | ours


def command(name: PartName, port: int) -> list[str]:
    """The command line, with this Python's own programs and never those of PATH."""
    workspace = ["-w", str(CODE_FOLDER / "workspace.yaml")]
    if name == "daemon":
        return [str(_bin_dir() / "dagster-daemon"), "run", *workspace]
    program = str(_bin_dir() / "dagster-webserver")
    return [program, "-h", "127.0.0.1", "-p", str(port), *workspace]


def started_for(argv: list[str], env: Mapping[str, str]) -> str:
    """Digest of what makes a running part still the right one."""
    ours = sorted(f"{k}={v}" for k, v in env.items() if k.startswith(("CANVAS_", "DAGSTER_")))
    return hashlib.blake2b("\n".join([*argv, *ours]).encode(), digest_size=8).hexdigest()


def _bin_dir() -> Path:
    return Path(sys.executable).parent
