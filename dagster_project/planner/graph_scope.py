"""What a question says of relations: "what depends on SW-07", "SRV-014에서 ERP까지 경로".

The direction is read from the order of words in English and from particles in Korean: what stands
before "depends on" needs, what stands behind it is needed; X가 의존하는 needs, X에 의존하는 is
needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import Relationship
from dagster_project.contracts.graph_plan import (
    Direction,
    GraphOperation,
    GraphPlan,
    NodeFilter,
    Nodes,
)
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.value import GraphView
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.text import is_hangul

_HOPS = re.compile(r"(\d+)\s*(?:-\s*)?(?:hops?|levels?|steps?|단계|홉)", re.IGNORECASE)
_SUBJECT = re.compile(r"\s*(?:이|가|은|는)(?=\s|$)")
_OBJECT = re.compile(r"\s*(?:에게|에|을|를|와|과)(?=\s|$)")
_USUAL_DEPTH = {"dependency": 4, "impact": 4, "composition": 3, "neighbors": 1, "path": 8}


@dataclass(frozen=True, slots=True)
class Scope:
    """Things picked by how they relate to a thing that is named, and what else was said."""

    catalog: str
    view: GraphView
    plan: GraphPlan
    entity: str
    """Whose keys the found nodes have."""
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
        start=Nodes(keys=(first.key,)),
        found=Nodes(keys=(second.key,)),
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
    mention = _named(anchor, entities)
    assert mention is not None
    graph_view = _view_of(token, relation)
    if graph_view is None or graph_view == "path":
        return None
    graph_view, direction = _direction(linked.question, token, anchor, relation, graph_view)
    filters, picked = _kinds_beside(linked, token, anchor, view)
    operation: GraphOperation = "neighbours" if graph_view == "neighbors" else "reach"
    plan = GraphPlan(
        operation=operation,
        start=Nodes(keys=(mention.key,)),
        found=Nodes(filters=filters),
        relations=_followed(relation, graph_view, view),
        direction=direction,
        max_depth=_hops(linked) or _USUAL_DEPTH[graph_view],
    )
    used = [token, anchor, *picked]
    return _scope(linked, view, graph_view, plan, mention.entity, (mention,), used)


def _scope(
    linked: Linked,
    view: CatalogView,
    graph_view: GraphView,
    plan: GraphPlan,
    entity: str,
    mentions: tuple[EntityMention, ...],
    used: list[Token],
) -> Scope:
    taken = {t.start for t in (*used, *_loose_words(linked))}
    hops = _HOPS.search(linked.question)
    rest = tuple(
        t
        for t in linked.tokens
        if t.start not in taken and not (hops and hops.start() <= t.start < hops.end())
    )
    return Scope(view.name, graph_view, plan, entity, mentions, rest)


def _loose_words(linked: Linked) -> list[Token]:
    """ "Over" in "the maximum over what X needs" compares nothing: no number follows it."""
    tokens = linked.tokens
    return [
        token
        for place, token in enumerate(tokens)
        if token.cue("op") and not any(t.kind == "number" for t in tokens[place : place + 3])
    ]


# -- what is followed, and which way


def _scope_cue(token: Token) -> str | None:
    cue = token.cue("scope")
    return cue.argument if cue is not None else None


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


def _direction(
    question: str,
    token: Token,
    anchor: Token,
    relation: tuple[Relationship, Meaning] | None,
    graph_view: GraphView,
) -> tuple[GraphView, Direction]:
    if graph_view == "neighbors":
        return graph_view, "both"
    if graph_view == "impact":
        return graph_view, "in"
    along = relation is None or relation[1].argument == "along"
    needs = _is_subject(question, token, anchor)
    outward = needs if along else not needs
    if graph_view == "dependency" and not outward:
        return "impact", "in"
    return graph_view, "out" if outward else "in"


def _is_subject(question: str, token: Token, anchor: Token) -> bool:
    """Whether the thing named does what the relation says, rather than has it done to it."""
    if is_hangul(token.text[0]):
        tail = question[anchor.end :]
        return not _OBJECT.match(tail) or bool(_SUBJECT.match(tail))
    if token.text.lower().endswith(" of"):
        return True  # dependencies of X, parts of X
    return anchor.start < token.start


def _kinds_beside(
    linked: Linked, token: Token, anchor: Token, view: CatalogView
) -> tuple[tuple[NodeFilter, ...], list[Token]]:
    """ "Servers that depend on X": a class beside the relation narrows what is shown."""
    properties = {
        p.name
        for c in view.spec.graph_collections
        if c.enabled
        for p in c.properties
        if p.role == "dimension"
    }
    ends = sorted((linked.tokens.index(token), linked.tokens.index(anchor)))
    near = range(max(0, ends[0] - 3), min(len(linked.tokens), ends[1] + 4))
    values: dict[str, list[str | int | float | bool]] = {}
    picked: list[Token] = []
    for place in near:
        other = linked.tokens[place]
        found = [
            (m.target.rsplit(".", 1)[-1], m.value)
            for m in other.meanings
            if m.kind == "value" and m.value is not None
        ]
        held = [(name, value) for name, value in found if name in properties]
        if held and not other.mention:
            picked.append(other)
            for name, value in held[:1]:
                values.setdefault(name, []).append(value)
    filters = tuple(
        NodeFilter(property=name, op="=" if len(found) == 1 else "in", values=tuple(found))
        for name, found in values.items()
    )
    return filters, picked


def _hops(linked: Linked) -> int | None:
    found = _HOPS.search(linked.question)
    return max(1, min(20, int(found.group(1)))) if found else None
