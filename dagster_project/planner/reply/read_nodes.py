"""Nodes of a reply's graph: which things, of which collection, with which properties."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import ColumnSpec, GraphCollection
from dagster_project.contracts.graph_plan import NodeFilter, Nodes
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.plan_reply import ReplyFilter, ReplyNodes
from dagster_project.planner.graph_places import noun_label, only_label
from dagster_project.planner.reply.problems import Problems, shown
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.reply.said import same


@dataclass(frozen=True, slots=True)
class Graph:
    reading: Reading
    view: CatalogView

    @property
    def problems(self) -> Problems:
        return self.reading.problems

    @property
    def collections(self) -> tuple[GraphCollection, ...]:
        return tuple(c for c in self.view.spec.graph_collections if c.enabled)

    def properties(self) -> dict[str, ColumnSpec]:
        """Of every collection; one that is masked in any of them is not there."""
        masked = self.reading.offered.masked
        hidden = {
            p.name
            for c in self.collections
            for p in c.properties
            if p.masked or f"{c.label}.{p.name}" in masked
        }
        return {
            p.name: p
            for c in self.collections
            for p in c.properties
            if p.enabled and p.name not in hidden
        }

    def entities(self, label: str | None = None) -> frozenset[str]:
        found = (c.entity for c in self.collections if label in (None, c.label))
        return frozenset(entity for entity in found if entity)


def things_of(nodes: ReplyNodes, graph: Graph, where: str) -> list[EntityMention]:
    """Each once."""
    found = (_thing(key, graph, where) for key in nodes.keys)
    return list(dict.fromkeys(thing for thing in found if thing is not None))


def _thing(key: str, graph: Graph, where: str) -> EntityMention | None:
    thing = graph.reading.thing(key, None, where)
    if thing is not None and thing.entity not in graph.entities():
        graph.problems.say(f"{where} {shown(key)}: catalog {graph.view.name} has no {thing.entity}")
        return None
    return thing


def label_of(things: list[EntityMention], graph: Graph) -> str | None:
    """The collection, where that is sure: machine 12 is not switch 12."""
    labels = {only_label(graph.view, t.entity) for t in things}
    return labels.pop() if len(labels) == 1 else None


def read_nodes(
    given: ReplyNodes, things: list[EntityMention], graph: Graph, where: str, *, must_say: bool
) -> Nodes:
    reading = graph.reading
    label = given.label
    if label is not None:
        label = next((c.label for c in graph.collections if c.label.lower() == label.lower()), None)
        if label is None:
            graph.problems.unknown(
                f"{where}.label", given.label, [c.label for c in graph.collections], "labels"
            )
        elif things and not {t.entity for t in things} <= graph.entities(label):
            graph.problems.say(f"{where}.label {shown(label)} holds no such things")
        elif must_say and not things and label not in _labels_said(graph):
            graph.problems.say(f"{where}.label {shown(label)} is not said in the question")
    if label is not None:
        reading.hear(f"collection:{label}")
    filters = [_filter(f, graph, f"{where}.filters[{n}]") for n, f in enumerate(given.filters)]
    keys = tuple(dict.fromkeys(t.key for t in things))
    own = label_of(things, graph) if things and where.endswith("start") else label
    return Nodes(label=own, keys=keys, filters=tuple(f for f in filters if f is not None))


def _labels_said(graph: Graph) -> set[str]:
    said = {m.target for m in graph.reading.said.meanings if m.kind == "collection"}
    nouns = {noun_label(token, graph.view) for token in graph.reading.linked.tokens}
    return said | {label for label in nouns if label is not None}


def _filter(given: ReplyFilter, graph: Graph, where: str) -> NodeFilter | None:
    reading, properties = graph.reading, graph.properties()
    name = given.column.strip().rsplit(".", 1)[-1]
    column = properties.get(name)
    if column is None:
        graph.problems.unknown(f"{where}.column", given.column, properties, view_name(graph))
        return None
    own = any(name in (c.key, c.label_ko, c.label_en) for c in graph.collections)
    if own:
        graph.problems.say(f"{where}: which thing is said by keys, not by a filter on {name}")
        return None
    if given.op not in ("=", "!=", "in") or not given.values:
        graph.problems.say(f"{where}: {name} takes =, != or in, with values")
        return None
    values: list[str | int | float | bool] = []
    for value in given.values:
        known = next((v for v in column.values if same(v.value, value)), None)
        named = reading.said.value_of_property(name, value)
        named = named or (known is not None and reading.said.names(known.names))
        text = reading.said.literally(value) if isinstance(value, str) and not known else None
        if not named and text is None:
            graph.problems.say(f"{where}: {shown(value)} for {name} is not said in the question")
            return None
        values.append(value if named or text is None else text)
        reading.hear(*(m.feature for m in reading.said.meanings if same(m.value, value)))
        reading.hear_words(str(value))
    distinct = tuple(dict.fromkeys(values))
    if given.op == "!=":
        if len(distinct) != 1:
            graph.problems.say(f"{where}: != takes one value")
            return None
        reading.hear_negation(f"{where}: !=")
        return NodeFilter(property=name, op="!=", values=distinct)
    return NodeFilter(property=name, op="=" if len(distinct) == 1 else "in", values=distinct)


def view_name(graph: Graph) -> str:
    return f"properties of {graph.view.name}"


def property_of(name: str, graph: Graph, where: str) -> str:
    known = graph.properties()
    own = name.strip().rsplit(".", 1)[-1]
    if own != "label" and own not in known:
        graph.problems.unknown(where, name, ["label", *known], view_name(graph))
    return own
