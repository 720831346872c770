"""Which of a site's assets may be used: each is checked alone, then against what it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.value import AssetId
from dagster_project.registry.checks import (
    check_access,
    check_catalog,
    check_mapping,
    check_models,
    check_query,
    check_rules,
    check_source,
    check_template,
)
from dagster_project.registry.checks.catalog_names import CatalogNames
from dagster_project.registry.parse_asset import ParsedFile
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.references import Reference, mentions, references

_ORDER: tuple[Kind, ...] = (
    "source",
    "schema_catalog",
    "query",
    "mapping",
    "screen",
    "resolver",
    "policy",
    "prompt",
)
"""Upstream first; queries among themselves by their recipes."""


@dataclass
class _Admission:
    """What is admitted so far, and all that exists, good or refused."""

    check_sql: bool
    existing: dict[Kind, set[str]]
    prompts: dict[str, str]
    """Every prompt that could be read, by name, with its stage."""
    admitted: dict[AssetId, ConfigAsset] = field(default_factory=dict)
    catalogs: dict[str, CatalogNames] = field(default_factory=dict)

    def spec(self, kind: Kind, name: str | None) -> object:
        asset = self.admitted.get(AssetId(f"{kind}:{name}"))
        return asset.spec if asset else None

    def catalog(self, name: str | None) -> CatalogNames | None:
        if name is not None and name not in self.catalogs:
            spec = self.spec("schema_catalog", name)
            if isinstance(spec, SchemaCatalogSpec):
                self.catalogs[name] = CatalogNames(spec)
        return self.catalogs.get(name or "")

    @cached_property
    def every_catalog(self) -> CatalogNames | None:
        """None when any catalog is missing from the picture. Asked only when all are admitted."""
        names = self.existing["schema_catalog"]
        specs = [self.spec("schema_catalog", name) for name in names]
        known = [spec for spec in specs if isinstance(spec, SchemaCatalogSpec)]
        return CatalogNames(*known) if known and len(known) == len(names) else None


def admit(
    files: list[ParsedFile], check_sql: bool
) -> tuple[dict[AssetId, ConfigAsset], dict[AssetId, list[Problem]]]:
    """The assets that may be used, and the problems of the others (and warnings of these)."""
    readable = {file.id: file.asset for file in files if file.asset is not None}
    existing: dict[Kind, set[str]] = {kind: set() for kind in FOLDERS}
    for file in files:
        kind, _, name = file.id.partition(":")
        existing[cast("Kind", kind)].add(name)
    prompts = {
        asset.header.name: asset.spec.stage
        for asset in readable.values()
        if isinstance(asset.spec, PromptSpec)
    }
    state = _Admission(check_sql, existing, prompts)
    found: dict[AssetId, list[Problem]] = {}
    circles = _circles(readable)
    for asset in _upstream_first(readable):
        if asset.id in circles:
            problems = [_circle_problem(asset, circles[asset.id])]
        else:
            problems = [*_alone(asset), *_named(asset, state), *_together(asset, state)]
        if problems:
            found[asset.id] = problems
        if not any(problem.refuses for problem in problems):
            state.admitted[asset.id] = asset
    return state.admitted, found


def _upstream_first(assets: Mapping[AssetId, ConfigAsset]) -> list[ConfigAsset]:
    depth: dict[AssetId, int] = {}

    def recipe_depth(asset_id: AssetId, above: frozenset[AssetId]) -> int:
        if asset_id in depth or asset_id in above or asset_id not in assets:
            return depth.get(asset_id, 0)
        steps = (ref for ref in references(assets[asset_id]) if ref.startswith("query:"))
        depth[asset_id] = max((recipe_depth(s, above | {asset_id}) + 1 for s in steps), default=0)
        return depth[asset_id]

    def key(asset: ConfigAsset) -> tuple[int, int, AssetId]:
        kind = asset.header.kind
        within = recipe_depth(asset.id, frozenset()) if kind == "query" else 0
        return _ORDER.index(kind), within, asset.id

    return sorted(assets.values(), key=key)


def _circles(assets: Mapping[AssetId, ConfigAsset]) -> dict[AssetId, tuple[AssetId, ...]]:
    """Each recipe that reaches itself, with the way round."""
    steps = {
        asset.id: [m.id for m in mentions(asset) if m.kind == "query"]
        for asset in assets.values()
        if isinstance(asset.spec, QuerySpec) and asset.spec.steps
    }
    found: dict[AssetId, tuple[AssetId, ...]] = {}
    for start in steps:
        ways: list[tuple[AssetId, ...]] = [(start,)]
        seen: set[AssetId] = set()
        while ways and start not in found:
            way = ways.pop()
            for step in steps.get(way[-1], ()):
                if step == start:
                    found[start] = (*way, start)
                elif step not in seen:
                    seen.add(step)
                    ways.append((*way, step))
    return found


def _circle_problem(asset: ConfigAsset, way: tuple[AssetId, ...]) -> Problem:
    steps = [mention.id for mention in mentions(asset) if mention.kind == "query"]
    index = steps.index(way[1])
    at = ("spec", "steps", index, "query")
    return Problem("CFG032", at, " → ".join(way), "a recipe that does not reach itself")


def _alone(asset: ConfigAsset) -> Iterator[Problem]:
    """What an asset gets wrong by itself."""
    match asset.spec:
        case SourceSpec() as spec:
            yield from check_source.check_source(spec)
        case SchemaCatalogSpec() as spec:
            yield from check_catalog.check_catalog(spec)
        case QuerySpec() as spec:
            yield from check_query.check_query(spec)
        case ResolverSpec() as spec:
            yield from check_rules.check_resolver(spec)
        case PolicySpec() as spec:
            yield from check_rules.check_policy(spec)
        case PromptSpec() as spec:
            yield from check_rules.check_prompt(spec)
        case _:
            return


def _named(asset: ConfigAsset, state: _Admission) -> Iterator[Problem]:
    """The assets it names must exist, and the ones it needs must be good."""
    for mention in mentions(asset):
        at = ("spec", *mention.at)
        names = state.existing[mention.kind]
        if mention.name not in names:
            wrong = f"no {mention.kind} {mention.name!r}"
            near = nearest(mention.name, names)
            yield Problem("CFG030", at, wrong, listed(names), near)
        elif mention.id not in state.admitted:
            yield _refused(mention, at)


def _refused(mention: Reference, at: tuple[str | int, ...]) -> Problem:
    wrong = f"{mention.kind} {mention.name!r} is refused by findings of its own"
    code = "CFG031" if mention.needed else "CFG033"
    return Problem(code, at, wrong, f"{mention.kind} {mention.name!r} put right first")


def _together(asset: ConfigAsset, state: _Admission) -> Iterator[Problem]:
    """What an asset gets wrong about the assets it names."""
    match asset.spec:
        case QuerySpec() as spec:
            yield from _query(spec, state)
        case MappingSpec() as spec:
            query = state.spec("query", spec.query)
            if isinstance(query, QuerySpec):
                yield from check_mapping.check_mapping(spec, query)
        case ResolverSpec() as spec:
            catalogs = [state.spec("schema_catalog", m.catalog) for m in spec.entity_mappings]
            known = [c for c in catalogs if isinstance(c, SchemaCatalogSpec)]
            if known and len(known) == len(catalogs):
                yield from check_rules.check_resolver_names(spec, CatalogNames(*known))
        case PolicySpec() as spec:
            sources, queries = state.existing["source"], state.existing["query"]
            yield from check_access.check_access(spec, sources, queries, state.every_catalog)
        case PromptSpec() as spec:
            yield from _prompt(asset.header.name, spec, state)
        case _:
            return


def _prompt(name: str, spec: PromptSpec, state: _Admission) -> Iterator[Problem]:
    policies = [spec.policy] if spec.policy else ["default", *sorted(state.existing["policy"])]
    policy = next(filter(None, (state.spec("policy", known) for known in policies)), None)
    if isinstance(policy, PolicySpec):
        yield from check_models.check_against_policy(spec, policy.models)
    same_stage = [other for other, stage in state.prompts.items() if stage == spec.stage]
    yield from check_models.check_only_prompt(name, spec, same_stage)


def _query(spec: QuerySpec, state: _Admission) -> Iterator[Problem]:
    names = state.catalog(spec.catalog)
    if names is not None:
        yield from check_query.check_against_catalog(spec, names, state.every_catalog)
    source = state.spec("source", spec.source)
    if isinstance(source, SourceSpec):
        yield from check_source.check_form(spec, source)
        yield from check_template.check_template(spec, source, state.check_sql)
    if spec.form == "recipe":
        steps = {step.query: state.spec("query", step.query) for step in spec.steps}
        good = {name: query for name, query in steps.items() if isinstance(query, QuerySpec)}
        yield from check_query.check_recipe(spec, good)
