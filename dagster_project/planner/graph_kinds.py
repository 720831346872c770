"""Words that narrow what a walk shows: "servers that depend on X", "switches of rack 2-1"."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.graph_plan import NodeFilter
from dagster_project.planner.graph_places import only_label
from dagster_project.planner.link import Linked, Token


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which of the nodes met are shown, and the tokens that say so."""

    label: str | None
    filters: tuple[NodeFilter, ...]
    tokens: tuple[Token, ...]


def kinds_beside(linked: Linked, token: Token, anchor: Token, view: CatalogView) -> Kinds:
    """Values of a dimension, and nouns of a collection, near a relation (`token`) of a thing."""
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
    label: str | None = None
    for place in _with_joined(linked, near):
        other = linked.tokens[place]
        named = _collection(other, view)
        if named is not None and label is None and not _apposed(linked, place, anchor, view):
            label = named
            picked.append(other)
            continue
        found = [
            (m.target.rsplit(".", 1)[-1], m.value)
            for m in other.meanings
            if m.kind == "value" and m.value is not None
        ]
        held = [(name, value) for name, value in found if name in properties]
        if held and not other.mention and not _describes_next(linked, place):
            picked.append(other)
            for name, value in held[:1]:
                values.setdefault(name, []).append(value)
    filters = tuple(
        NodeFilter(property=name, op="=" if len(found) == 1 else "in", values=tuple(found))
        for name, found in values.items()
    )
    return Kinds(label, filters, tuple(picked))


def _with_joined(linked: Linked, near: range) -> range:
    """A little further, where an "and" leads there: "cranes and belts that depend on"."""
    low = near.start
    while low > 0 and linked.tokens[low].cue("and"):
        low -= 1
    return range(low, near.stop)


def _collection(token: Token, view: CatalogView) -> str | None:
    labels = {c.label for c in view.spec.graph_collections if c.enabled}
    return next(
        (
            m.target
            for m in token.meanings
            if m.kind == "collection" and m.catalog == view.name and m.target in labels
        ),
        None,
    )


def _apposed(linked: Linked, place: int, anchor: Token, view: CatalogView) -> bool:
    """ "Rack R7", R7 랙: the noun says what the thing named is."""
    if abs(linked.tokens.index(anchor) - place) != 1 or anchor.mention is None:
        return False
    label = _collection(linked.tokens[place], view)
    return any(only_label(view, c.entity) == label for c in anchor.mention.candidates)


def _describes_next(linked: Linked, place: int) -> bool:
    """ "Critical alarms": a word of what is asked, though devices may be critical too."""
    if place + 1 >= len(linked.tokens):
        return False
    tables = {m.table for m in linked.tokens[place].meanings if m.kind == "value"}
    return any(m.kind == "table" and m.table in tables for m in linked.tokens[place + 1].meanings)
