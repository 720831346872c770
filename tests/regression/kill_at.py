"""Runs one call in a process that is killed, as by kill -9, when it comes to a given place.

    python -m regression.kill_at PLACE WHEN CALL ARGUMENT...

PLACE is `module:function` as the calling module knows it; WHEN is `before` or `after` it; CALL is
`module:function`. The folder, the state and the database of the site come in the environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from dagster_project.canvas import Canvas
from dagster_project.store.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL


def killed_at(settings: Settings, place: str, when: str, call: str, *arguments: object) -> int:
    """How the process ended: `KILLED`, or 0 when it never came to the place."""
    command = [sys.executable, "-m", "regression.kill_at", place, when, call]
    environment = {
        **os.environ,
        "CANVAS_HOME": str(settings.home),
        "CANVAS_STATE": str(settings.state_dir),
        "CANVAS_DATABASE_URL": str(settings.database_url),
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}",
    }
    done = subprocess.run(
        [*command, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, KILLED), done.stderr
    return done.returncode


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(place: str, when: str) -> None:
    module_name, _, name = place.partition(":")
    module = import_module(module_name)
    real: Callable[..., Any] = getattr(module, name)

    def dying(*arguments: Any, **named: Any) -> None:
        if when == "after":
            real(*arguments, **named)
        _die()

    setattr(module, name, dying)


def main() -> None:
    place, when, call, *arguments = sys.argv[1:]
    module_name, _, name = call.partition(":")
    target = getattr(import_module(module_name), name)
    _arm(place, when)
    with Canvas.open(load_settings(None)) as canvas:
        first = canvas.database if name == "decide" else canvas
        given = [int(text) if text.isdigit() else text for text in arguments]
        if name == "check_effect":
            from dagster_project.regression.golden_files import load_suites

            given.insert(1, load_suites(canvas.settings.home).suites)
        target(first, *given)


if __name__ == "__main__":
    main()
