"""Starts a real Neo4j and stops it again; one per test session, or one of a test's own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .build import NoServer, ensure_build, file_lock
from .certificates import make_certificates
from .server import Neo4jServer

START_SECONDS = 300.0
_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_FLAGS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Dlog4j2.disable.jmx=true")


def session_server(folder: Path, owner: int) -> Neo4jServer:
    """The server that all processes which name this folder share; the first one starts it.

    It ends when the process `owner` does, or when the folder is deleted.
    Raises: NoServer.
    """
    state = folder / "state.json"
    with file_lock(folder / "lock"):
        if state.is_file():
            told = json.loads(state.read_text())
            if "missing" in told:
                raise NoServer(told["missing"])
            return Neo4jServer(**told)
        try:
            certificates = make_certificates(folder / "certificates")
            server = start_server(certificates=certificates, owner=owner, watch=folder / "lock")
        except NoServer as missing:
            state.write_text(json.dumps({"missing": str(missing)}))
            raise
        state.write_text(json.dumps(server.as_json()))
        return server


def start_server(
    *,
    certificates: Path | None = None,
    owner: int | None = None,
    watch: Path | None = None,
    port: int = 0,
    heap_flags: tuple[str, ...] = _FLAGS,
) -> Neo4jServer:
    """A new, empty server with a random password; stop it with `stop_server`.

    With `certificates` (see `make_certificates`) it speaks TLS beside plain Bolt on one port.
    Raises: NoServer.
    """
    build = ensure_build()
    work = Path(tempfile.mkdtemp(prefix="canvas-neo4j-"))
    password = secrets.token_urlsafe(12)
    settings = {
        "work": work,
        "port": port,
        "password": password,
        "owner": owner or os.getpid(),
        "watch": watch or work,
        "certificates": certificates or "",
    }
    command = [
        build.java,
        *heap_flags,
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENS),
        *(f"-D{key}={value}" for key, value in settings.items()),
        "-cp",
        build.class_path,
        "Neo4jTestServer",
    ]
    log = work.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    chosen = _await_ready(process, log)
    log.unlink(missing_ok=True)
    return Neo4jServer(
        uri=f"bolt://127.0.0.1:{chosen}",
        user="neo4j",
        password=password,
        pid=process.pid,
        authority=str(certificates / "authority.crt") if certificates else None,
    )


def stop_server(server: Neo4jServer, timeout_seconds: float = 30.0) -> None:
    """Ends the server's process and waits until it is gone; a frozen one is killed."""
    if server.pid is None:
        return
    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
        _signal(server.pid, number)
        if number != signal.SIGCONT and _is_gone(server.pid, timeout_seconds):
            return


def _await_ready(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("READY "):
                return int(line.split()[1])
        time.sleep(0.05)
    process.kill()
    said = log.read_text(errors="replace")[-2000:]
    raise NoServer(f"no Neo4j: it did not start within {START_SECONDS:g} s: {said}")


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_gone(pid: int, timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
        time.sleep(0.05)
    return False
