"""One asset per document collection: materialising it indexes what changed in its folder."""

from collections.abc import Iterable, Iterator

import dagster as dg

from dagster_project.catalog.shelves import Shelf, shelves_of
from dagster_project.contracts.value import AssetId
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.entries import Entry
from dagster_project.defs.metadata import check_result, inspection_metadata
from dagster_project.inspection.bench import Bench, without_secrets

CHECK = "index"
PROMISE = "The index is what the folder holds, and its vectors are the configured embedder's."


def document_key(catalog: str, collection: str) -> dg.AssetKey:
    """`plant_documents`, `guides` → documents / plant_documents / guides."""
    return dg.AssetKey(
        ["documents", asset_key(AssetId(f"schema_catalog:{catalog}")).path[-1], collection]
    )


def document_assets(entries: Iterable[Entry]) -> list[dg.AssetsDefinition]:
    """Below its catalog each; nothing is connected to while loading."""
    assets = [entry.asset for entry in entries if entry.asset is not None]
    return [_asset_of(shelf) for shelf in shelves_of(assets)]


def _asset_of(shelf: Shelf) -> dg.AssetsDefinition:
    key = document_key(shelf.catalog, shelf.collection.name)

    @dg.multi_asset(
        name="__".join(("index", *key.path)),
        specs=[_spec(key, shelf)],
        check_specs=[dg.AssetCheckSpec(CHECK, asset=key, description=PROMISE)],
        required_resource_keys={"bench"},
        can_subset=True,
    )
    def index(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        from dagster_project.inspection.documents import compare_shelf, index_shelf

        bench: Bench = context.resources.bench
        assets = [version.asset for version in bench.release.versions.values()]
        now = next((s for s in shelves_of(assets) if s.name == shelf.name), shelf)
        home, database = bench.canvas.settings.home, bench.canvas.database
        if key in context.selected_asset_keys:
            done = without_secrets(index_shelf(now, home, database))
            context.log.info(done.summary)
            yield dg.MaterializeResult(asset_key=key, metadata=inspection_metadata(done))
        if any(check.asset_key == key for check in context.selected_asset_check_keys):
            compared = without_secrets(compare_shelf(now, home, database))
            yield check_result(key, CHECK, compared)

    return index


def _spec(key: dg.AssetKey, shelf: Shelf) -> dg.AssetSpec:
    collection = shelf.collection
    names = " · ".join(collection.names.all()[:4])
    return dg.AssetSpec(
        key=key,
        deps=[asset_key(AssetId(f"schema_catalog:{shelf.catalog}"))],
        group_name="documents",
        kinds={"postgres", "markdown"},
        description="\n\n".join(part for part in (names, collection.description, PROMISE) if part),
        metadata={
            "folder": dg.MetadataValue.path(collection.folder or "."),
            "patterns": ", ".join(collection.patterns),
            "source": shelf.source,
            "embedder": shelf.spec.embedder.id,
            "max_words": collection.max_words,
        },
    )
