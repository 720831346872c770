"""Which way round a relation is told: what depends on a thing is not what it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from dagster_project.pipeline.named_rows import WAY, has_columns
from dagster_project.pipeline.path_blocks import ways_of
from dagster_project.pipeline.phrase_facts import Facts
from dagster_project.pipeline.phrase_marks import MARK, Mark, Marked
from dagster_project.planner.text import fold

Role = Literal["depends", "is depended on"]
"""Of the thing that the question names."""
_E = "\ue000"
_WORDS = r"(?:[ ,:()'\w-]*?)"
_ENGLISH: tuple[tuple[str, Role], ...] = (
    (rf"depend\w* (?:up)?on{_WORDS}{_E}", "is depended on"),
    (rf"{_E}{_WORDS} depend", "depends"),
    (rf"(?:affected|impacted) by{_WORDS}{_E}", "is depended on"),
    (rf"{_E}{_WORDS} (?:is|are|was|were|be|been) (?:affected|impacted)", "depends"),
    (rf"(?:affects?|impacts?) {_E}", "depends"),
    (rf"{_E}{_WORDS} (?:affects?|impacts?)", "is depended on"),
    (rf"impact of {_E}", "is depended on"),
)
_KOREAN: tuple[tuple[str, Role], ...] = (
    (rf"{_E}(?:에|에게|에만|에도)(?![가-힣]){_WORDS}의존", "is depended on"),
    (rf"{_E}(?:이|가|은|는|도|만)(?![가-힣]){_WORDS}의존", "depends"),
    (rf"{_E}(?:이|가|은|는|도)(?![가-힣]){_WORDS}영향을? ?받", "depends"),
    (rf"{_E}(?:이|가|은|는|의|에|로)?(?![가-힣]){_WORDS}영향", "is depended on"),
)


def turned(marked: Marked, question: Marked, told: Marked, facts: Facts) -> Iterator[str]:
    """Relations that are told the other way round, or that nobody asked for."""
    said = _roles(marked)
    if said:
        meant = _roles(question) | _roles(told) | _planned(facts)
        for role in sorted(said - meant):
            yield f"nothing tells that it {role}"
    yield from _ways(marked, facts)


def _roles(marked: Marked) -> set[Role]:
    sentences = re.split(r"(?<=[.!?])\s+", fold(marked.bare))
    roles: Iterator[Role | None] = (
        _first(rules, MARK.sub(lambda m: _sign(marked.marks[m.group()]), one))
        for one in sentences
        for rules in (_ENGLISH, _KOREAN)
    )
    return {role for role in roles if role is not None}


def _sign(mark: Mark) -> str:
    return _E if "entity" in mark.kinds else "x"


def _first(rules: tuple[tuple[str, Role], ...], text: str) -> Role | None:
    return next((role for pattern, role in rules if re.search(pattern, text)), None)


def _planned(facts: Facts) -> set[Role]:
    views = {facts.plan.graph_view, *(step.graph_view for step in facts.steps)}
    found: set[Role] = set()
    if "dependency" in views:
        found.add("depends")
    if "impact" in views:
        found.add("is depended on")
    return found


def _ways(marked: Marked, facts: Facts) -> Iterator[str]:
    """The ends of a path, in their order."""
    order = [marked.marks[sign].text for sign in MARK.findall(marked.bare)]
    for result in facts.results:
        if not result.rows or not has_columns(result, WAY):
            continue
        for way in list(ways_of(result).values())[:1]:
            start, end = way[0].node.id, way[-1].node.id
            if start in order and end in order and order.index(end) < order.index(start):
                yield f"the way leads from {start} to {end}"
