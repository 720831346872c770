"""The planner over the shipped site and the demo plant's own names; no database is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.plan import PlanOutput
from dagster_project.contracts.value import ReleaseId
from dagster_project.planner.assets import PlannerAssets, prepare
from dagster_project.planner.plan_question import plan_question
from dagster_project.registry.load import load_site
from dagster_project.regression.pick_suite import pick_suite
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.topology import equipment

REPOSITORY = Path(__file__).resolve().parents[3]
AS_OF = datetime(2026, 2, 4, tzinfo=UTC)


class Golden(NamedTuple):
    """A question of the golden suites, as of when it is asked."""

    id: str
    question: str
    as_of: datetime


@cache
def demo_planner() -> PlannerAssets:
    assets = load_site(REPOSITORY).require_good().assets
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
    release = Release(id=ReleaseId("demo"), versions=versions)
    resolver = release.get("resolver", "plant")
    assert resolver is not None
    names = [
        EntityName("ci", ci.ci_id, ci.name_ko, ci.name_en, tuple(ci.aliases), cls=ci.ci_class)
        for ci in (*equipment(), *information_technology())
    ]
    specs = [cast(ResolverSpec, resolver.asset.spec)]
    index = EntityIndex.build(specs, names, today=AS_OF.date())
    return prepare(release, index, AS_OF)


@cache
def golden_questions() -> tuple[Golden, ...]:
    """Every question of every suite, each once."""
    found: dict[str, Golden] = {}
    for path in sorted((REPOSITORY / "golden_sets").glob("*.yaml")):
        for case in pick_suite(REPOSITORY, path.stem).cases:
            asked = [case.question, *(r.question for r in case.expect.relations)]
            for place, question in enumerate(asked):
                name = f"{path.stem}/{case.id}" + (f"#{place}" if place else "")
                found.setdefault(question, Golden(name, question, case.as_of or AS_OF))
    return tuple(found.values())


def built_in(question: str, as_of: datetime = AS_OF) -> PlanOutput:
    return plan_question(question, demo_planner(), as_of)
