"""Small graphs and plans that hypothesis makes: cycles, parallel relations, values out of type,
nodes of several collections, of none, and of one that is turned off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from dagster_project.contracts.graph_plan import GraphPlan
from graph_cases.case_graph import CaseGraph, catalog, collection
from sources.embedded.graph.load import GraphNode, GraphRelation

LABELS = ("Alpha", "Beta", "Gamma", "Off", "Stranger")
RELATIONS = ("needs", "holds", "meets")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = ("a", "B", "ab", "가스", "가", "Z z", "é", "100%", "it's", "😀", "\uffee", "")
_KEYS = tuple(f"k{n}" for n in range(12))
_CATALOG = catalog(
    [
        collection(
            "Alpha",
            "k",
            {"k": "text", "n": "integer", "t": "text", "f": "number", "at": "timestamp"},
            listed=("n", "t"),
            en="t",
        ),
        collection(
            "Beta",
            "k",
            {"k": "text", "n": "number", "t": "text", "b": "boolean", "d": "date", "l": "json"},
            listed=("b", "l"),
        ),
        collection("Gamma", "k", {"k": "text", "n": "integer", "name": "text", "d": "date"}),
        collection("Off", "k", {"k": "text", "n": "integer"}, enabled=False),
    ],
    RELATIONS,
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "n": st.integers(-3, 3) | st.sampled_from((0.5, "3", True)),
    "f": st.integers(-8, 8).map(lambda n: n / 4) | st.integers(-2, 2),
    "t": st.sampled_from(_WORDS) | st.just(7),
    "b": st.booleans() | st.just("true"),
    "d": st.integers(0, 3).map(lambda n: date(2026, 1, 1) + timedelta(days=n)),
    "at": st.integers(0, 3).map(lambda n: _START + timedelta(hours=n)),
    "l": st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2),
    "name": st.sampled_from(_WORDS),
}


@st.composite
def graphs(draw: st.DrawFn) -> CaseGraph:
    count = draw(st.integers(2, len(_KEYS)))
    nodes = []
    for number in range(count):
        labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=2, unique=True))
        names = draw(st.lists(st.sampled_from(tuple(_VALUES)), max_size=6, unique=True))
        properties = {"k": _KEYS[number]} | {name: draw(_VALUES[name]) for name in names}
        nodes.append(GraphNode(number, tuple(labels), _KEYS[number], properties))
    ends = st.integers(0, count - 1)
    made = draw(st.lists(st.tuples(ends, ends, st.sampled_from(RELATIONS)), max_size=30))
    return CaseGraph(tuple(nodes), tuple(GraphRelation(*edge) for edge in made), _CATALOG)


@st.composite
def _filters(draw: st.DrawFn, label: str | None) -> list[dict[str, Any]]:
    own = [c for c in _CATALOG.graph_collections if c.enabled and label in (None, c.label)]
    names = sorted({p.name for c in own for p in c.properties} - {"k"})
    name = draw(st.sampled_from(names))
    kinds = {p.type for c in own for p in c.properties if p.name == name}
    value = {
        "text": st.sampled_from(_WORDS),
        "integer": st.integers(-3, 3),
        "number": st.integers(-8, 8).map(lambda n: n / 4),
        "boolean": st.booleans(),
        "date": st.integers(0, 3).map(lambda n: f"2026-01-0{n + 1}"),
        "timestamp": _VALUES["at"],
        "json": st.nothing(),
    }[kinds.pop() if len(kinds) == 1 else "number"]
    ops = ["is_null", "not_null"]
    if name != "l":
        ops += ["=", "!=", "in"] + ([] if name == "b" else ["<", "<=", ">", ">=", "between"])
        ops += ["like"] if name in ("t", "name") else []
    op = draw(st.sampled_from(ops))
    counts = {"is_null": (0, 0), "not_null": (0, 0), "between": (2, 2), "in": (0, 3)}
    least, most = counts.get(op, (1, 1))
    values = draw(st.lists(value, min_size=least, max_size=most)) if most else []
    return [{"property": name, "op": op, "values": values}]


@st.composite
def _nodes(draw: st.DrawFn, needed: bool) -> dict[str, Any]:
    label = draw(st.sampled_from((None, "Alpha", "Beta", "Gamma")))
    keys = draw(st.lists(st.sampled_from((*_KEYS, "none")), max_size=3, unique=True))
    filters = draw(_filters(label)) if draw(st.booleans()) else []
    if needed and not keys and not filters:
        keys = ["k0"]
    return {"label": label, "keys": keys, "filters": filters}


@st.composite
def plans(draw: st.DrawFn) -> GraphPlan:
    operation = draw(
        st.sampled_from(("find", "neighbours", "reach", "path", "missing", "aggregate"))
    )
    walks = operation in ("neighbours", "reach", "path")
    plan: dict[str, Any] = {
        "operation": operation,
        "start": draw(_nodes(walks)),
        "found": draw(_nodes(operation == "path")),
        "relations": draw(st.lists(st.sampled_from(RELATIONS), max_size=2, unique=True)),
        "direction": draw(st.sampled_from(("out", "in", "both"))),
        "max_depth": draw(st.integers(1, 6)),
        "limit": draw(st.none() | st.integers(1, 4)),
    }
    if operation == "aggregate":
        return GraphPlan.model_validate(plan | draw(_aggregates(plan["start"]["label"])))
    label = plan["found" if operation in ("neighbours", "reach") else "start"]["label"]
    names = _names(None if operation == "path" else label)
    plan["properties"] = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    columns = ["key", "label", "name"] + (["depth"] if walks else [])
    columns += [n for n in plan["properties"] if n not in ("l", "name")]
    if operation != "path":
        plan["order"] = draw(_orders(columns))
    return GraphPlan.model_validate(plan)


def _names(label: str | None) -> list[str]:
    own = [c for c in _CATALOG.graph_collections if c.enabled and label in (None, c.label)]
    return sorted({p.name for c in own for p in c.properties} - {"k"})


def _orders(columns: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries({"by": st.sampled_from(columns), "descending": st.booleans()})
    return st.lists(one, max_size=2, unique_by=lambda order: order["by"])


@st.composite
def _aggregates(draw: st.DrawFn, label: str | None) -> dict[str, Any]:
    names = [name for name in _names(label) if name != "l"]
    groups = draw(st.lists(st.sampled_from(("label", *names)), max_size=2, unique=True))
    measures: list[dict[str, Any]] = [{"name": "count of all", "aggregate": "count"}]
    for name in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
        kinds = ["count_distinct"] + ([] if name == "b" else ["min", "max"])
        kinds += ["sum", "avg"] if name in ("n", "f") else []
        kind = draw(st.sampled_from(kinds))
        measures.append({"name": f"{kind} {name}", "aggregate": kind, "property": name})
    columns = [*groups, *(m["name"] for m in measures)]
    return {"group_by": groups, "measures": measures, "order": draw(_orders(columns))}
