"""Names of all that a resolver maps, as its sources hold them now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.resolver.names import EntityName

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas


def resolver_names(canvas: Canvas, release: Release, spec: ResolverSpec) -> list[EntityName]:
    """Names of every thing that the resolver maps. Raises: AssetNotFound, any SourceError."""
    from dagster_project.canvas.read_names import read_names

    names: list[EntityName] = []
    for mapping in spec.entity_mappings:
        version = release.get("schema_catalog", mapping.catalog)
        if version is None or not isinstance(version.asset.spec, SchemaCatalogSpec):
            raise AssetNotFound(
                f"schema_catalog {mapping.catalog!r} is not in the release.",
                "Publish it, or map the entity to another catalog.",
            )
        view = CatalogView(mapping.catalog, version.asset.spec)
        source = canvas.source(view.spec.source, release)
        names += read_names(mapping, view, release, source)
    return names
