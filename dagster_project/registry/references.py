"""What an asset stands on, worked out from its spec (A13): the edges of the lineage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import BOUND_STAGES, Kind
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.screen import ScreenSpec
from dagster_project.contracts.value import AssetId, Stage


class Reference(NamedTuple):
    """One mention of another asset."""

    kind: Kind
    name: str
    at: tuple[str | int, ...]
    """Where in the spec."""
    needed: bool = True
    """False when the asset still works without it: an optional step, one mapping of a screen."""

    @property
    def id(self) -> AssetId:
        return AssetId(f"{self.kind}:{self.name}")


def mentions(asset: ConfigAsset) -> tuple[Reference, ...]:
    """Every mention of another asset, in the spec's order."""
    spec = asset.spec
    match spec:
        case SchemaCatalogSpec():
            return (Reference("source", spec.source, ("source",)),)
        case QuerySpec():
            return tuple(_of_query(spec))
        case MappingSpec():
            return (Reference("query", spec.query, ("query",)),)
        case ScreenSpec():
            return tuple(
                Reference("mapping", name, ("mappings", i), needed=False)
                for i, name in enumerate(spec.mappings)
            )
        case ResolverSpec():
            return tuple(
                Reference("schema_catalog", mapping.catalog, ("entity_mappings", i, "catalog"))
                for i, mapping in enumerate(spec.entity_mappings)
            )
        case PromptSpec():
            return tuple(_of_prompt(spec))
        case _:
            return ()


def references(asset: ConfigAsset) -> tuple[AssetId, ...]:
    """The assets it stands on, each once, sorted."""
    return tuple(sorted({mention.id for mention in mentions(asset)}))


def _of_query(spec: QuerySpec) -> Iterable[Reference]:
    if spec.source is not None:
        yield Reference("source", spec.source, ("source",))
    if spec.catalog is not None:
        yield Reference("schema_catalog", spec.catalog, ("catalog",))
    for i, step in enumerate(spec.steps):
        yield Reference("query", step.query, ("steps", i, "query"), needed=not step.optional)


def _of_prompt(spec: PromptSpec) -> Iterable[Reference]:
    if spec.policy is not None:
        yield Reference("policy", spec.policy, ("policy",), needed=False)
    for i, name in enumerate(spec.catalogs):
        yield Reference("schema_catalog", name, ("catalogs", i), needed=False)


def dependents(assets: Mapping[AssetId, ConfigAsset]) -> dict[AssetId, tuple[AssetId, ...]]:
    """Asset → the assets that name it; every asset of the mapping has an entry."""
    found: dict[AssetId, list[AssetId]] = {asset_id: [] for asset_id in assets}
    for asset_id in sorted(assets):
        for reference in references(assets[asset_id]):
            found.setdefault(reference, []).append(asset_id)
    return {asset_id: tuple(users) for asset_id, users in found.items()}


def used_by(asset_id: AssetId, assets: Mapping[AssetId, ConfigAsset]) -> tuple[AssetId, ...]:
    """The assets that name this one."""
    return dependents(assets).get(asset_id, ())


def upstream(asset_id: AssetId, assets: Mapping[AssetId, ConfigAsset]) -> tuple[AssetId, ...]:
    """All that an asset stands on, however far, sorted."""
    found: set[AssetId] = set()
    open_ = [asset_id]
    while open_:
        asset = assets.get(open_.pop())
        fresh = set(references(asset)) - found if asset else set()
        found |= fresh
        open_.extend(fresh)
    return tuple(sorted(found - {asset_id}))


def downstream(asset_id: AssetId, assets: Mapping[AssetId, ConfigAsset]) -> tuple[AssetId, ...]:
    """All that stands on an asset, however far, sorted."""
    users = dependents(assets)
    found: set[AssetId] = set()
    open_ = [asset_id]
    while open_:
        fresh = set(users.get(open_.pop(), ())) - found
        found |= fresh
        open_.extend(fresh)
    return tuple(sorted(found - {asset_id}))


def bound_stage(asset: ConfigAsset) -> tuple[Stage, ...]:
    """The stages that read it; a prompt names its own."""
    if isinstance(asset.spec, PromptSpec):
        return (asset.spec.stage,)
    return BOUND_STAGES[asset.header.kind]
