"""Lineage is worked out from the specs, and digests fold it."""

from __future__ import annotations

from dagster_project.contracts.value import AssetId
from dagster_project.registry.digest import lineage_digest, lineage_digests
from dagster_project.registry.load import load_site
from dagster_project.registry.references import (
    bound_stage,
    dependents,
    downstream,
    references,
    upstream,
    used_by,
)
from registry.conftest import WriteSite
from registry.good_site import CATALOG, POLICY

EDGES = {
    "source:bakery": (),
    "schema_catalog:bakery": ("source:bakery",),
    "query:batches": ("schema_catalog:bakery", "source:bakery"),
    "query:explore": ("schema_catalog:bakery", "source:bakery"),
    "query:check": ("query:batches", "schema_catalog:bakery"),
    "mapping:batches": ("query:batches",),
    "screen:batches": ("mapping:batches",),
    "resolver:ovens": ("schema_catalog:bakery",),
    "policy:site": (),
    "prompt:route": ("policy:site", "schema_catalog:bakery"),
    "source:floor": (),
    "schema_catalog:floor": ("source:floor",),
    "query:fed_by": ("schema_catalog:floor", "source:floor"),
    "source:notes": (),
    "schema_catalog:notes": ("source:notes",),
    "query:notes": ("schema_catalog:notes", "source:notes"),
}


def test_references_follow_the_lineage(write_site: WriteSite) -> None:
    """source → catalog → query → mapping → screen; catalog → resolver; policy, catalog → prompt."""
    assets = load_site(write_site()).require_good().assets
    assert {asset_id: references(asset) for asset_id, asset in assets.items()} == EDGES


def test_users_are_the_references_reversed(write_site: WriteSite) -> None:
    """Who uses an asset is exactly who refers to it."""
    assets = load_site(write_site()).assets
    reversed_ = {a: tuple(sorted(b for b, refs in EDGES.items() if a in refs)) for a in EDGES}
    assert dependents(assets) == reversed_
    assert used_by(AssetId("query:batches"), assets) == ("mapping:batches", "query:check")
    assert upstream(AssetId("screen:batches"), assets) == (
        "mapping:batches",
        "query:batches",
        "schema_catalog:bakery",
        "source:bakery",
    )
    assert downstream(AssetId("policy:site"), assets) == ("prompt:route",)


def test_a_prompt_is_bound_to_its_own_stage(write_site: WriteSite) -> None:
    """A13's table, but a prompt says which of its two stages it serves."""
    assets = load_site(write_site()).assets
    assert bound_stage(assets[AssetId("prompt:route")]) == ("route_plan",)
    assert bound_stage(assets[AssetId("schema_catalog:bakery")]) == ("route_plan", "validate")


def test_a_change_moves_the_digests_downstream_only(write_site: WriteSite) -> None:
    """The lineage digest of an asset changes with anything it stands on, and with nothing else."""
    before = lineage_digests(load_site(write_site()).assets)
    edited = {
        "schema_catalogs/bakery.yaml": CATALOG.replace("Ovens and", "All ovens and"),
        "policies/site.yaml": "# only a comment\n" + POLICY,
    }
    assets = load_site(write_site(edited)).assets
    after = lineage_digests(assets)
    moved = {asset_id for asset_id in before if before[asset_id] != after[asset_id]}
    catalog = AssetId("schema_catalog:bakery")
    assert moved == {catalog, *downstream(catalog, assets)}
    assert lineage_digest(AssetId("screen:batches"), assets) == after[AssetId("screen:batches")]
