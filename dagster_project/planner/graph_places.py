"""Where things stand: what is in a rack, which rack a machine is in, what stands in the same one.

People say this with "in" and 에 있는, which say nothing alone. It is read from what is named beside
the thing: a kind of node that the catalog's compositions lead to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import Relationship
from dagster_project.contracts.graph_plan import Direction, GraphPlan, Nodes
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.value import GraphView
from dagster_project.planner.link import Linked, Token

_SAME = re.compile(r"\bsame\b|\bshar(?:e|es|ing)\b|같은|동일한", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A walk along compositions, and the noun it was read from."""

    view: GraphView
    plan: GraphPlan
    entity: str
    """Whose keys the found nodes have; empty where they are of no entity."""
    noun: Token


def find_place(
    linked: Linked, view: CatalogView, anchor: Token, mention: EntityMention
) -> Place | None:
    """None where no noun beside the thing named is a part of it or holds it."""
    own = only_label(view, mention.entity)
    if own is None:
        return None
    same = _SAME.search(linked.question) is not None
    for token in linked.tokens:
        label = noun_label(token, view) if token is not anchor and not token.mention else None
        if label is None or label == own:
            continue
        found = _beside(view, mention, own, label) if same else _within(view, mention, own, label)
        if found is not None:
            shown = own if same else label
            kind: GraphView = "neighbors" if same else "composition"
            return Place(kind, found, entity_of(view, shown), token)
    return None


def only_label(view: CatalogView, entity: str) -> str | None:
    """The collection that alone holds an entity's things."""
    labels = [c.label for c in view.spec.graph_collections if c.enabled and c.entity == entity]
    return labels[0] if len(labels) == 1 else None


def entity_of(view: CatalogView, label: str) -> str:
    found = (c.entity for c in view.spec.graph_collections if c.label == label and c.enabled)
    return next(found, None) or ""


def noun_label(token: Token, view: CatalogView) -> str | None:
    """The collection that a noun stands for: racks, or machines as an entity of a table."""
    for meaning in token.meanings:
        if meaning.kind == "collection" and meaning.catalog == view.name:
            graph = any(c.label == meaning.target for c in view.spec.graph_collections)
            return meaning.target if graph else None
    entities = (only_label(view, m.target) for m in token.meanings if m.kind == "entity")
    return next((label for label in entities if label is not None), None)


def _within(view: CatalogView, mention: EntityMention, own: str, label: str) -> GraphPlan | None:
    down = _depth(view, own, label)
    if down is not None:
        return _plan(view, mention, own, label, "out", down)
    up = _depth(view, label, own)
    return None if up is None else _plan(view, mention, own, label, "in", up)


def _beside(view: CatalogView, mention: EntityMention, own: str, label: str) -> GraphPlan | None:
    """Up to what holds it, and down again to its like."""
    depth = _depth(view, label, own)
    return None if depth is None else _plan(view, mention, own, own, "both", 2 * depth)


def _plan(
    view: CatalogView,
    mention: EntityMention,
    own: str,
    label: str,
    direction: Direction,
    depth: int,
) -> GraphPlan:
    return GraphPlan(
        operation="neighbours" if direction == "both" else "reach",
        start=Nodes(label=own, keys=(mention.key,)),
        found=Nodes(label=label),
        relations=tuple(r.name for r in _compositions(view)),
        direction=direction,
        max_depth=depth,
    )


def _depth(view: CatalogView, source: str, target: str) -> int | None:
    """Hops along compositions from one collection to another; None where they do not lead there."""
    met, edge, depth = {source}, {source}, 0
    while edge:
        depth += 1
        edge = {
            label for r in _compositions(view) if edge & set(r.from_labels) for label in r.to_labels
        } - met
        if target in edge:
            return depth
        met |= edge
    return None


def _compositions(view: CatalogView) -> list[Relationship]:
    return [r for r in view.spec.relationships if r.enabled and r.kind == "composition"]
