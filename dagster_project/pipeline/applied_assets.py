"""Which asset versions a stage may read: by kind, and from execute on only what the plan names."""

from __future__ import annotations

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets import BOUND_STAGES
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.value import Stage
from dagster_project.planner.assets import policy_of

_MOST_KEPT = 512


class AppliedAssets:
    """The answers for one release, kept: the same few plans come again and again."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._kept: dict[tuple[Stage, frozenset[str]], dict[str, str]] = {}

    def of(self, stage: Stage, plan: Plan | None) -> dict[str, str]:
        """Asset id to version; not to be changed by the caller."""
        queries = frozenset(step.query for step in plan.steps) if plan is not None else frozenset()
        key = (stage, queries)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = applied_assets(self._release, stage, queries)
        return self._kept[key]


def applied_assets(release: Release, stage: Stage, queries: frozenset[str]) -> dict[str, str]:
    """Asset id to version. Prompts are left out while no model reads them."""
    applied: dict[str, str] = {}
    for kind, versions in release.by_kind.items():
        if stage not in BOUND_STAGES[kind] or kind == "prompt":
            continue
        for version in versions:
            if _concerns(version, queries, release):
                applied[version.asset.id] = str(version.number or "draft")
    return applied


def _concerns(version: AssetVersion, queries: frozenset[str], release: Release) -> bool:
    kind, name, spec = version.asset.header.kind, version.asset.header.name, version.asset.spec
    if kind == "policy":
        return version is policy_of(release)
    if kind == "query":
        return name in queries
    if isinstance(spec, MappingSpec):
        return spec.query in queries
    if kind == "source":
        used = (release.get("query", query) for query in queries)
        return any(
            isinstance(v.asset.spec, QuerySpec) and v.asset.spec.source == name for v in used if v
        )
    return True
