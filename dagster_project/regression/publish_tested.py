"""Publish exactly what was tested, or nothing: the look, the act and its audit in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.sync import REGISTRY_LOCK
from dagster_project.registry.version_rows import current_id, version_rows
from dagster_project.registry.versions import publish
from dagster_project.store.database import Database

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool


def publish_tested(
    database: Database,
    base_id: ReleaseId | None,
    drafts: Mapping[AssetId, int],
    remove: Sequence[AssetId],
    by: str,
    reason: str,
    also: Callable[[psycopg.Connection[Any], Release], None],
) -> Release | None:
    """The new release; None when another release is in force by now, or other drafts stand there.

    `also` writes what belongs to the act. Raises: as `registry.acts.publish`.
    """
    with database.pool.connection() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (REGISTRY_LOCK,))
        there = {row.id: row.number for row in version_rows(connection, status="draft")}
        moved = current_id(connection) != base_id
        if moved or any(there.get(asset_id) != number for asset_id, number in drafts.items()):
            return None
        here = _Within(database, connection)
        release = publish(here, list(drafts), by, reason, remove)
        also(connection, release)
        return release


class _Within(Database):
    """The database inside a transaction that is open: an act on it is part of that transaction."""

    def __init__(self, database: Database, connection: psycopg.Connection[Any]) -> None:
        super().__init__(database.owner_url, database.reader_url)
        self._connection = connection

    @property
    def pool(self) -> ConnectionPool:
        return SimpleNamespace(connection=self._lend)  # pyright: ignore[reportReturnType]

    @contextmanager
    def _lend(self) -> Iterator[psycopg.Connection[Any]]:
        yield self._connection
