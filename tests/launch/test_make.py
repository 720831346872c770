"""The Makefile: bare `make` tells every command, and the build machine runs the same tests."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=REPOSITORY,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_bare_make_lists_every_command() -> None:
    """Each target has its line in the list that `make` prints, and `make` does nothing else."""
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None
    listed = re.findall(r"^  make (\w+) +\w", make(), re.MULTILINE)
    assert sorted(listed) == sorted(targets.group(1).split())


def test_test_ends_with_pytest() -> None:
    """`make test` is lint, types, import rules and tests, in this order."""
    steps = make("--dry-run", "test")
    order = [steps.index(tool) for tool in ("ruff check", "basedpyright", "lint-imports", "pytest")]
    assert order == sorted(order)
    assert steps.strip().splitlines()[-1].strip().startswith(".venv/bin/python -m pytest")


def test_the_build_machine_runs_make_test() -> None:
    """.ci/run is executable and runs exactly `make test`."""
    script = REPOSITORY / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert re.findall(r"\bmake .*$", script.read_text(), re.MULTILINE)[-1] == "make test"
