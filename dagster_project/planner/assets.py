"""What the planner works from: the planning side of one release, prepared once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.value import Text
from dagster_project.planner.kept import Kept
from dagster_project.planner.lexicon import Lexicon
from dagster_project.planner.link import Linked, link
from dagster_project.planner.quick_rules import RuleIndex
from dagster_project.planner.templates import Template, features
from dagster_project.planner.text import fold, normalise
from dagster_project.planner.time_phrases import read_times
from dagster_project.resolver.index import EntityIndex


@dataclass(frozen=True, slots=True)
class PlannerAssets:
    """Immutable; shared by all asks of a release until the entity names are read again."""

    policy: PolicySpec
    policy_ref: str
    rules: RuleIndex
    views: tuple[CatalogView, ...]
    lexicon: Lexicon
    index: EntityIndex
    queries: dict[str, QuerySpec]
    titles: dict[str, Text]
    open_queries: dict[str, str]
    """Catalog to its open table plan."""
    open_graphs: dict[str, str]
    """Catalog to its open graph plan."""
    searches: tuple[str, ...]
    """Searches that need nothing but words, in order of their names."""
    templates: tuple[Template, ...]
    descriptions: dict[str, str] = field(default_factory=dict)
    """Query to what it is described as."""
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)
    """What is made of these on first use: the index over the templates, lines of a prompt."""

    def read(self, question: str, as_of: datetime) -> Linked:
        """Cut a normalised question into tokens."""
        times = read_times(question, as_of, self.policy.calendar)
        spans = tuple((s.start, s.end) for s in (*times.ranges, *times.vague))
        folded = fold(question)
        mentions = self.index.find(
            question,
            taken=spans,
            is_term=lambda start, end: self.lexicon.is_term(folded, start, end),
        )
        return link(question, self.lexicon, times, mentions)


def _is_open(spec: QuerySpec) -> bool:
    """Filled by the planner: its examples are what it can express, not what it is."""
    return (
        (spec.form == "table_plan" and spec.plan is None)
        or (spec.form == "graph_plan" and spec.graph is None)
        or _needs_words_only(spec)
    )


def _needs_words_only(spec: QuerySpec) -> bool:
    needed = [p.type for p in spec.params if p.required and p.default is None]
    return spec.form == "search" and needed == ["text"]


def policy_of(release: Release) -> AssetVersion:
    """The policy in force: `default`, or the only one. Raises: AssetNotFound."""
    policies = release.by_kind.get("policy", ())
    named = [p for p in policies if p.asset.header.name == "default"] or list(policies)
    if not named:
        raise AssetNotFound(
            f"release {release.id} has no policy;", "add assets_config/policies/default.yaml"
        )
    return named[0]


def prepare(release: Release, index: EntityIndex, as_of: datetime) -> PlannerAssets:
    """Build the lexicon and read all example questions. Some 50 ms for a plant; once a release."""
    policy = policy_of(release)
    assert isinstance(policy.asset.spec, PolicySpec)
    views = tuple(
        CatalogView(v.asset.header.name, v.asset.spec)
        for v in release.by_kind.get("schema_catalog", ())
        if isinstance(v.asset.spec, SchemaCatalogSpec)
    )
    versions = release.by_kind.get("query", ())
    queries = {
        v.asset.header.name: v.asset.spec for v in versions if isinstance(v.asset.spec, QuerySpec)
    }
    assets = PlannerAssets(
        policy=policy.asset.spec,
        policy_ref=policy.ref,
        rules=RuleIndex.build(policy.asset.spec.quick_rules),
        views=views,
        lexicon=Lexicon(views),
        index=index,
        queries=queries,
        titles={
            v.asset.header.name: v.asset.header.title for v in versions if v.asset.header.title
        },
        open_queries={
            spec.catalog: name
            for name, spec in sorted(queries.items())
            if spec.form == "table_plan" and spec.plan is None and spec.catalog
        },
        open_graphs={
            spec.catalog: name
            for name, spec in sorted(queries.items())
            if spec.form == "graph_plan" and spec.graph is None and spec.catalog
        },
        searches=tuple(name for name, spec in sorted(queries.items()) if _needs_words_only(spec)),
        templates=(),
        descriptions={v.asset.header.name: v.asset.header.description for v in versions},
    )
    return PlannerAssets(
        **{f: getattr(assets, f) for f in assets.__slots__ if f != "templates"},
        templates=tuple(
            Template.of(
                name,
                spec,
                tuple(features(assets.read(normalise(e), as_of)) for e in spec.examples.all()),
            )
            for name, spec in sorted(queries.items())
            if spec.examples.all() and not _is_open(spec)
        ),
    )
