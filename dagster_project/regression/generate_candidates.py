"""What the generators have in common: a candidate, its id, and the examples they start from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from dagster_project.contracts.golden import Expectation, GoldenCase, Relation, RelationKind
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.text import normalise

GeneratedKind = Literal["alias", "paraphrase", "wider", "parts"]
_MOST_REPLANS = 3
"""A generated question may be helped along: only its rows are held to another's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    case: GoldenCase
    group: tuple[str, str]
    """Query or catalog, and language: cases are spread over these."""


@dataclass(frozen=True, slots=True)
class Example:
    """A listed example of a query."""

    query: str
    language: Language
    text: str


def candidate(
    kind: GeneratedKind,
    source: str,
    language: Language,
    question: str,
    relation: RelationKind,
    other: str,
    entities: tuple[str, ...] | None = None,
) -> Candidate:
    """A case whose answer must stand in a relation to the other question's."""
    mark = blake2b(f"{question}\n{relation}\n{other}".encode(), digest_size=4).hexdigest()
    case = GoldenCase(
        id=f"gen-{kind}-{source}-{mark}",
        question=question,
        tags=("generated", kind, language),
        user="golden",
        expect=Expectation(
            route="orch",
            entities=entities,
            max_replans=_MOST_REPLANS,
            relations=(Relation(kind=relation, question=other),),
        ),
    )
    return Candidate(case, (source, language))


def examples(assets: PlannerAssets) -> Iterator[Example]:
    """Every example of every query, in the order of the queries' names."""
    for name, spec in sorted(assets.queries.items()):
        for text in spec.examples.ko:
            yield Example(name, "ko", normalise(text))
        for text in spec.examples.en:
            yield Example(name, "en", normalise(text))
