"""Processes are known by id and start time, and only ours are ended."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from dagster_project.launch.parts import (
    MARK,
    Part,
    find_process,
    listens,
    read_parts,
    start_part,
    stop_parts,
    stop_strays,
    write_parts,
)

SLEEPER = [sys.executable, "-c", "import time; print('on', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('on', flush=True); time.sleep(600)",
]


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Part]:
    def start(command: list[str] = SLEEPER, **environment: str) -> Part:
        log = tmp_path / "part.log"
        part = start_part("daemon", command, {**os.environ, **environment}, tmp_path, log)
        while "on" not in log.read_text():
            assert find_process(part) is not None
        return part

    return start


def test_a_part_is_found_and_stopped(start: Callable[..., Part]) -> None:
    """A started process is found by what was recorded; stopped, it is found no more."""
    part = start()
    assert find_process(part) is not None
    assert stop_parts([part]) == ("daemon",)
    assert find_process(part) is None
    assert stop_parts([part]) == ()


def test_a_recycled_process_id_is_never_ended(start: Callable[..., Part]) -> None:
    """A process with the recorded id but another start time is another program: it lives on."""
    part = start()
    stranger = replace(part, created_at=part.created_at - 100)
    assert find_process(stranger) is None
    assert stop_parts([stranger]) == ()
    assert psutil.Process(part.pid).is_running()
    stop_parts([part])


def test_a_stubborn_part_goes_with_its_children(
    start: Callable[..., Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not listen to SIGTERM is killed, and so is what it had started."""
    monkeypatch.setattr("dagster_project.launch.parts._PATIENCE_SECONDS", 0.5)
    part = start(STUBBORN)
    (child,) = psutil.Process(part.pid).children()
    assert stop_parts([part]) == ("daemon",)
    assert not child.is_running()


def test_strays_are_known_by_their_mark(start: Callable[..., Part], tmp_path: Path) -> None:
    """What carries the mark of this state is ended, what carries another's is not."""
    ours = start(**{MARK: str(tmp_path)})
    others = start(**{MARK: str(tmp_path / "other")})
    assert stop_strays(tmp_path) == 1
    assert find_process(ours) is None
    assert find_process(others) is not None
    stop_parts([others])


def test_a_part_is_in_a_session_of_its_own(start: Callable[..., Part]) -> None:
    """Ctrl-C in our terminal does not reach it; it is stopped by us, in order."""
    part = start()
    assert os.getsid(part.pid) == part.pid
    stop_parts([part])


@pytest.mark.parametrize("content", ["{}", '{"daemon": 1}', '{"daemon": {"pid": "x"}}'])
def test_a_record_that_makes_no_sense_is_no_record(tmp_path: Path, content: str) -> None:
    """A damaged record of processes means that nothing is known to run."""
    (tmp_path / "parts.json").write_text(content)
    assert read_parts(tmp_path) == {}


def test_the_record_comes_back_as_it_was(tmp_path: Path) -> None:
    """Ids, start times and digests survive the file."""
    parts = {"daemon": Part("daemon", 7, 123.456789, "abc")}
    write_parts(tmp_path, parts)
    assert read_parts(tmp_path) == parts


def test_a_process_that_ended_at_once_is_not_running(tmp_path: Path) -> None:
    """A part that could not start is seen as gone, though nobody has reaped it."""
    part = start_part(
        "daemon",
        [sys.executable, "-c", "raise SystemExit(3)"],
        os.environ,
        tmp_path,
        tmp_path / "l",
    )
    psutil.wait_procs([psutil.Process(part.pid)], timeout=10)
    assert find_process(part) is None


def test_only_the_part_itself_listens(start: Callable[..., Part]) -> None:
    """An open port counts for the process that holds it, not for another part that lives."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    serving = f"import socket, time; s = socket.create_server(('127.0.0.1', {port}))\n"
    serving += "print('on', flush=True); time.sleep(600)"
    server = start([sys.executable, "-c", serving])
    other = start()
    assert listens(server, port)
    assert not listens(other, port)
    for part in (server, other):
        stop_parts([part])
    assert not listens(server, port)
