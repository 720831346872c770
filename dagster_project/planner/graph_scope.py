"""What a question says of relations: "what depends on SW-07", "SRV-014에서 ERP까지 경로"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import Relationship
from dagster_project.contracts.graph_plan import (
    GraphOperation,
    GraphPlan,
    Nodes,
)
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.value import GraphView
from dagster_project.planner.cues import cue_terms
from dagster_project.planner.graph_direction import does, is_done_to, walk_of
from dagster_project.planner.graph_kinds import kinds_beside
from dagster_project.planner.graph_places import entity_of, find_place, only_label
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Linked, Token, loose_words
from dagster_project.planner.text import fold, is_hangul, stem

_HOPS = re.compile(r"(\d+)\s*(?:-\s*)?(?:hops?|levels?|steps?|단계|홉)", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*(?:,|&|and|or|와|과|이랑|랑|하고|및|그리고|나|이나)?\s*(?:and\s|및\s)?\s*"
)
_IF = re.compile(r"\b(?:if|when|once|in case)\b[^,?]*", re.IGNORECASE)
_KOREAN_IF = re.compile(r"[^,]*?(?:면|시|때|경우)(?:에|에는|는)?(?=[\s,])")
_USUAL_DEPTH = {"dependency": 4, "impact": 4, "composition": 3, "neighbors": 1, "path": 8}


@dataclass(frozen=True, slots=True)
class Scope:
    """Things picked by how they relate to a thing that is named, and what else was said."""

    catalog: str
    view: GraphView
    plan: GraphPlan
    entity: str
    """Whose keys the found nodes have: that of the thing named where they may be of several."""
    mentions: tuple[EntityMention, ...]
    rest: tuple[Token, ...]
    """Tokens that the scope does not take up: what is asked of the things found."""


def find_scope(linked: Linked, views: Iterable[CatalogView]) -> Scope | None:
    """The first graph catalog that can express it; None where no relation is spoken of."""
    for view in views:
        entities = {c.entity for c in view.spec.graph_collections if c.enabled and c.entity}
        named = [t for t in linked.tokens if _named(t, entities) is not None]
        if not named:
            continue
        path = _path(linked, view, entities, named)
        if path is not None:
            return path
        related = _related(linked, view, entities, named)
        if related is not None:
            return related
        placed = _placed(linked, view, entities, named)
        if placed is not None:
            return placed
    return None


def _named(token: Token, entities: set[str]) -> EntityMention | None:
    if token.mention is None:
        return None
    return next((c for c in token.mention.candidates if c.entity in entities), None)


def _path(
    linked: Linked, view: CatalogView, entities: set[str], named: list[Token]
) -> Scope | None:
    cue = next((t for t in linked.tokens if _scope_cue(t) == "path"), None)
    between = next((t for t in linked.tokens if _scope_cue(t) == "neighbors"), None)
    if len(named) != 2 or (cue or between) is None:
        return None
    first, second = (_named(t, entities) for t in named)
    assert first is not None
    assert second is not None
    plan = GraphPlan(
        operation="path",
        start=_these(view, (first,)),
        found=_these(view, (second,)),
        direction="both",
        max_depth=_hops(linked) or _USUAL_DEPTH["path"],
    )
    used = [*named, *(t for t in (cue, between) if t is not None)]
    return _scope(linked, view, "path", plan, first.entity, (first, second), used)


def _related(
    linked: Linked, view: CatalogView, entities: set[str], named: list[Token]
) -> Scope | None:
    places = {t.start: i for i, t in enumerate(linked.tokens)}
    spoken = [(t, _relation(t, view)) for t in linked.tokens]
    spoken = [(t, r) for t, r in spoken if r is not None or _scope_cue(t) in _USUAL_DEPTH]
    if not spoken:
        return None
    token, relation = spoken[0]
    anchor = min(named, key=lambda t: abs(places[t.start] - places[token.start]))
    other = _other_end(linked.question, token, anchor, named)
    if other is not None and is_done_to(linked.question, anchor):
        anchor, other = other, anchor
    anchors = _together(linked.question, anchor, named)
    started = tuple(m for t in anchors if (m := _named(t, entities)) is not None)
    ended = _named(other, entities) if other is not None else None
    graph_view = _view_of(token, relation)
    if graph_view is None or graph_view == "path":
        return None
    way = relation[1].argument if relation is not None and _goes_one_way(relation[0]) else None
    graph_view, direction = walk_of(linked.question, token, anchors[-1], graph_view, way)
    kinds = kinds_beside(linked, token, anchor, view)
    operation: GraphOperation = "neighbours" if graph_view == "neighbors" else "reach"
    plan = GraphPlan(
        operation=operation,
        start=_these(view, started),
        found=Nodes(label=kinds.label, keys=(ended.key,) if ended else (), filters=kinds.filters),
        relations=_followed(relation, graph_view, view),
        direction=direction,
        max_depth=_hops(linked) or _USUAL_DEPTH[graph_view],
    )
    supposed = _supposed(linked, token, anchors[-1])
    used = [token, *anchors, *kinds.tokens, *supposed, *([other] if other is not None else [])]
    mentions = (*started, *((ended,) if ended else ()))
    entity = entity_of(view, kinds.label) if kinds.label else started[0].entity
    return _scope(linked, view, graph_view, plan, entity, mentions, used)


def _placed(
    linked: Linked, view: CatalogView, entities: set[str], named: list[Token]
) -> Scope | None:
    """ "Machines in rack 2-1": read from the noun, where no word says the relation."""
    if len(named) != 1:
        return None
    mention = _named(named[0], entities)
    assert mention is not None
    place = find_place(linked, view, named[0], mention)
    if place is None:
        return None
    used = [named[0], *([place.noun] if place.entity != mention.entity else [])]
    return _scope(linked, view, place.view, place.plan, place.entity, (mention,), used)


def _these(view: CatalogView, mentions: tuple[EntityMention, ...]) -> Nodes:
    """By key, and by collection where that is sure: machine 12 is not switch 12."""
    labels = {only_label(view, mention.entity) for mention in mentions}
    label = labels.pop() if len(labels) == 1 else None
    return Nodes(label=label, keys=tuple(mention.key for mention in mentions))


def _together(question: str, anchor: Token, named: list[Token]) -> list[Token]:
    """The thing named and those joined to it: "CR-01 and CR-02", CR-01과 CR-02."""
    found = [anchor]
    place = named.index(anchor)
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(named):
            left, right = sorted((named[at], named[at - step]), key=lambda t: t.start)
            if not _JOINED.fullmatch(question[left.end : right.start]):
                break
            found.append(named[at])
            at += step
    return sorted(found, key=lambda t: t.start)


def _supposed(linked: Linked, token: Token, anchor: Token) -> list[Token]:
    """What is only supposed of the thing named asks for nothing: "if X fails", X가 고장 나면."""
    question = linked.question
    spans = [m.span() for m in _IF.finditer(question) if m.start() < anchor.start < m.end()]
    if token.start > anchor.start:
        spans = [(start, min(end, token.start)) for start, end in spans]
        supposed = _KOREAN_IF.match(question, anchor.end, token.start)
        spans += [supposed.span()] if supposed is not None else []
    return [
        t for t in linked.tokens if any(start <= t.start and t.end <= end for start, end in spans)
    ]


def _other_end(question: str, token: Token, anchor: Token, named: list[Token]) -> Token | None:
    """ "Does X depend on Y", X가 Y에 의존해: a second thing that is the only one asked about."""
    others = [t for t in named if t is not anchor]
    if len(others) != 1 or _scope_cue(token) == "neighbors":
        return None
    (other,) = others
    if is_hangul(token.text[0]):
        apart = does(question, other) and is_done_to(question, anchor)
        return other if apart and anchor.end <= token.start else None
    behind = anchor.start < token.start < other.start
    return other if behind and not question[token.end : other.start].strip() else None


def _scope(
    linked: Linked,
    view: CatalogView,
    graph_view: GraphView,
    plan: GraphPlan,
    entity: str,
    mentions: tuple[EntityMention, ...],
    used: list[Token],
) -> Scope:
    taken = {t.start for t in (*used, *loose_words(linked))}
    hops = _HOPS.search(linked.question)
    rest = tuple(
        t
        for t in linked.tokens
        if t.start not in taken and not (hops and hops.start() <= t.start < hops.end())
    )
    return Scope(view.name, graph_view, plan, entity, mentions, rest)


# -- what is followed, and which way


def _scope_cue(token: Token) -> str | None:
    cue = token.cue("scope")
    if cue is not None:
        return cue.argument
    return _scope_stems().get(stem(fold(token.text))) if token.kind == "unknown" else None


@cache
def _scope_stems() -> dict[str, str]:
    """For verbs made of a word that is known: 의존해, impacts."""
    terms = ((term, cue.partition(":")) for term, cue in cue_terms())
    return {term: argument for term, (name, _, argument) in terms if name == "scope"}


def _goes_one_way(relation: Relationship) -> bool:
    return relation.kind != "connection"


def _relation(token: Token, view: CatalogView) -> tuple[Relationship, Meaning] | None:
    for meaning in token.meanings:
        if meaning.kind == "relation" and meaning.catalog == view.name:
            found = next(r for r in view.spec.relationships if r.name == meaning.target)
            return found, meaning
    return None


def _view_of(token: Token, relation: tuple[Relationship, Meaning] | None) -> GraphView | None:
    cue = _scope_cue(token)
    if cue is not None:
        return cue  # pyright: ignore[reportReturnType]
    if relation is None:
        return None
    views: dict[str, GraphView] = {
        "dependency": "dependency",
        "composition": "composition",
        "connection": "neighbors",
    }
    return views.get(relation[0].kind, "neighbors")


def _followed(
    relation: tuple[Relationship, Meaning] | None, graph_view: GraphView, view: CatalogView
) -> tuple[str, ...]:
    """The named type alone; a view follows all types of its kinds, neighbours every type."""
    if relation is not None and graph_view not in ("dependency", "impact"):
        return (relation[0].name,)
    kinds = {
        "dependency": ("dependency", "composition"),
        "impact": ("dependency", "composition"),
        "composition": ("composition",),
    }.get(graph_view, ())
    if relation is not None and relation[0].kind not in kinds:
        return (relation[0].name,)
    return tuple(r.name for r in view.spec.relationships if r.enabled and r.kind in kinds)


def _hops(linked: Linked) -> int | None:
    found = _HOPS.search(linked.question)
    return max(1, min(20, int(found.group(1)))) if found else None
