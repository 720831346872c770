"""What `postmaster.pid` says, and whether to believe it.

A killed postmaster can stay a zombie until its parent reaps it, and its number can go to another
program. Postgres itself takes either for a running server and refuses to start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

_NOBODYS_PID = 2**30
"""Above every system's largest process id."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living server of this data folder."""

    pid: int
    port: int


def find_postmaster(data_dir: Path) -> Postmaster | None:
    """The living server of the folder: not a zombie, and not another program with its number."""
    lines = _pid_file_lines(data_dir)
    if len(lines) < 4 or not lines[0].isdigit() or not lines[3].strip().isdigit():
        return None
    pid = int(lines[0])
    return Postmaster(pid, int(lines[3])) if _serves(pid, data_dir) else None


def disown_stale_pid_file(data_dir: Path) -> bool:
    """Let Postgres see a dead server's pid file as dead. True when the file was changed.

    Only the process id is replaced: with the rest in place Postgres still finds out, by the shared
    memory named there, whether children of the dead server write to the data.
    """
    path = data_dir / "postmaster.pid"
    lines = _pid_file_lines(data_dir)
    if not lines:
        # Empty: the server died while it wrote the file, so there is no shared memory to protect.
        path.unlink(missing_ok=True)
        return True
    if lines[0] == str(_NOBODYS_PID) or (lines[0].isdigit() and _serves(int(lines[0]), data_dir)):
        return False
    path.write_text("\n".join([str(_NOBODYS_PID), *lines[1:]]) + "\n")
    return True


def _pid_file_lines(data_dir: Path) -> list[str]:
    try:
        return (data_dir / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _serves(pid: int, data_dir: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data_dir) in process.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
