"""What an entity's own table holds now: the names a resolver works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.resolver import EntityMapping, ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.resolver.names import EntityName, name_columns, names_from_rows
from sources.protocol import BoundQuery, Source

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas

MAX_NAMES = 1_000_000


def read_names(
    catalog: SchemaCatalogSpec, mapping: EntityMapping, source: Source
) -> list[EntityName]:
    """Keys, labels and names. Raises: any SourceError; AssetNotFound for an unknown entity."""
    entity = next((found for found in catalog.entities if found.name == mapping.entity), None)
    if entity is None:
        raise AssetNotFound(
            f"entity {mapping.entity!r} is not in catalog {mapping.catalog!r}.",
            "Add it to the catalog's entities, or name another.",
        )
    columns = [column.rsplit(".", 1)[-1] for column in name_columns(mapping, entity)]
    table = ".".join(f'"{part}"' for part in entity.table.split("."))
    selected = ", ".join(f'"{column}"' for column in columns)
    found = source.run(
        BoundQuery(
            text=f"SELECT {selected} FROM {table}",
            max_rows=MAX_NAMES,
            timeout_seconds=30.0,
            allowed_tables=frozenset({entity.table.lower()}),
        )
    )
    return names_from_rows(mapping, entity, columns, found.rows)


def resolver_names(canvas: Canvas, release: Release, spec: ResolverSpec) -> list[EntityName]:
    """Names of every thing that the resolver maps. Raises: AssetNotFound, any SourceError."""
    names: list[EntityName] = []
    for mapping in spec.entity_mappings:
        version = release.get("schema_catalog", mapping.catalog)
        if version is None or not isinstance(version.asset.spec, SchemaCatalogSpec):
            raise AssetNotFound(
                f"schema_catalog {mapping.catalog!r} is not in the release.",
                "Publish it, or map the entity to another catalog.",
            )
        catalog = version.asset.spec
        names += read_names(catalog, mapping, canvas.source(catalog.source, release))
    return names
