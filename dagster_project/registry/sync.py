"""Files → versions: every good file's content gets a number, once (A11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.value import AssetId, AssetRef
from dagster_project.registry.digest import canonical, plain
from dagster_project.registry.load import Site
from dagster_project.registry.version_rows import (
    VersionRow,
    current_id,
    member_rows,
    version_rows,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from dagster_project.store.database import Database

REGISTRY_LOCK = 0x63616E76_61730001
"""Every act on versions and releases waits for this advisory lock, so that they never cross."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync found; versions as `name:number`, by asset."""

    created: dict[AssetId, AssetRef]
    """New content: new versions, drafts."""
    drafts: dict[AssetId, AssetRef]
    """All drafts now, the new ones among them: what a publish would publish."""
    unchanged: int
    rolled_back: dict[AssetId, AssetRef]
    """Files that still hold content that was rolled back; left as it is."""
    without_file: tuple[AssetId, ...]
    """Published, but no file any more; they stay published until removed by an act."""
    refused: tuple[AssetId, ...]
    """Files with errors; their last good versions stay."""


def sync(database: Database, site: Site, by: str, reason: str = "synced from files") -> SyncReport:
    """Record every good file of a site as a version.

    Content that was there before keeps its number; a file that went back to older content makes
    that version the draft again. At most one version of an asset is a draft.
    Effects: adds versions, moves drafts; publishes nothing.
    """
    with database.pool.connection() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (REGISTRY_LOCK,))
        known: dict[AssetId, list[VersionRow]] = {}
        for row in version_rows(connection):
            known.setdefault(row.id, []).append(row)
        fresh = _new_versions(site, known)
        _insert(connection, site, fresh, by, reason)
        _move_drafts(connection, site, known, fresh)
        drafts = {row.id: row.ref for row in version_rows(connection, status="draft")}
        published = member_rows(connection, current_id(connection))
    return SyncReport(
        created={asset_id: AssetRef(f"{_name(asset_id)}:{n}") for asset_id, n in fresh.items()},
        drafts=drafts,
        unchanged=len(site.assets) - len(fresh),
        rolled_back=_still_rolled_back(site, known),
        without_file=tuple(i for i in published if i not in site.assets and i not in site.refused),
        refused=tuple(sorted(site.refused)),
    )


def _name(asset_id: AssetId) -> str:
    return asset_id.partition(":")[2]


def _same(rows: list[VersionRow], asset: ConfigAsset) -> VersionRow | None:
    return next((row for row in rows if row.content_hash == asset.content_hash), None)


def _new_versions(site: Site, known: dict[AssetId, list[VersionRow]]) -> dict[AssetId, int]:
    """The number each file with new content gets."""
    return {
        asset_id: max((row.number for row in known.get(asset_id, ())), default=0) + 1
        for asset_id, asset in site.assets.items()
        if _same(known.get(asset_id, []), asset) is None
    }


def _insert(
    connection: Connection, site: Site, fresh: dict[AssetId, int], by: str, reason: str
) -> None:
    values = []
    for asset_id, number in fresh.items():
        asset = site.assets[asset_id]
        values.append(
            {
                "kind": asset.header.kind,
                "name": asset.header.name,
                "number": number,
                "content_hash": asset.content_hash,
                "header": canonical(plain(asset.header)).decode(),
                "spec": canonical(plain(asset.spec)).decode(),
                "path": asset.path,
                "by": by,
                "reason": reason,
            }
        )
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO canvas.asset_version (kind, name, number, content_hash, status,"
                " header, spec, path, created_by, created_at, reason)"
                " VALUES (%(kind)s, %(name)s, %(number)s, %(content_hash)s, 'draft',"
                " %(header)s, %(spec)s, %(path)s, %(by)s, now(), %(reason)s)",
                values,
            )


def _move_drafts(
    connection: Connection,
    site: Site,
    known: dict[AssetId, list[VersionRow]],
    fresh: dict[AssetId, int],
) -> None:
    """The file's content is the draft, unless it is published or was rolled back."""
    moves: list[tuple[VersionRow, str]] = []
    for asset_id, asset in site.assets.items():
        rows = known.get(asset_id, [])
        same = _same(rows, asset)
        if same is not None and same.status == "superseded":
            moves.append((same, "draft"))
        elif asset_id not in fresh and same is None:
            continue
        moves += [(r, "superseded") for r in rows if r.status == "draft" and r is not same]
    set_status(connection, moves)


def set_status(connection: Connection, moves: list[tuple[VersionRow, str]]) -> None:
    """Move versions to a status; their content stays."""
    if moves:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE canvas.asset_version SET status = %s"
                " WHERE kind = %s AND name = %s AND number = %s",
                [(status, row.kind, row.name, row.number) for row, status in moves],
            )


def _still_rolled_back(
    site: Site, known: dict[AssetId, list[VersionRow]]
) -> dict[AssetId, AssetRef]:
    found = {i: _same(known.get(i, []), asset) for i, asset in site.assets.items()}
    return {i: row.ref for i, row in found.items() if row is not None and row.status == "rollback"}
