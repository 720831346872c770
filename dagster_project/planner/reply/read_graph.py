"""A reply's graph to a typed graph plan within the policy's limits of its view."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.graph_plan import (
    MAX_DEPTH,
    Direction,
    GraphMeasure,
    GraphPlan,
)
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.plan_reply import ReplyGraph
from dagster_project.contracts.value import GraphView
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.read_nodes import (
    Graph,
    label_of,
    property_of,
    read_nodes,
    things_of,
)
from dagster_project.planner.reply.reading import Reading

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


def read_graph(
    given: ReplyGraph, view: CatalogView, reading: Reading, where: str
) -> GraphRead | None:
    graph = Graph(reading, view)
    given = _as_usual(given, graph, where)
    graph_view, way = _view_and_way(given)
    limits = reading.assets.policy.limits.graph_views.get(graph_view) or GraphLimits()
    started, ended = (
        things_of(nodes, graph, f"{where}.{end}.keys")
        for nodes, end in ((given.start, "start"), (given.found, "found"))
    )
    walks = given.operation in _WALKS
    start = read_nodes(given.start, started, graph, f"{where}.start", must_say=walks)
    found = read_nodes(given.found, ended, graph, f"{where}.found", must_say=True)
    if given.operation == "path":
        if {t.key for t in started} & {t.key for t in ended}:
            graph.problems.say(f"{where}: a path leads from one thing to another")
        found = found.model_copy(update={"label": label_of(ended, graph)}) if ended else found
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
        reading.hear_negation(f"{where}: missing")
    shown_entities = graph.entities(found.label)
    return GraphRead(view.name, plan, graph_view, (*started, *ended), shown_entities)


def _as_usual(given: ReplyGraph, graph: Graph, where: str) -> ReplyGraph:
    """The view that an operation belongs to. A step along a dependency is a short reach."""
    views: dict[str, GraphView] = {"path": "path", "neighbours": "neighbors"}
    if given.operation in ("neighbours", "reach") and given.view in _KINDS:
        return given.model_copy(update={"operation": "reach"})
    if given.operation == "reach":
        named = ", ".join(_KINDS)
        graph.problems.say(f"{where}: reach goes with the views {named}, not {given.view}")
    update: dict[str, object] = {"view": views.get(given.operation, "summary")}
    return given.model_copy(
        update=update | ({"direction": "both"} if given.operation == "path" else {})
    )


def _view_and_way(given: ReplyGraph) -> tuple[GraphView, Direction]:
    """What depends on a thing is its impact, whichever of the two words a reply uses."""
    way = given.direction or _USUAL_WAY.get(given.view, "out")
    if given.view == "dependency" and way == "in":
        return "impact", "in"
    if given.view == "impact" and way == "out":
        return "dependency", "out"
    return given.view, way


def _relations(
    given: ReplyGraph, graph_view: GraphView, graph: Graph, where: str
) -> tuple[str, ...]:
    """In the catalog's order. A view follows all of its kinds, unless the question names others:
    what a thing depends on is not less because a reply names one relation of several."""
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
    said = {m.target for m in graph.reading.said.meanings if m.kind == "relation"}
    kinds = _KINDS.get(graph_view, ()) if given.operation in _WALKS else ()
    if graph_view in ("dependency", "impact"):
        wanted = {r.name for r in listed if r.name in wanted & said and r.kind not in kinds}
    elif graph_view in ("composition", "path"):
        wanted &= said
    chosen = [r.name for r in listed if r.name in wanted]
    return tuple(chosen or [r.name for r in listed if r.kind in kinds])


def _depth(
    asked: int | None, graph_view: GraphView, limits: GraphLimits, reading: Reading, where: str
) -> int:
    """A number of the question is taken as it is, and cut by validate, which says so."""
    if asked is None:
        return _USUAL_DEPTH.get(graph_view, 1)
    number = reading.number(asked)
    if number is not None:
        reading.compare(number)  # at most 3 levels
    said = number is not None or asked == _USUAL_DEPTH.get(graph_view)
    if asked < 1 or (asked > limits.max_depth and not said):
        reading.problems.say(
            f"{where}.max_depth {shown(asked)}: 1 to {limits.max_depth} for {graph_view}, or null"
        )
        return 1
    if graph_view == "path" and not said:
        asked = max(asked, _USUAL_DEPTH["path"])  # a way that is there is not left unfound
    return min(asked, MAX_DEPTH)


def _groups(given: ReplyGraph, graph: Graph, where: str) -> tuple[str, ...]:
    if given.group_by:
        graph.reading.hear("cue:by")
    return tuple(property_of(name, graph, f"{where}.group_by") for name in given.group_by)


def _measures(given: ReplyGraph, graph: Graph, where: str) -> tuple[GraphMeasure, ...]:
    found: dict[str, GraphMeasure] = {}
    for number, one in enumerate(given.measures):
        place, aggregate = f"{where}.measures[{number}]", one.aggregate
        counts = aggregate == "count"
        if one.metric is not None or one.time is not None or counts is (one.column is not None):
            graph.problems.say(f"{place}: count alone, or another aggregate of one property")
        elif aggregate not in ("count", "count_distinct", "sum", "min", "max", "avg"):
            graph.problems.say(f"{place}: {aggregate} is not taken in a graph")
        else:
            name = property_of(one.column, graph, f"{place}.column") if one.column else None
            own = f"{aggregate}_{name}" if name else aggregate
            found[own] = GraphMeasure(name=own, aggregate=aggregate, property=name)
    graph.reading.hear("cue:count", *(f"cue:aggregate:{m.aggregate}" for m in found.values()))
    return tuple(found.values())
