"""What a prompt would list for a question, with every query of the release."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.offered import Offered
from dagster_project.planner.plan_prompt import template_index
from dagster_project.planner.question_lines import read_for_prompt
from dagster_project.planner.text import language_of, normalise


def offered_of(
    question: str,
    assets: PlannerAssets,
    as_of: datetime,
    language: Language | None = None,
    masked: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
) -> Offered:
    """`without`: queries that the caller may not use."""
    text = normalise(question)
    linked = assets.read(text, as_of)
    said = read_for_prompt(linked, text, assets, as_of, 6_000)
    return Offered(
        question=text,
        linked=linked,
        as_of=as_of,
        language=language or language_of(text),
        queries=frozenset(assets.queries) - without,
        ranked=template_index(assets).nearest(linked).best(8, lambda q: q not in without),
        times=said.times,
        entities=said.entities,
        rules=said.rules,
        masked=masked,
    )
