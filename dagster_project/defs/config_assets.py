"""YAML → typed objects → Dagster assets: one op per kind, one asset and one check per file."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

import dagster as dg

from dagster_project.contracts.asset_version import AssetVersion
from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.defs.asset_specs import asset_key, asset_spec
from dagster_project.defs.entries import Entry
from dagster_project.defs.metadata import check_result, inspection_metadata
from dagster_project.inspection.bench import Bench
from dagster_project.inspection.inspection import Inspection
from dagster_project.registry.usage import LastUse

CHECKS: dict[Kind, tuple[str, str]] = {
    "source": ("health", "Connection, rights, limits and latency of the live source."),
    "schema_catalog": ("drift", "Declared tables, columns, types and values are the source's."),
    "query": ("preview", "Runs on its sample and fits its output schema."),
    "mapping": ("preview", "Makes blocks from its query's sample."),
    "policy": ("examples", "Quick rules match their examples and not their counter-examples."),
    "prompt": ("render", "Renders on its sample within its budget."),
    "screen": ("preview", "Shows the blocks of its mappings' samples."),
    "resolver": ("aliases", "Aliases are of things that exist, and shared ones are asked about."),
}
"""The check of each kind: its name and what it promises."""
MODELS_CHECK = (
    "models",
    "Language models that are set answer: from the calls of asks, or, where the policy's"
    " `models.probe_in_checks` lets it spend, by one tiny call each. Warns; blocks nothing.",
)
"""Of policies, beside their examples."""


def config_assets(entries: Iterable[Entry]) -> list[dg.AssetsDefinition]:
    """All files as assets, grouped into one op per kind: events are dear, ops are dearer."""
    entries = tuple(entries)
    engines = {
        entry.asset.header.name: entry.asset.spec.engine
        for entry in entries
        if entry.asset and isinstance(entry.asset.spec, SourceSpec)
    }
    of_kind: dict[Kind, list[Entry]] = {
        kind: [entry for entry in entries if entry.kind == kind] for kind in FOLDERS
    }
    return [_assets_of(kind, found, engines) for kind, found in of_kind.items() if found]


def _assets_of(kind: Kind, entries: list[Entry], engines: dict[str, str]) -> dg.AssetsDefinition:
    check_name, promise = CHECKS[kind]

    @dg.multi_asset(
        name=f"look_at_{FOLDERS[kind]}",
        description=f"{promise} Looks at the release in force with the site's edits laid over it,"
        " or at the one in the run's tag `canvas/release`.",
        specs=[asset_spec(entry, engines) for entry in entries],
        check_specs=[
            dg.AssetCheckSpec(name, asset=asset_key(entry.id), description=text)
            for entry in entries
            for name, text in _checks_of(kind)
        ],
        required_resource_keys={"bench"},
        can_subset=True,
    )
    def look(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        bench: Bench = context.resources.bench
        wanted = context.selected_asset_check_keys
        for entry in entries:
            key = asset_key(entry.id)
            checks = _models_checked(bench, entry, wanted)
            yes = dg.AssetCheckKey(key, check_name) in wanted
            if key not in context.selected_asset_keys and not yes:
                yield from checks
                continue
            inspection = bench.inspect(entry.id)
            context.log.info(f"{entry.id}: {inspection.status} · {inspection.summary}")
            checks = [*([check_result(key, check_name, inspection)] if yes else []), *checks]
            if key in context.selected_asset_keys:
                yield materialized(entry, bench, inspection, checks)
            else:
                yield from checks

    return look


def _checks_of(kind: Kind) -> tuple[tuple[str, str], ...]:
    return (CHECKS[kind], MODELS_CHECK) if kind == "policy" else (CHECKS[kind],)


def _models_checked(
    bench: Bench, entry: Entry, wanted: AbstractSet[dg.AssetCheckKey]
) -> list[dg.AssetCheckResult]:
    """A policy's check of its models, when it is selected."""
    key = asset_key(entry.id)
    if dg.AssetCheckKey(key, MODELS_CHECK[0]) not in wanted:
        return []
    return [check_result(key, MODELS_CHECK[0], bench.inspect_models(entry.id))]


def materialized(
    entry: Entry, bench: Bench, inspection: Inspection, checks: list[dg.AssetCheckResult]
) -> dg.MaterializeResult:
    """The event of one asset. Its data version is the content that was looked at."""
    version = bench.version(entry.id)
    in_force = bench.in_force.versions.get(entry.id)
    content = version.asset.content_hash if version else entry.code_version
    return dg.MaterializeResult(
        asset_key=asset_key(entry.id),
        data_version=dg.DataVersion(content[:16]),
        check_results=checks,
        metadata={
            **inspection_metadata(inspection),
            "version": _version_text(version),
            "in_force": in_force.ref if in_force else "nothing",
            "release": bench.release.id,
            "last_used": _use_text(bench.uses.get(entry.id)),
        },
    )


def _version_text(version: AssetVersion | None) -> str:
    if version is None:
        return "none: the file was refused and nothing is published"
    return f"{version.ref} ({version.status})"


def _use_text(use: LastUse | None) -> str:
    if use is None:
        return "by no ask of the last 30 days"
    return f"version {use.version} by trace {use.trace_id} at {use.at:%Y-%m-%d %H:%M:%S} UTC"
