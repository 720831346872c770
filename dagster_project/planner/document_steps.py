"""A question for documents: every search that needs nothing but words, side by side."""

from __future__ import annotations

from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Linked
from dagster_project.planner.steps import purpose_of


def search_steps(linked: Linked, assets: PlannerAssets, language: Language) -> tuple[PlanStep, ...]:
    """Looks for what the question says apart from the words that only ask."""
    words = _words(linked)
    return tuple(
        PlanStep(
            id=query,
            query=query,
            purpose=purpose_of(query, assets, language),
            params={_text_param(query, assets): words},
        )
        for query in assets.searches
    )


def _words(linked: Linked) -> str:
    said = [t.text for t in linked.tokens if not t.only_cue]
    return " ".join(said) or linked.question


def _text_param(query: str, assets: PlannerAssets) -> str:
    return next(p.name for p in assets.queries[query].params if p.type == "text")
