"""A resolver's alias table, made anew: what it holds, shared names, keys that are strangers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from dagster_project.canvas.alias_tables import AliasTable, accepted_aliases, write_alias_table
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.value import AssetId
from dagster_project.inspection.entity_names import resolver_names
from dagster_project.inspection.inspection import Inspection, PreviewTable
from dagster_project.inspection.resolver import (
    expired_groups,
    shared_names,
    strangers,
    taken_names,
)
from dagster_project.resolver.alias_rows import COLUMNS
from dagster_project.resolver.collisions import Collision, alias_collisions
from dagster_project.resolver.names import EntityName

if TYPE_CHECKING:
    from dagster_project.inspection.bench import Bench

MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class AliasTableLook:
    """The table, what a person reads about it, and its two checks."""

    table: AliasTable
    shown: Inspection
    collisions: Inspection
    orphans: Inspection


def look_at_alias_table(bench: Bench, asset_id: AssetId) -> AliasTableLook:
    """Reads the names of a resolver's entities and makes its table.

    Effects: files below the state folder. Raises: AssetNotFound, StoreError, any SourceError.
    """
    version = bench.version(asset_id)
    if version is None or not isinstance(version.asset.spec, ResolverSpec):
        raise AssetNotFound(f"{asset_id} is no resolver of release {bench.release.id}.")
    spec, day = version.asset.spec, datetime.now(UTC).date()
    names = resolver_names(bench.canvas, bench.release, spec)
    accepted = accepted_aliases(bench.canvas.database)
    state_dir, name = bench.canvas.settings.state_dir, version.asset.header.name
    table = write_alias_table(state_dir, name, spec, names, accepted, day)
    return inspect_alias_table(spec, table, names, day)


def inspect_alias_table(
    spec: ResolverSpec, table: AliasTable, names: list[EntityName], today: date
) -> AliasTableLook:
    """What there is to say about a table that was made."""
    shared = alias_collisions((spec,), names, today)
    found = (shared_names(spec, shared), taken_names(shared))
    told = f"{table.rows} aliases of {len(table.by_entity)} entities; {len(shared)} are shared"
    shown = Inspection(
        summary=told,
        findings=(*found, strangers(spec, names), expired_groups(spec, today)),
        facts={
            "dagster/row_count": table.rows,
            "digest": table.digest,
            "expired": table.expired,
            "shared_names": len(shared),
            "ambiguity_policy": spec.ambiguity_policy,
            "cache_ttl_seconds": spec.cache_ttl_seconds,
            **{f"entity {entity}": n for entity, n in sorted(table.by_entity.items())},
            **{f"origin {origin}": n for origin, n in sorted(table.by_origin.items())},
        },
        table=PreviewTable(columns=COLUMNS, rows=table.sample, total_rows=table.rows),
        document=_collisions_document(shared, spec) if shared else None,
    )
    return AliasTableLook(
        table=table,
        shown=shown,
        collisions=Inspection(summary=f"{len(shared)} names are shared", findings=found),
        orphans=Inspection(
            summary="every aliased key is in the data", findings=(strangers(spec, names),)
        ),
    )


def _collisions_document(shared: tuple[Collision, ...], spec: ResolverSpec) -> str:
    does = {
        "ask_user": "the asker is asked which",
        "first_match": "the first is taken",
        "top_k": f"up to {spec.max_candidates} are all taken",
    }[spec.ambiguity_policy]
    lines = ["| name | means | so |", "| --- | --- | --- |"]
    for one in shared[:MAX_SHOWN]:
        means = ", ".join(f"{entity} {key}" for entity, key in one.means[:10])
        so = "**its own name is taken**" if one.taken else does
        lines.append(f"| {one.name.replace('|', ' ')} | {means} | {so} |")
    left = len(shared) - MAX_SHOWN
    return "\n".join([*lines, *([f"\n{left} more"] if left > 0 else [])])
