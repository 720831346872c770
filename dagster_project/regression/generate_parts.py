"""Things counted by each of their dimensions: the parts add up to the plain count."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.assets.schema_catalog import ColumnSpec, EntitySpec
from dagster_project.planner.assets import PlannerAssets
from dagster_project.regression.generate_candidates import Candidate, candidate

_MOST_PARTS = 40
"""Values of a dimension; more would be cut by a screen before they add up."""


def parts(assets: PlannerAssets) -> Iterator[Candidate]:
    """Each entity by each dimension of few values, in both languages."""
    for view in assets.views:
        if view.name not in assets.open_queries:
            continue
        for entity in view.spec.entities:
            for column in view.columns(entity.table).values():
                if _has_few_values(column):
                    yield from _by(view.name, entity, column)


def _by(catalog: str, entity: EntitySpec, column: ColumnSpec) -> Iterator[Candidate]:
    source = f"{catalog}.{entity.name}"
    if entity.names.ko and column.names.ko:
        things, dimension = entity.names.ko[0], column.names.ko[0]
        yield candidate(
            "parts", source, "ko", f"{dimension}별 {things} 수", "sums_to", f"{things} 몇 개야?"
        )
    if entity.names.en and column.names.en:
        things, dimension = plural(entity.names.en[0]), column.names.en[0]
        asked = f"number of {things} by {dimension}"
        yield candidate("parts", source, "en", asked, "sums_to", f"how many {things} are there?")


def plural(noun: str) -> str:
    """The usual English plural."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def _has_few_values(column: ColumnSpec) -> bool:
    count = column.distinct or len(column.values)
    return column.role == "dimension" and 1 < count <= _MOST_PARTS
