"""Suites of expectations as asset checks: one for each suite of a catalog or a resolver."""

from collections.abc import Iterable

import dagster as dg

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import ExpectationSuite, SchemaCatalogSpec
from dagster_project.contracts.value import AssetId
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.entries import Entry
from dagster_project.defs.metadata import check_result, observations_markdown
from dagster_project.inspection.bench import Bench, without_secrets
from dagster_project.inspection.inspection import Inspection, failed


def expectation_checks(entries: Iterable[Entry]) -> list[dg.AssetChecksDefinition]:
    """Every declared suite, blocking where it says so."""
    return [
        _check(entry.id, suite)
        for entry in entries
        if entry.asset is not None
        and isinstance(entry.asset.spec, SchemaCatalogSpec | ResolverSpec)
        for suite in entry.asset.spec.expectation_suites
    ]


def suite_of(bench: Bench, asset_id: AssetId, name: str) -> Inspection:
    """The suite as the release that is looked at declares it. Never raises."""
    from dagster_project.inspection.expectations import inspect_suite

    version = bench.version(asset_id)
    spec = version.asset.spec if version else None
    if version is None or not isinstance(spec, SchemaCatalogSpec | ResolverSpec):
        return failed("suite", f"{asset_id} is not in release {bench.release.id}")
    suite = next((one for one in spec.expectation_suites if one.name == name), None)
    if suite is None:
        return failed("suite", f"{version.ref} of release {bench.release.id} has no suite {name!r}")
    return without_secrets(inspect_suite(bench.canvas, bench.release, version, suite))


def _check(asset_id: AssetId, suite: ExpectationSuite) -> dg.AssetChecksDefinition:
    key = asset_key(asset_id)
    name = f"expect_{suite.name}"
    about = suite.table or (f"metric {suite.metric}" if suite.metric else "the alias table")

    @dg.asset_check(
        asset=key,
        name=name,
        blocking=suite.blocking,
        required_resource_keys={"bench"},
        description=f"{len(suite.expectations)} expectations on {about}.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        inspection = suite_of(context.resources.bench, asset_id, suite.name)
        result = check_result(key, name, inspection)
        told = observations_markdown(inspection.findings)
        return result._replace(
            metadata={**result.metadata, "expectations": dg.MetadataValue.md(told)}
        )

    return check
