"""A model that was left alone is tried again by one ask, whichever process that is in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_CONNECT_SECONDS = 2


class Trials:
    """Who tries which model. Safe from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._under_way: set[str] = set()

    def under_way(self, name: str) -> bool:
        """In this process."""
        return name in self._under_way

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """True for the one ask that tries `name` now. Without the database: one of each process.

        Effects: a connection of its own while it lasts, whose end gives the claim back.
        """
        with self._lock:
            if name in self._under_way:
                taken = False
            else:
                self._under_way.add(name)
                taken = True
        if not taken:
            yield False
            return
        connection = self._connect()
        try:
            yield connection is None or _locked(connection, name)
        finally:
            if connection is not None:
                connection.close()
            with self._lock:
                self._under_way.discard(name)

    def _connect(self) -> psycopg.Connection[Any] | None:
        try:
            return psycopg.connect(
                self._database.owner_url, autocommit=True, connect_timeout=_CONNECT_SECONDS
            )
        except psycopg.Error:
            return None


def _locked(connection: psycopg.Connection[Any], name: str) -> bool:
    key = int.from_bytes(
        hashlib.sha256(f"canvas model trial {name}".encode()).digest()[:8], signed=True
    )
    try:
        found = connection.execute("select pg_try_advisory_lock(%s)", (key,)).fetchone()
    except psycopg.Error:
        return True
    return found is None or bool(found[0])
