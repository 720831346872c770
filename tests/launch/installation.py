"""An installation under test: the command in processes of its own, on a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from dagster_project.store.ports import free_port
from dagster_project.store.settings import Settings

CANVAS = [sys.executable, "-c", "from dagster_project.cli import main; main(prog_name='canvas')"]
WEBSERVER_PORTS = (10_000, 19_999)


@dataclass(frozen=True)
class Installation:
    """A site and its state; `canvas` runs the command on them."""

    home: Path
    state_dir: Path

    @classmethod
    def on_own_port(cls, home: Path, state_dir: Path) -> Installation:
        """As if its webserver had last used a port that no other installation under test wants."""
        state_dir.mkdir(parents=True, exist_ok=True)
        port = free_port(*WEBSERVER_PORTS)
        (state_dir / "webserver.json").write_text(json.dumps({"port": port}))
        return cls(home, state_dir)

    @property
    def settings(self) -> Settings:
        return Settings(self.home, self.state_dir)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "CANVAS_HOME": str(self.home),
            "CANVAS_STATE": str(self.state_dir),
        }

    def canvas(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CANVAS, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def up(self) -> dict[str, Any]:
        """`canvas up --detach --json`."""
        done = self.canvas("up", "--detach", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def last_port(self) -> int:
        """The webserver's port, as last used."""
        return json.loads((self.state_dir / "webserver.json").read_text())["port"]

    def parts(self) -> dict[str, Any]:
        """`canvas status --json`, by part."""
        return json.loads(self.canvas("status", "--json").stdout)["parts"]

    def alive(self) -> set[str]:
        return {name for name, part in self.parts().items() if part["running"]}


def kill(pid: int) -> None:
    """kill -9, and wait until it is gone (or a zombie, where nobody reaps)."""
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], timeout=5)
