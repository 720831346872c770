"""Publish exactly what was tested, or nothing: the look, the act and its audit in one commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.version_rows import current_id, version_rows
from dagster_project.registry.versions import publish

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database


class _MovedError(Exception):
    """Another release is in force by now, or other drafts stand there."""


def publish_tested(
    database: Database,
    base_id: ReleaseId | None,
    drafts: Mapping[AssetId, int],
    remove: Sequence[AssetId],
    by: str,
    reason: str,
    also: Callable[[psycopg.Connection[Any], ReleaseId], None],
) -> Release | None:
    """The new release; None when another release is in force by now, or other drafts stand there.

    `also` writes what belongs to the act. Raises: as `registry.acts.publish`.
    """

    def nothing_moved(connection: psycopg.Connection[Any]) -> None:
        there = {row.id: row.number for row in version_rows(connection, status="draft")}
        moved = current_id(connection) != base_id
        if moved or any(there.get(asset_id) != number for asset_id, number in drafts.items()):
            raise _MovedError

    try:
        return publish(database, list(drafts), by, reason, remove, first=nothing_moved, also=also)
    except _MovedError:
        return None
