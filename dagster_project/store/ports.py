"""Free TCP ports on 127.0.0.1."""

from __future__ import annotations

import random
import socket
import time

from dagster_project.contracts.errors import StoreError


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def becomes_free(port: int, patience_seconds: float) -> bool:
    """Whether it is free within that time: who was killed may hold it for a moment longer."""
    deadline = time.monotonic() + patience_seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port(first: int, last: int) -> int:
    """A free port of the range, by chance, so that two who choose at once rarely meet.

    Raises: StoreError.
    """
    candidates = range(first, last + 1)
    for port in random.sample(candidates, min(200, len(candidates))):
        if is_free(port):
            return port
    raise StoreError(f"No free port between {first} and {last} on 127.0.0.1.", "Close a program.")
