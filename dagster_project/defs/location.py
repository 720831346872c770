"""The code location: everything the operator sees, from one site's files."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.contracts.finding import Finding
from dagster_project.defs.ask import ANSWER_KEY, ask
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.canvas_resource import CanvasResource, bench_resource
from dagster_project.defs.config_assets import config_assets
from dagster_project.defs.entries import Entry, site_entries
from dagster_project.defs.replan_ledger import refresh_ledger, replan_ledger
from dagster_project.defs.rerun import rerun
from dagster_project.defs.swap import override_test, stage_test, swap_test_asset
from dagster_project.inspection.site_findings import findings_by_asset
from dagster_project.registry.load import load_site
from dagster_project.store.settings import Settings


def code_location(settings: Settings) -> dg.Definitions:
    """Assets, checks and jobs of a site. Effects: reads its files; connects to nothing."""
    site = load_site(settings.home)
    entries = site_entries(site)
    assets = config_assets(entries)
    selection = dg.AssetSelection.assets(*assets)
    return dg.Definitions(
        assets=[*assets, answer_asset(entries, site.findings), swap_test_asset, replan_ledger],
        jobs=[
            *(ask, rerun, override_test, stage_test, refresh_ledger()),
            *([_refresh_config(selection)] if assets else []),
        ],
        resources={"canvas": CanvasResource(settings), "bench": bench_resource(settings)},
        executor=dg.in_process_executor,
    )


def answer_asset(entries: tuple[Entry, ...], findings: tuple[Finding, ...]) -> dg.AssetSpec:
    """Where the lineage ends: what every screen, policy and resolver is for."""
    used = {ref for entry in entries for ref in entry.upstream}
    ends = [entry.id for entry in entries if entry.id not in used]
    strays = findings_by_asset(findings).get(None, ())
    return dg.AssetSpec(
        ANSWER_KEY,
        deps=[asset_key(end) for end in ends],
        group_name="answer",
        kinds={"canvas"},
        description="The answers of the job `ask`: one materialization per question, with its"
        " blocks, route, status, references, trace id and the asset versions that shaped it.",
        metadata={"files_of_no_kind": "; ".join(map(str, strays))} if strays else {},
    )


def _refresh_config(selection: dg.AssetSelection) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        "refresh_config",
        selection=selection,
        description="Look at every config asset: health, drift, previews, examples, renders.",
    )
