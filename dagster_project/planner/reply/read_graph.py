"""A reply's graph to a typed graph plan within the policy's limits of its view."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.assets.schema_catalog import ColumnSpec, GraphCollection
from dagster_project.contracts.graph_plan import (
    MAX_DEPTH,
    Direction,
    GraphMeasure,
    GraphPlan,
    NodeFilter,
    Nodes,
)
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.plan_reply import ReplyFilter, ReplyGraph, ReplyNodes
from dagster_project.contracts.value import GraphView
from dagster_project.planner.graph_places import noun_label, only_label
from dagster_project.planner.reply.problems import Problems, shown
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.reply.said import same

_WALKS = ("neighbours", "reach", "path")
_USUAL_DEPTH: dict[GraphView, int] = {
    "dependency": 4,
    "impact": 4,
    "composition": 3,
    "neighbors": 1,
    "path": 8,
}
_USUAL_WAY: dict[GraphView, Direction] = {"impact": "in", "neighbors": "both", "path": "both"}
_KINDS: dict[GraphView, tuple[str, ...]] = {
    "dependency": ("dependency", "composition"),
    "impact": ("dependency", "composition"),
    "composition": ("composition",),
}


@dataclass(frozen=True, slots=True)
class GraphRead:
    """A graph plan, its view, and the things it starts from and ends at, in that order."""

    catalog: str
    plan: GraphPlan
    view: GraphView
    things: tuple[EntityMention, ...]
    shown: frozenset[str]
    """Entities whose keys the found nodes may have."""


@dataclass(frozen=True, slots=True)
class _Graph:
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


def read_graph(
    given: ReplyGraph, view: CatalogView, reading: Reading, where: str
) -> GraphRead | None:
    graph = _Graph(reading, view)
    graph_view, way = _view_and_way(given)
    limits = reading.assets.policy.limits.graph_views.get(graph_view) or GraphLimits()
    started, ended = (
        [t for key in nodes.keys if (t := _thing(key, graph, f"{where}.{end}.keys")) is not None]
        for nodes, end in ((given.start, "start"), (given.found, "found"))
    )
    walks = given.operation in _WALKS
    start = _nodes(given.start, started, graph, f"{where}.start", must_say=walks)
    found = _nodes(given.found, ended, graph, f"{where}.found", must_say=True)
    if given.operation == "path":
        found = found.model_copy(update={"label": _label_of(ended, graph)}) if ended else found
    if walks and way not in limits.directions and given.operation != "path":
        allowed = ", ".join(limits.directions)
        graph.problems.say(f"{where}.direction: {graph_view} may go {allowed}, not {way}")
    fields: dict[str, object] = {
        "operation": given.operation,
        "start": start,
        "found": found,
        "relations": _relations(given, graph_view, graph, where),
        "direction": way,
        "max_depth": _depth(given.max_depth, graph_view, limits, reading, where) if walks else 1,
        "group_by": _groups(given, graph, where),
        "measures": _measures(given, graph, where),
        "limit": reading.row_limit(given.limit, f"{where}.limit"),
    }
    try:
        plan = GraphPlan.model_validate(fields)
    except ValidationError as wrong:
        graph.problems.say(f"{where}: {wrong.errors(include_url=False)[0]['msg']}")
        return None
    reading.hear("cue:scope", f"cue:scope:{graph_view}", "cue:scope:dependency", "cue:scope:impact")
    if given.operation == "missing":
        reading.hear("cue:without", "cue:not")
    shown_entities = graph.entities(found.label)
    return GraphRead(view.name, plan, graph_view, (*started, *ended), shown_entities)


def _view_and_way(given: ReplyGraph) -> tuple[GraphView, Direction]:
    """What depends on a thing is its impact, whichever of the two words a reply uses."""
    way = given.direction or _USUAL_WAY.get(given.view, "out")
    if given.view == "dependency" and way == "in":
        return "impact", "in"
    if given.view == "impact" and way == "out":
        return "dependency", "out"
    return given.view, way


def _thing(key: str, graph: _Graph, where: str) -> EntityMention | None:
    thing = graph.reading.thing(key, None, where)
    if thing is not None and thing.entity not in graph.entities():
        graph.problems.say(f"{where} {shown(key)}: catalog {graph.view.name} has no {thing.entity}")
        return None
    return thing


def _label_of(things: list[EntityMention], graph: _Graph) -> str | None:
    """The collection, where that is sure: machine 12 is not switch 12."""
    labels = {only_label(graph.view, t.entity) for t in things}
    return labels.pop() if len(labels) == 1 else None


def _nodes(
    given: ReplyNodes, things: list[EntityMention], graph: _Graph, where: str, *, must_say: bool
) -> Nodes:
    reading = graph.reading
    label = given.label
    if label is not None:
        label = next((c.label for c in graph.collections if c.label.lower() == label.lower()), None)
        if label is None:
            graph.problems.unknown(
                f"{where}.label", given.label, [c.label for c in graph.collections], "labels"
            )
        elif must_say and not things and label not in _labels_said(graph):
            graph.problems.say(f"{where}.label {shown(label)} is not said in the question")
    if label is not None:
        reading.hear(f"collection:{label}")
    filters = [_filter(f, graph, f"{where}.filters[{n}]") for n, f in enumerate(given.filters)]
    keys = tuple(dict.fromkeys(t.key for t in things))
    own = _label_of(things, graph) if things and where.endswith("start") else label
    return Nodes(label=own, keys=keys, filters=tuple(f for f in filters if f is not None))


def _labels_said(graph: _Graph) -> set[str]:
    said = {m.target for m in graph.reading.said.meanings if m.kind == "collection"}
    nouns = {noun_label(token, graph.view) for token in graph.reading.linked.tokens}
    return said | {label for label in nouns if label is not None}


def _filter(given: ReplyFilter, graph: _Graph, where: str) -> NodeFilter | None:
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
        reading.hear("cue:not", "cue:without")
        return NodeFilter(property=name, op="!=", values=distinct)
    return NodeFilter(property=name, op="=" if len(distinct) == 1 else "in", values=distinct)


def view_name(graph: _Graph) -> str:
    return f"properties of {graph.view.name}"


def _relations(
    given: ReplyGraph, graph_view: GraphView, graph: _Graph, where: str
) -> tuple[str, ...]:
    """In the catalog's order; a view's own kinds where none is named."""
    listed = [r for r in graph.view.spec.relationships if r.enabled]
    names = {r.name.lower(): r.name for r in listed}
    wanted: set[str] = set()
    for number, name in enumerate(given.relations):
        found = names.get(name.strip().lower())
        if found is None:
            place = f"{where}.relations[{number}]"
            graph.problems.unknown(place, name, names.values(), "relations")
        else:
            wanted.add(found)
            graph.reading.hear(f"relation:{found}:along", f"relation:{found}:against")
    kinds = _KINDS.get(graph_view, ()) if given.operation in _WALKS and not wanted else ()
    return tuple(r.name for r in listed if r.name in wanted or r.kind in kinds)


def _depth(
    asked: int | None, graph_view: GraphView, limits: GraphLimits, reading: Reading, where: str
) -> int:
    """A number of the question is taken as it is, and cut by validate, which says so."""
    if asked is None:
        return _USUAL_DEPTH.get(graph_view, 1)
    said = reading.number(asked) is not None
    if asked < 1 or (asked > limits.max_depth and not said):
        reading.problems.say(
            f"{where}.max_depth {shown(asked)}: 1 to {limits.max_depth} for {graph_view}, or null"
        )
        return 1
    return min(asked, MAX_DEPTH)


def _groups(given: ReplyGraph, graph: _Graph, where: str) -> tuple[str, ...]:
    if given.group_by:
        graph.reading.hear("cue:by")
    return tuple(_property(name, graph, f"{where}.group_by") for name in given.group_by)


def _property(name: str, graph: _Graph, where: str) -> str:
    known = graph.properties()
    own = name.strip().rsplit(".", 1)[-1]
    if own != "label" and own not in known:
        graph.problems.unknown(where, name, ["label", *known], view_name(graph))
    return own


def _measures(given: ReplyGraph, graph: _Graph, where: str) -> tuple[GraphMeasure, ...]:
    found: dict[str, GraphMeasure] = {}
    for number, one in enumerate(given.measures):
        place, aggregate = f"{where}.measures[{number}]", one.aggregate
        counts = aggregate == "count"
        if one.metric is not None or one.time is not None or counts is (one.column is not None):
            graph.problems.say(f"{place}: count alone, or another aggregate of one property")
        elif aggregate not in ("count", "count_distinct", "sum", "min", "max", "avg"):
            graph.problems.say(f"{place}: {aggregate} is not taken in a graph")
        else:
            name = _property(one.column, graph, f"{place}.column") if one.column else None
            own = f"{aggregate}_{name}" if name else aggregate
            found[own] = GraphMeasure(name=own, aggregate=aggregate, property=name)
    graph.reading.hear("cue:count", *(f"cue:aggregate:{m.aggregate}" for m in found.values()))
    return tuple(found.values())
