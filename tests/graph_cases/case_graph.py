"""A graph in memory and the catalog that describes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    GraphCollection,
    Relationship,
    SchemaCatalogSpec,
)
from sources.embedded.graph.load import GraphNode, GraphRelation
from sources.protocol import ColumnType


@dataclass(frozen=True)
class CaseGraph:
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphRelation, ...]
    catalog: SchemaCatalogSpec = field(repr=False)


def collection(
    label: str,
    key: str,
    properties: dict[str, ColumnType],
    *,
    listed: tuple[str, ...] = (),
    ko: str | None = None,
    en: str | None = None,
    enabled: bool = True,
) -> GraphCollection:
    """A collection from the types of its properties."""
    return GraphCollection(
        label=label,
        key=key,
        label_ko=ko,
        label_en=en,
        properties=tuple(ColumnSpec(name=n, type=kind) for n, kind in properties.items()),
        list_properties=listed,
        enabled=enabled,
    )


def catalog(collections: list[GraphCollection], relations: tuple[str, ...]) -> SchemaCatalogSpec:
    return SchemaCatalogSpec(
        source="graph",
        graph_collections=tuple(collections),
        relationships=tuple(Relationship(name=name) for name in relations),
    )
