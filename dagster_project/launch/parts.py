"""The processes that `up` starts, remembered on disk so that another command can stop them.

A process is known by its id and its start time, so an id that went to another program is never
mistaken for ours.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psutil

from dagster_project.store.small_files import read_json, write_json

PartName = Literal["webserver", "daemon", "work_orders"]
PARTS: tuple[PartName, ...] = ("webserver", "daemon")
"""What every site has."""
EVERY_PART: tuple[PartName, ...] = (*PARTS, "work_orders")
MARK = "CANVAS_LAUNCHED_IN"
"""Environment variable of everything we start, and of what that starts: the state's folder."""
_PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Part:
    """A process that was started, whether or not it still lives."""

    name: PartName
    pid: int
    created_at: float
    """The system's start time of the process, in seconds since 1970."""
    started_for: str
    """Digest of its command and environment; another digest means it must be started anew."""


def start_part(
    name: PartName, command: list[str], environment: Mapping[str, str], cwd: Path, log: Path
) -> Part:
    """Start a process in a session of its own, its output appended to the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Part(name, process.pid, _created_at(process.pid), "")


def find_process(part: Part) -> psutil.Process | None:
    """The living process of a part; None for a zombie or another program with its id."""
    try:
        process = psutil.Process(part.pid)
        same = abs(process.create_time() - part.created_at) < 0.05
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def listens(part: Part, port: int) -> bool:
    """Whether it is this part, and no other program, that answers on the TCP port."""
    process = find_process(part)
    if process is None:
        return False
    with suppress(psutil.Error):
        return any(
            seen.status == psutil.CONN_LISTEN and seen.laddr.port == port
            for seen in process.net_connections(kind="tcp")
        )
    return False


def stop_parts(parts: Iterable[Part]) -> tuple[PartName, ...]:
    """End the processes and what they started, all at once. Shape: the names that lived."""
    living: dict[PartName, psutil.Process] = {
        part.name: found for part in parts if (found := find_process(part))
    }
    offspring = [child for process in living.values() for child in _children(process)]
    _signal(list(living.values()), kill=False)
    # Their children end with them; what is left after that is stuck.
    _, stuck = psutil.wait_procs([*living.values(), *offspring], timeout=_PATIENCE_SECONDS)
    _end(stuck)
    return tuple(living)


def stop_strays(state_dir: Path) -> int:
    """End what a killed part left behind: its code servers. The number of processes ended."""
    strays = [p for p in psutil.process_iter(["pid"]) if _is_marked(p, state_dir)]
    _end(strays)
    return len(strays)


def read_parts(state_dir: Path) -> dict[PartName, Part]:
    """The parts as last recorded."""
    kept = read_json(state_dir / "parts.json")
    parts: dict[PartName, Part] = {}
    for name in EVERY_PART:
        fields = kept.get(name)
        if isinstance(fields, dict):
            with suppress(KeyError, TypeError, ValueError):
                parts[name] = Part(
                    name,
                    int(fields["pid"]),
                    float(fields["created_at"]),
                    str(fields["started_for"]),
                )
    return parts


def write_parts(state_dir: Path, parts: Mapping[PartName, Part]) -> None:
    write_json(state_dir / "parts.json", {name: asdict(part) for name, part in parts.items()})


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _created_at(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return time.time()


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_marked(process: psutil.Process, state_dir: Path) -> bool:
    try:
        return (
            process.pid != os.getpid()
            and process.status() != psutil.STATUS_ZOMBIE
            and process.environ().get(MARK) == str(state_dir)
        )
    except psutil.Error:
        return False


def _signal(processes: list[psutil.Process], kill: bool) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if kill:
                process.kill()
            else:
                process.terminate()


def _end(processes: list[psutil.Process]) -> None:
    _signal(processes, kill=False)
    _, alive = psutil.wait_procs(processes, timeout=3.0)
    _signal(alive, kill=True)
    psutil.wait_procs(alive, timeout=3.0)
