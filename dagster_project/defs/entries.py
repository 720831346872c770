"""The site's files as entries of the asset graph: good ones, refused ones, and their edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import Kind
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId
from dagster_project.inspection.site_findings import findings_by_asset
from dagster_project.registry.digest import lineage_digests
from dagster_project.registry.load import Site
from dagster_project.registry.references import dependents, references


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the site. A refused one has no asset, and its findings say why."""

    id: AssetId
    path: str
    code_version: str
    """Changes when this file, or anything upstream of it, changes."""
    asset: ConfigAsset | None = None
    findings: tuple[Finding, ...] = ()
    upstream: tuple[AssetId, ...] = ()
    """Without the edges that would close a circle."""
    used_by: tuple[AssetId, ...] = ()

    @property
    def kind(self) -> Kind:
        return cast(Kind, self.id.partition(":")[0])


def site_entries(site: Site) -> tuple[Entry, ...]:
    """Every file of the site, each after what it stands on."""
    told = findings_by_asset(site.findings)
    refused = [
        _refused(asset_id, found)
        for asset_id, found in told.items()
        if asset_id is not None and asset_id not in site.assets
    ]
    known = {*site.assets, *(entry.id for entry in refused)}
    upstream = upstream_first({asset.id: references(asset) for asset in site.assets.values()})
    users = dependents(site.assets)
    digests = lineage_digests(site.assets)
    good = [
        Entry(
            id=asset_id,
            path=site.assets[asset_id].path,
            code_version=digests[asset_id],
            asset=site.assets[asset_id],
            findings=told.get(asset_id, ()),
            upstream=tuple(ref for ref in edges if ref in known),
            used_by=users[asset_id],
        )
        for asset_id, edges in upstream.items()
    ]
    return (*refused, *good)


def _refused(asset_id: AssetId, findings: tuple[Finding, ...]) -> Entry:
    """A file that did not become an asset, under the name its place gives it."""
    reasons = "\n".join(map(str, findings))
    return Entry(
        id=asset_id,
        path=findings[0].path,
        code_version=sha256(reasons.encode()).hexdigest(),
        findings=findings,
    )


def upstream_first(
    edges: Mapping[AssetId, Iterable[AssetId]],
) -> dict[AssetId, tuple[AssetId, ...]]:
    """The same edges in upstream-first order, without those that point back: a circle among the
    files must not keep the rest of the graph from loading."""
    kept: dict[AssetId, tuple[AssetId, ...]] = {}
    above: set[AssetId] = set()

    def visit(node: AssetId) -> None:
        above.add(node)
        forward = tuple(target for target in edges[node] if target not in above)
        for target in forward:
            if target in edges and target not in kept:
                visit(target)
        above.discard(node)
        kept[node] = forward

    for node in sorted(edges):
        if node not in kept:
            visit(node)
    return kept
