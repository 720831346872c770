"""Alias tables as assets: every name a resolver knows, from the data and from its alias groups."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.contracts.errors import CanvasError
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.entries import Entry
from dagster_project.defs.metadata import check_result, inspection_metadata
from dagster_project.inspection.bench import Bench, without_secrets
from dagster_project.resolver.alias_rows import COLUMNS
from sources.errors import SourceError

if TYPE_CHECKING:
    from dagster_project.inspection.alias_table import AliasTableLook

CHECKS = {
    "collisions": "No alias is another thing's own name; shared nicknames are asked about.",
    "orphans": "Every aliased key is in the data.",
}
_DESCRIPTION = (
    "Every name that stands for something: keys, labels and alias columns of the entity tables,"
    " alias groups and accepted proposals. Kept in the state folder, one version per content."
)


def alias_table_key(resolver: dg.AssetKey) -> dg.AssetKey:
    return dg.AssetKey(["alias_table", resolver.path[-1]])


def alias_table_assets(entries: Iterable[Entry]) -> list[dg.AssetsDefinition]:
    """One asset for each good resolver, below it, with its checks; none without a resolver."""
    tables = {
        alias_table_key(asset_key(entry.id)): entry
        for entry in entries
        if entry.kind == "resolver" and entry.asset is not None
    }
    return [_assets_of(tables)] if tables else []


def _assets_of(tables: dict[dg.AssetKey, Entry]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="make_alias_tables",
        description=_DESCRIPTION,
        specs=[
            dg.AssetSpec(
                key,
                deps=[asset_key(entry.id)],
                group_name="resolver",
                kinds={"csv"},
                description=_DESCRIPTION,
                metadata={"dagster/column_schema": _columns()},
            )
            for key, entry in tables.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset=key, description=promise)
            for key in tables
            for name, promise in CHECKS.items()
        ],
        required_resource_keys={"bench"},
        can_subset=True,
    )
    def make(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        from dagster_project.inspection.alias_table import look_at_alias_table

        bench: Bench = context.resources.bench
        failed: list[str] = []
        for key, entry in tables.items():
            chosen = {c.name for c in context.selected_asset_check_keys if c.asset_key == key}
            if key not in context.selected_asset_keys and not chosen:
                continue
            try:
                look = look_at_alias_table(bench, entry.id)
            except (CanvasError, SourceError) as error:
                failed.append(f"{entry.id}: {error}")
                continue
            checks = _checks(key, look, chosen)
            if key in context.selected_asset_keys:
                yield _materialized(key, look, checks)
            else:
                yield from checks
        if failed:
            raise dg.Failure("; ".join(failed), allow_retries=False)

    return make


def _materialized(
    key: dg.AssetKey, look: "AliasTableLook", checks: list[dg.AssetCheckResult]
) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(look.table.digest),
        check_results=checks,
        metadata={
            **inspection_metadata(without_secrets(look.shown)),
            "folder": dg.MetadataValue.path(str(look.table.folder)),
        },
    )


def _checks(
    key: dg.AssetKey, look: "AliasTableLook", chosen: set[str]
) -> list[dg.AssetCheckResult]:
    found = {"collisions": look.collisions, "orphans": look.orphans}
    return [
        check_result(key, name, without_secrets(inspection))
        for name, inspection in found.items()
        if name in chosen
    ]


def _columns() -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(name, "text") for name in COLUMNS])
