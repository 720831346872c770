"""Reading releases: which is in force, what it holds, and what stands in while there is none."""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.value import ReleaseId
from dagster_project.registry.version_rows import (
    contents,
    current_id,
    member_rows,
    release_id_of,
    version_rows,
)
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_kept: OrderedDict[tuple[str, ReleaseId], Release] = OrderedDict()
_kept_lock = threading.Lock()
_MOST_KEPT = 16


def current_release_id(database: Database) -> ReleaseId | None:
    """The release in force; None while nothing was ever published. One round trip."""
    with single_statements(database, "say which release is in force") as connection:
        return current_id(connection)


def release_in_force(database: Database) -> Release:
    """The published release, or the drafts while nothing is published (A12)."""
    release_id = current_release_id(database)
    return draft_release(database) if release_id is None else load_release(database, release_id)


def load_release(database: Database, release_id: ReleaseId) -> Release:
    """A release whole; within it every member counts as published, whatever became of it since.

    A release never changes, so the process keeps the latest ones.
    Raises: AssetNotFound, ConfigError when stored content no longer fits the contracts.
    """
    if kept := _remembered(database, release_id):
        return kept
    with database.pool.connection() as connection:
        rows = member_rows(connection, release_id)
        if not rows:
            raise AssetNotFound(f"no release {release_id!r}.", "See `canvas assets releases list`.")
        assets = contents(connection, rows.values())
    versions = {row.id: row.version(assets[row.id], "published") for row in rows.values()}
    return _remember(database, Release(id=release_id, versions=versions))


def draft_release(database: Database) -> Release:
    """What would answer with the drafts: published versions, and drafts where none is published.

    It is not stored: its id starts with `d-`. Each draft in use leaves a warning.
    """
    with database.pool.connection() as connection:
        rows = member_rows(connection, current_id(connection))
        drafts = [row for row in version_rows(connection, status="draft") if row.id not in rows]
        rows.update((row.id, row) for row in drafts)
        mark = "\n".join((release_id_of(rows.values()), *(row.id for row in drafts)))
        release_id = ReleaseId(f"d-{sha256(mark.encode()).hexdigest()[:12]}")
        if kept := _remembered(database, release_id):
            return kept
        assets = contents(connection, rows.values())
    versions = {row.id: row.version(assets[row.id]) for row in rows.values()}
    warnings = tuple(
        f"{row.id}: draft version {row.number} is in use, none is published" for row in drafts
    )
    return _remember(database, Release(id=release_id, versions=versions, warnings=warnings))


def _remembered(database: Database, release_id: ReleaseId) -> Release | None:
    with _kept_lock:
        kept = _kept.get((database.owner_url, release_id))
        if kept is not None:
            _kept.move_to_end((database.owner_url, release_id))
        return kept


def _remember(database: Database, release: Release) -> Release:
    with _kept_lock:
        _kept[database.owner_url, release.id] = release
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return release
