"""The planner over the laboratory's files alone: no database is needed to plan."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import cast

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets import Kind
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.plan import Plan, PlanOutput
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import Language, ReleaseId
from dagster_project.planner.assets import PlannerAssets, prepare
from dagster_project.planner.plan_question import plan_question
from dagster_project.planner.templates import features
from dagster_project.planner.text import normalise
from dagster_project.registry.load import load_site
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from lab import SITE
from lab.rows import AS_OF, INSTRUMENTS


@cache
def release() -> Release:
    """The files as a release, every asset at version 1."""
    assets = load_site(SITE).require_good().assets
    versions = {
        key: AssetVersion(
            asset=asset,
            number=1,
            status="published",
            created_by="test",
            created_at=AS_OF,
            reason="test",
        )
        for key, asset in assets.items()
    }
    return Release(id=ReleaseId("lab"), versions=versions)


def spec(kind: Kind, name: str) -> object:
    version = release().get(kind, name)
    assert version is not None
    return version.asset.spec


def catalog() -> SchemaCatalogSpec:
    return cast(SchemaCatalogSpec, spec("schema_catalog", "lab"))


@cache
def view() -> CatalogView:
    return CatalogView("lab", catalog())


def policy() -> PolicySpec:
    return cast(PolicySpec, spec("policy", "default"))


@cache
def planner() -> PlannerAssets:
    names = [EntityName("instrument", key, ko, en, cls=cls) for key, en, ko, cls, *_ in INSTRUMENTS]
    index = EntityIndex.build(
        [cast(ResolverSpec, spec("resolver", "lab"))], names, today=AS_OF.date()
    )
    return prepare(release(), index, AS_OF)


def decide(question: str, as_of: datetime = AS_OF, language: Language | None = None) -> PlanOutput:
    return plan_question(question, planner(), as_of, language)


def plan_of(question: str) -> Plan:
    """The plan of a question that is neither answered at once nor refused."""
    output = decide(question)
    assert output.plan is not None, f"{question!r}: {output.routing_reasoning}"
    return output.plan


def table_plan_of(question: str) -> TablePlan:
    """The one table plan of a question that no verified query takes."""
    plan = plan_of(question)
    assert not plan.open_slots, f"{question!r} asks back: {plan.open_slots}"
    assert len(plan.steps) == 1, f"{question!r}: {[s.query for s in plan.steps]}"
    (step,) = plan.steps
    assert step.table_plan is not None, f"{question!r} took {step.query}"
    return step.table_plan


def token_texts(question: str) -> list[tuple[str, str]]:
    """Kind and text of the tokens that a question is cut into."""
    return [(t.kind, t.text) for t in planner().read(normalise(question), AS_OF).tokens]


def feature_names(question: str) -> list[frozenset[str]]:
    return [f.names for f in features(planner().read(normalise(question), AS_OF))]
