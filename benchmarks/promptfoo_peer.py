"""The peer of `golden_runner.py`: promptfoo, from its lock file, over a local echo.

The echo is a small Node.js server on the loopback, or promptfoo's own `echo` provider, which
answers in its process: no model, no plan, no source and no trace are charged to the peer. Each case
has one assertion, `equals`. It is installed with
`npm ci` outside the repository's files, runs with an empty configuration folder, and a preloaded
guard refuses and counts every connection that would leave the loopback.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

FILES = Path(__file__).resolve().parent / "promptfoo"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "promptfoo"
_QUIET = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_SHARING": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "PROMPTFOO_SELF_HOSTED": "1",
}
_OPTIONS = ("--no-cache", "--no-table", "--no-progress-bar", "--no-share")


@dataclass(frozen=True, slots=True)
class PeerRun:
    """One `promptfoo eval` process."""

    wall_seconds: float
    """Of the whole process, as a shell sees it."""
    own_seconds: float
    """What it reports for the evaluation alone."""
    cpu_seconds: float
    passed: int
    refused_connections: int
    """Off the loopback; 0: it did not try."""


class PeerMissing(RuntimeError):
    """Node or npm is not there, or the install failed."""


def install(folder: Path = CACHE) -> Path:
    """The folder with promptfoo in it, installed when the lock file is not the one it came from.

    Effects: on first use about 1.4 GB of packages. Raises: PeerMissing.
    """
    lock = (FILES / "package-lock.json").read_bytes() + (FILES / "package.json").read_bytes()
    wanted, stamp = sha256(lock).hexdigest(), folder / ".made-from"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise PeerMissing("npm was not found: install Node.js 20.20 or newer")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FILES / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PeerMissing(f"npm ci failed:\n{done.stderr[-2_000:]}")
    stamp.write_text(wanted)
    return folder


def versions(folder: Path) -> dict[str, str]:
    package = json.loads((folder / "node_modules" / "promptfoo" / "package.json").read_text())
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return {"promptfoo": str(package["version"]), "node": node.stdout.strip()}


@contextmanager
def echo_server() -> Iterator[str]:
    """The address of an echo over HTTP."""
    command = ["node", str(FILES / "echo.cjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/"
        assert server.stdin is not None
        server.stdin.close()


def evaluate(
    folder: Path,
    questions: Sequence[str],
    concurrency: int | None = None,
    *,
    keeps: bool = True,
    address: str | None = None,
) -> PeerRun:
    """Every question echoed and compared once. `keeps`: into its own database, as by default.

    `address`: of an echo over HTTP; None: its own provider, in its process.
    Raises: PeerMissing when it does not end well or not every case passes.
    """
    with TemporaryDirectory(prefix="promptfoo-") as scratch:
        place = Path(scratch)
        (place / "cases.json").write_text(json.dumps(_config(questions, address)))
        command = _command(folder, place, concurrency, keeps)
        refused = place / "refused.txt"
        environ = {
            **os.environ,
            **_QUIET,
            "PROMPTFOO_CONFIG_DIR": str(place / "config"),
            "NODE_OPTIONS": f"--require {FILES / 'loopback_only.cjs'}",
            "REFUSED_CONNECTIONS": str(refused),
        }
        cpu, started = _children_cpu_seconds(), time.perf_counter()
        done = subprocess.run(
            command, cwd=place, env=environ, capture_output=True, text=True, check=False
        )
        wall, cpu = time.perf_counter() - started, _children_cpu_seconds() - cpu
        stats = _stats(place / "results.json", done)
        tried = refused.read_text().splitlines() if refused.exists() else []
    if done.returncode != 0 or stats["successes"] != len(questions):
        raise PeerMissing(f"promptfoo passed {stats['successes']} of {len(questions)} cases")
    return PeerRun(wall, stats["durationMs"] / 1_000, cpu, stats["successes"], len(tried))


def _config(questions: Sequence[str], address: str | None) -> dict[str, object]:
    over_http = {
        "id": address,
        "config": {
            "method": "POST",
            "headers": {"content-type": "application/json"},
            "body": {"prompt": "{{prompt}}"},
            "transformResponse": "json.echo",
        },
    }
    tests = [
        {"vars": {"question": question}, "assert": [{"type": "equals", "value": question}]}
        for question in questions
    ]
    return {
        "providers": [over_http if address else "echo"],
        "prompts": ["{{question}}"],
        "tests": tests,
    }


def _command(folder: Path, place: Path, concurrency: int | None, keeps: bool) -> list[str]:
    entry = folder / "node_modules" / "promptfoo" / "dist" / "src" / "entrypoint.js"
    command = ["node", str(entry), "eval", "--config", str(place / "cases.json"), *_OPTIONS]
    command += ["--output", str(place / "results.json")]
    if concurrency is not None:
        command += ["--max-concurrency", str(concurrency)]
    return command if keeps else [*command, "--no-write"]


def _stats(results: Path, done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    if not results.exists():
        raise PeerMissing(f"promptfoo wrote no results:\n{(done.stdout + done.stderr)[-2_000:]}")
    return json.loads(results.read_text())["results"]["stats"]


def _children_cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
