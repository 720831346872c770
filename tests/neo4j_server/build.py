"""The server's jars and its compiled launcher, made once per version outside of git."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "neo4j-server"
_DOWNLOAD_SECONDS = 540


class NoServer(Exception):
    """No Neo4j can be had here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Build:
    java: str
    class_path: str


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """One process at a time; released by the system when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure_build() -> Build:
    """Jars and classes below `.cache/neo4j-server`; safe to race.

    Raises: NoServer where Java is missing or Maven cannot fetch the jars.
    """
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        raise NoServer("no Neo4j: java and javac (17) are not on the PATH.")
    pom = (HERE / "pom.xml").read_text()
    launcher = HERE / "Neo4jTestServer.java"
    version = re.search(r"<neo4j.version>(.+?)</", pom)
    assert version is not None
    with file_lock(CACHE / "lock"):
        jars = CACHE / f"{version[1]}-{_digest(pom.encode())}"
        if not jars.is_dir():
            _made(jars, _fetch)
        classes = CACHE / f"classes-{_digest(pom.encode() + launcher.read_bytes())}"
        if not classes.is_dir():
            compile_ = [javac, "-cp", f"{jars}/*", "-d"]
            _made(classes, lambda folder: _call([*compile_, str(folder), str(launcher)], 120))
    return Build(java, f"{classes}:{jars}/*")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _made(target: Path, make: Callable[[Path], None]) -> None:
    """`target` appears whole or not at all."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = Path(scratch) / "made"
        folder.mkdir()
        make(folder)
        folder.rename(target)


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServer("no Neo4j: its jars are not here yet and mvn is not on the PATH.")
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Djars={folder}"]
    _call([*command, "dependency:copy-dependencies"], _DOWNLOAD_SECONDS)
    if not any(folder.glob("neo4j-harness-*.jar")):
        raise NoServer("no Neo4j: Maven fetched no neo4j-harness jar.")


def _call(command: list[str], timeout_seconds: float) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoServer(f"no Neo4j: {command[0]} ran past {timeout_seconds:g} s.") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise NoServer(f"no Neo4j: {Path(command[0]).name} ended with {done.returncode}: {said}")
