"""The code location: everything the operator sees, from one site's files."""

from __future__ import annotations

from dataclasses import dataclass

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.contracts.finding import Finding
from dagster_project.defs.alias_tables import alias_table_assets
from dagster_project.defs.ask import ANSWER_KEY, ask
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.canvas_resource import CanvasResource, bench_resource
from dagster_project.defs.catalog_sync import catalog_schedules, catalog_sync_job
from dagster_project.defs.config_assets import config_assets
from dagster_project.defs.document_index import document_assets
from dagster_project.defs.entries import Entry, site_entries
from dagster_project.defs.expectation_checks import expectation_checks
from dagster_project.defs.golden_night import golden_night, regression_job
from dagster_project.defs.golden_schedules import nightly_look, nightly_regression
from dagster_project.defs.golden_sensors import golden_suites, regression_failed, rollback_approved
from dagster_project.defs.golden_suites import (
    site_zone,
    suite_files,
    suite_specs,
    verdict_checks,
)
from dagster_project.defs.prune import nightly_pruning, prune_traces, trace_retention
from dagster_project.defs.publish import publish, publish_gate_asset
from dagster_project.defs.replan_ledger import refresh_ledger, replan_ledger
from dagster_project.defs.rerun import rerun
from dagster_project.defs.rollback import decide_rollback, rollback, rollback_requests_asset
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
    golden = golden_nights(settings, entries)
    zone = site_zone(entries)
    sync = catalog_sync_job(entries)
    return dg.Definitions(
        assets=[
            *(*assets, answer_asset(entries, site.findings), swap_test_asset, replan_ledger),
            *(*alias_table_assets(entries), *document_assets(entries), *golden.assets),
        ],
        asset_checks=[*golden.checks, *expectation_checks(entries)],
        jobs=[
            *(ask, rerun, override_test, stage_test, refresh_ledger()),
            *(*golden.jobs, *([sync] if sync else [])),
            *([_refresh_config(selection)] if assets else []),
        ],
        schedules=[*golden.schedules, *catalog_schedules(entries, zone, sync)],
        sensors=[golden_suites, regression_failed, rollback_approved],
        resources={"canvas": CanvasResource(settings), "bench": bench_resource(settings)},
        executor=dg.in_process_executor,
    )


@dataclass(frozen=True, slots=True)
class GoldenParts:
    """What a site's golden suites add to the location."""

    assets: list[dg.AssetSpec | dg.AssetsDefinition]
    checks: list[dg.AssetChecksDefinition]
    jobs: list[UnresolvedAssetJobDefinition | dg.JobDefinition]
    schedules: list[dg.ScheduleDefinition]


def golden_nights(settings: Settings, entries: tuple[Entry, ...]) -> GoldenParts:
    """Suites below what they read, the nights, and what goes back. Effects: reads golden_sets/."""
    files, zone = suite_files(settings.home), site_zone(entries)
    night = golden_night(zone, files)
    job, pruning, look = regression_job(night), prune_traces(), _refresh_sources(entries)
    return GoldenParts(
        assets=[
            *(*suite_specs(files, entries), night, rollback_requests_asset, publish_gate_asset),
            trace_retention,
        ],
        checks=[verdict_checks(files)] if files else [],
        jobs=[*([look] if look else []), job, decide_rollback, rollback, publish, pruning],
        schedules=[
            *([nightly_look(look, zone)] if look else []),
            *(nightly_regression(job, zone), nightly_pruning(pruning, zone)),
        ],
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


def _refresh_sources(entries: tuple[Entry, ...]) -> UnresolvedAssetJobDefinition | None:
    sources = [asset_key(entry.id) for entry in entries if entry.kind == "source"]
    if not sources:
        return None
    return dg.define_asset_job(
        "refresh_sources",
        selection=dg.AssetSelection.assets(*sources),
        description="Look at the health of every source.",
    )
