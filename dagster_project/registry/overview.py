"""A site beside the registry: what each asset is, where it stands, who uses it (A13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.assets import Kind
from dagster_project.contracts.value import AssetId, Stage
from dagster_project.registry.load import Site
from dagster_project.registry.references import bound_stage, dependents, references
from dagster_project.registry.version_rows import VersionRow, current_id, member_rows, version_rows

if TYPE_CHECKING:
    from dagster_project.store.database import Database


@dataclass(frozen=True, slots=True)
class AssetOverview:
    """One asset of a site."""

    id: AssetId
    kind: Kind
    name: str
    description: str
    path: str
    content_hash: str
    published: int | None
    """The version in force."""
    file_version: int | None
    """The version whose content the file has; None for content not recorded yet."""
    status: str
    """Of the file's content: `new`, `draft`, `published`, `superseded`, `rollback`."""
    bound_stage: tuple[Stage, ...]
    deps: tuple[AssetId, ...]
    used_by: tuple[AssetId, ...]


def overview(database: Database, site: Site) -> tuple[AssetOverview, ...]:
    """Every good asset of the site, by id."""
    with database.pool.connection() as connection:
        known: dict[AssetId, list[VersionRow]] = {}
        for row in version_rows(connection):
            known.setdefault(row.id, []).append(row)
        in_force = member_rows(connection, current_id(connection))
    users = dependents(site.assets)
    found: list[AssetOverview] = []
    for asset_id, asset in site.assets.items():
        rows = known.get(asset_id, [])
        same = next((row for row in rows if row.content_hash == asset.content_hash), None)
        found.append(
            AssetOverview(
                id=asset_id,
                kind=asset.header.kind,
                name=asset.header.name,
                description=asset.header.description,
                path=asset.path,
                content_hash=asset.content_hash,
                published=in_force[asset_id].number if asset_id in in_force else None,
                file_version=same.number if same else None,
                status=same.status if same else "new",
                bound_stage=bound_stage(asset),
                deps=references(asset),
                used_by=users[asset_id],
            )
        )
    return tuple(found)
