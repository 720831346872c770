"""Small files that several processes read and replace: whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dagster_project.contracts.errors import StoreError


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Replace the file in one step, readable by its owner only."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file)
    beside.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The file's object; empty when there is no such file. Raises: StoreError."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError as error:
        raise StoreError(
            f"{path} belongs to another user.",
            "Run as the user who made it, or set CANVAS_STATE to a folder of your own.",
        ) from error
    except ValueError as error:
        raise StoreError(
            f"{path} is not valid JSON ({error}).", "Delete it and run `canvas up` again."
        ) from error
    return value if isinstance(value, dict) else {}


@contextmanager
def locked(path: Path, timeout_seconds: float = 60.0) -> Iterator[None]:
    """Hold an exclusive lock that ends with the process. Raises: StoreError when it stays taken."""
    deadline = time.monotonic() + timeout_seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreError(
                        f"{path} stayed locked for {timeout_seconds:.0f} s.",
                        "Another `canvas` command is at work there; wait for it or stop it.",
                    ) from None
                time.sleep(0.02)
        yield
