"""One asset of a release → its kind's inspection, over the composed product."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.screen import ScreenSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import Language
from dagster_project.inspection.catalog import inspect_catalog
from dagster_project.inspection.drift import scan_for_inspection
from dagster_project.inspection.entity_names import resolver_names
from dagster_project.inspection.inspection import Inspection
from dagster_project.inspection.mapping import inspect_mapping
from dagster_project.inspection.models import inspect_models
from dagster_project.inspection.policy import inspect_policy
from dagster_project.inspection.prompt import inspect_prompt
from dagster_project.inspection.prompt_use import with_use
from dagster_project.inspection.query import (
    RunSample,
    Sample,
    inspect_query,
    sample_values,
)
from dagster_project.inspection.recipe import FindQuery, inspect_recipe
from dagster_project.inspection.resolver import inspect_resolver
from dagster_project.inspection.screen import inspect_screen
from dagster_project.inspection.source import inspect_source
from dagster_project.planner.assets import policy_of
from dagster_project.resolver.names import EntityName
from dagster_project.store.source_health import keep_health, recent_health
from sources.errors import SourceError
from sources.protocol import Source

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas


def look(canvas: Canvas, release: Release, version: AssetVersion) -> Inspection:
    """The real work of the asset's kind (A14). Effects: reads its source; keeps a source's health.

    Raises: CanvasError, SourceError.
    """
    name = version.asset.header.name
    match version.asset.spec:
        case SourceSpec() as spec:
            return _look_at_source(canvas, name, spec, canvas.source(name, release))
        case SchemaCatalogSpec() as spec:
            scanned = scan_for_inspection(canvas, release, name)
            return inspect_catalog(spec, canvas.source(spec.source, release), scanned)
        case QuerySpec(form="recipe") as spec:
            return inspect_recipe(spec, _finder(release), _runner(canvas, release))
        case QuerySpec() as spec:
            return inspect_query(name, spec, _runner(canvas, release))
        case MappingSpec() as spec:
            return inspect_mapping(spec, release, _runner(canvas, release))
        case ScreenSpec() as spec:
            return inspect_screen(version, spec, release, _runner(canvas, release))
        case ResolverSpec() as spec:
            return inspect_resolver(spec, _names(canvas, release, spec))
        case PolicySpec() as spec:
            return inspect_policy(spec)
        case PromptSpec() as spec:
            planned = spec.stage == "route_plan"
            seen = inspect_prompt(spec, canvas.desk(release).planner if planned else None)
            return with_use(canvas.database, version.ref, seen)


def look_at_models(canvas: Canvas, release: Release, version: AssetVersion) -> Inspection | None:
    """Of a policy, how its models stand; None for any other asset. Raises: CanvasError."""
    spec = version.asset.spec
    return inspect_models(canvas, release, spec) if isinstance(spec, PolicySpec) else None


def _look_at_source(canvas: Canvas, name: str, spec: SourceSpec, source: Source) -> Inspection:
    earlier = recent_health(canvas.database, name)
    health = source.health(spec.health_check.timeout_seconds)
    keep_health(canvas.database, name, health)
    return inspect_source(spec, health, earlier)


def _finder(release: Release) -> FindQuery:
    def find(name: str) -> QuerySpec | None:
        version = release.get("query", name)
        spec = version.asset.spec if version else None
        return spec if isinstance(spec, QuerySpec) else None

    return find


def _runner(canvas: Canvas, release: Release) -> RunSample:
    policy = policy_of(release).asset.spec
    fixed = policy.calendar.as_of if isinstance(policy, PolicySpec) else "now"
    as_of = datetime.now(UTC) if fixed == "now" else fixed
    find = _finder(release)

    def run(query: str, sample: Sample, language: Language) -> StepResult:
        if isinstance(sample, TablePlan | GraphPlan):
            return canvas.run_query(release, query, None, sample, as_of, language)
        params = sample_values(find(query), sample, as_of)
        return canvas.run_query(release, query, params, None, as_of, language)

    return run


def _names(canvas: Canvas, release: Release, spec: ResolverSpec) -> list[EntityName] | None:
    """Names of every mapped entity, or None when a source does not give them."""
    try:
        return resolver_names(canvas, release, spec)
    except SourceError:
        return None
