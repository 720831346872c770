"""Which changes take an object out of use."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.catalog.scan.change import Change
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec


def to_quarantine(changes: Iterable[Change], spec: SchemaCatalogSpec) -> dict[str, str]:
    """Object to reason, for breaking changes of what the catalog has switched on.

    A key that is gone counts where joins rely on it to match one row: without it a measure could
    be multiplied, and nobody would see.
    """
    used = _in_use(spec)
    relied_on = {key.one for key in spec.join_keys}
    relied_on |= {f"{entity.table}.{entity.key}" for entity in spec.entities}
    found: dict[str, str] = {}
    for change in changes:
        if change.severity != "breaking" or change.object not in used:
            continue
        if change.kind in ("key_dropped", "key_changed"):
            columns = change.was.partition("(")[2].partition(")")[0].split(", ")
            if len(columns) != 1 or f"{change.object}.{columns[0]}" not in relied_on:
                continue
        said = f"{change.kind.replace('_', ' ')}: {change.was or 'nothing'}"
        told = f"{said} → {change.now or 'nothing'}"
        found[change.object] = f"{found[change.object]}; {told}" if change.object in found else told
    return found


def _in_use(spec: SchemaCatalogSpec) -> frozenset[str]:
    """Objects that answers may be made from."""
    found: list[str] = []
    for table in spec.tables:
        if table.enabled:
            found += [table.name, *(f"{table.name}.{c.name}" for c in table.columns if c.enabled)]
    for one in spec.graph_collections:
        if one.enabled:
            own = f"label:{one.label}"
            found += [own, *(f"{own}.{p.name}" for p in one.properties if p.enabled)]
    found += [f"relation:{one.name}" for one in spec.relationships if one.enabled]
    found += [f"collection:{one.name}" for one in spec.document_collections if one.enabled]
    found += [f"operation:{one.id}" for one in spec.api_operations if one.enabled]
    return frozenset(found)
