"""The document collections of a site, each with the source that its index belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets.schema_catalog import DocumentCollection, SchemaCatalogSpec
from dagster_project.contracts.assets.source import SourceSpec


@dataclass(frozen=True, slots=True)
class Shelf:
    """One document collection with all that indexing needs to know."""

    catalog: str
    collection: DocumentCollection
    source: str
    spec: SourceSpec

    @property
    def name(self) -> str:
        return f"{self.catalog}/{self.collection.name}"

    def folder(self, home: Path) -> Path:
        return home / self.collection.folder


def shelves_of(assets: Iterable[ConfigAsset]) -> tuple[Shelf, ...]:
    """Every enabled collection whose catalog stands on a vector source."""
    assets = tuple(assets)
    sources = {a.header.name: a.spec for a in assets if isinstance(a.spec, SourceSpec)}
    return tuple(
        Shelf(asset.header.name, collection, asset.spec.source, source)
        for asset in assets
        if isinstance(asset.spec, SchemaCatalogSpec)
        and (source := sources.get(asset.spec.source)) is not None
        and source.engine == "vector"
        for collection in asset.spec.document_collections
        if collection.enabled
    )
