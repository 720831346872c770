"""The embedded graph's loading, its walls, its health and what a scan of it finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pytest
from graph_cases.case_graph import CaseGraph, catalog, collection
from graph_cases.engines import GraphEngine

from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from sources.embedded.graph.load import GraphNode, GraphRelation, load_graph
from sources.embedded.graph.source import EmbeddedGraphSource, open_embedded_graph
from sources.embedded.plant.graph import load_plant_graph
from sources.embedded.seeds import DEFAULT_ANCHOR
from sources.errors import QueryRejected, SourceUnavailable
from sources.postgres.guard import inspect_select
from sources.protocol import BoundQuery

EVERY = frozenset("*")
_AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
NODES = (
    GraphNode(1, ("Room",), "R1", {"code": "R1", "area": 12.5, "opened": date(2020, 1, 2)}),
    GraphNode(2, ("Desk", "Thing"), "D1", {"code": "D1", "size": 3, "wood": True, "at": _AT}),
    GraphNode(3, ("Desk", "Thing"), "D2", {"code": "D2", "size": 4, "tags": ["a"]}),
    GraphNode(4, ("Vault",), "V1", {"code": "V1"}),
)
EDGES = (
    GraphRelation(1, 2, "holds", {"since": 2020}),
    GraphRelation(1, 4, "holds"),
    GraphRelation(4, 3, "holds"),
    GraphRelation(3, 1, "faces"),
)
OFFICE = CaseGraph(
    NODES,
    EDGES,
    catalog(
        [
            collection("Room", "code", {"code": "text", "area": "number"}),
            collection("Desk", "code", {"code": "text", "size": "integer"}, listed=("size",)),
            collection("Vault", "code", {"code": "text"}),
        ],
        ("holds", "faces"),
    ),
)
FIND = GraphPlan(operation="find", start=Nodes())


@pytest.fixture(scope="module")
def office(in_postgres: Callable[..., GraphEngine]) -> GraphEngine:
    return in_postgres(OFFICE, "office")


def _seeing(office: GraphEngine, graph_url: tuple[str, str], *labels: str) -> EmbeddedGraphSource:
    return open_embedded_graph("office", graph_url[1], schema="office", allowed_labels=labels)


def _keys(
    office: GraphEngine, source: EmbeddedGraphSource, plan: GraphPlan, allowed: frozenset[str]
) -> list[object]:
    compiled = office.compile(plan)
    query = BoundQuery(compiled.text, compiled.params, allowed_tables=allowed)
    return [row[[c.name for c in compiled.columns].index("key")] for row in source.run(query).rows]


def test_labels_that_are_not_allowed(office: GraphEngine, graph_url: tuple[str, str]) -> None:
    """No statement shows a node without an allowed label, whatever it asks for."""
    source = _seeing(office, graph_url, "desk", "Room")
    assert _keys(office, source, FIND, EVERY) == ["D1", "D2", "R1"]
    assert _keys(office, source, FIND, frozenset(("room", "vault"))) == ["R1"]
    text = 'select key from "office"."node" order by 1'
    rows = source.run(BoundQuery(text, allowed_tables=frozenset(("vault", "desk")))).rows
    assert rows == (("D1",), ("D2",))
    source.close()


def test_a_walk_through_what_is_hidden(office: GraphEngine, graph_url: tuple[str, str]) -> None:
    """A walk leads through hidden nodes and shows none of them; on a path they have no key."""
    source = _seeing(office, graph_url, "Desk", "Room")
    start = Nodes(keys=("R1",))
    reach = GraphPlan(operation="reach", start=start, max_depth=3, relations=("holds",))
    assert _keys(office, source, reach, EVERY) == ["D1", "D2"]
    path = GraphPlan(operation="path", start=start, found=Nodes(keys=("D2",)), max_depth=3)
    assert _keys(office, source, path, EVERY) == ["R1", None, "D2"]
    source.close()


@pytest.mark.parametrize(("labels", "asked"), [((), EVERY), (("*",), frozenset[str]())])
def test_an_empty_list_allows_nothing(
    office: GraphEngine, graph_url: tuple[str, str], labels: tuple[str, ...], asked: frozenset[str]
) -> None:
    """Without an allowed label, of the source's or of the query's, nothing is asked."""
    source = _seeing(office, graph_url, *labels)
    with pytest.raises(QueryRejected, match="no label is allowed"):
        source.inspect(BoundQuery("select 1", allowed_tables=asked))


@pytest.mark.parametrize(
    "text",
    [
        'select * from "office"."stored_node"',
        'select * from "office"."label"',
        'select * from "office"."seed_info"',
        "select office.graph_reach(array[1], array['holds'], 'out', 3)",
        "select graph_steps(array[1], array['holds'], 'out')",
        "select graph_seen()",
        "select set_config('canvas.graph_labels', '*', false)",
        'select * from "office"."node"; reset canvas.graph_labels',
        'delete from "office"."edge"',
        'select pg_sleep(1) from "office"."node"',
    ],
)
def test_the_walls(office: GraphEngine, text: str) -> None:
    """Only the view, the edges and the graph's own reading functions are within the walls."""
    with pytest.raises(QueryRejected):
        office.source.inspect(BoundQuery(text, allowed_tables=EVERY))


def test_functions_are_opened_one_by_one() -> None:
    """A function that is allowed beside the guard's own opens no other, and is not open to all."""
    text = "select graph_text(a.p, 'x') from lab.a a"
    inspect_select(text, ["lab.a"], functions=frozenset(("graph_text",)))
    with pytest.raises(QueryRejected, match="'graph_text' is not on the list"):
        inspect_select(text, ["lab.a"])
    with pytest.raises(QueryRejected, match="'pg_sleep' is not on the list"):
        inspect_select("select pg_sleep(1)", [], functions=frozenset(("graph_text",)))
    with pytest.raises(QueryRejected, match="called through a schema"):
        inspect_select("select x.graph_text(1)", [], functions=frozenset(("graph_text",)))


def test_the_operation(graph_url: tuple[str, str]) -> None:
    """A source that may not be read is not."""
    source = open_embedded_graph(
        "office", graph_url[1], schema="office", allowed_labels=["*"], allowed_operations=[]
    )
    with pytest.raises(QueryRejected, match="'read' is not allowed"):
        source.inspect(BoundQuery("select 1", allowed_tables=EVERY))


def test_health(office: GraphEngine, graph_url: tuple[str, str]) -> None:
    """A reader that sees the graph is well; one whose graph is gone is not, and health says so."""
    assert [f.name for f in office.source.health().findings] == [
        "connection", "rights", "limits", "latency",
    ]  # fmt: skip
    assert office.source.health().status == "ok"
    gone = open_embedded_graph("gone", graph_url[1], schema="gone", allowed_labels=["*"])
    health = gone.health()
    assert health.status == "error"
    assert "gone.node: no such table" in str(health.findings)


def test_no_server() -> None:
    """A server that is away is unavailable, for a question and for a scan."""
    url = "postgresql://nobody:x@127.0.0.1:1/none"
    source = open_embedded_graph("away", url, schema="away", allowed_labels=["*"])
    with pytest.raises(SourceUnavailable):
        source.run(BoundQuery('select 1 from "away"."node"', allowed_tables=EVERY))
    with pytest.raises(SourceUnavailable):
        source.scan(timeout_seconds=2)
    assert source.health().status == "error"


def test_a_scan(office: GraphEngine, graph_url: tuple[str, str]) -> None:
    """A scan tells labels, properties with types, keys, relations and counts, as they are."""
    facts = _seeing(office, graph_url, "*").scan()
    labels = {label.label: label for label in facts.labels}
    assert {name: label.row_estimate for name, label in labels.items()} == {
        "Desk": 2, "Room": 1, "Thing": 2, "Vault": 1,
    }  # fmt: skip
    desk = {p.name: (p.type, p.nullable) for p in labels["Desk"].properties}
    assert desk == {
        "at": ("timestamp", True),
        "code": ("text", False),
        "size": ("integer", False),
        "tags": ("json", True),
        "wood": ("boolean", True),
    }
    room = {p.name: p.type for p in labels["Room"].properties}
    assert room == {"area": "number", "code": "text", "opened": "date"}
    assert [key.columns for key in labels["Desk"].keys] == [("code",)]
    holds = next(one for one in facts.relations if one.type == "holds")
    assert (holds.from_labels, holds.row_estimate) == (("Room", "Vault"), 3)
    assert holds.to_labels == ("Desk", "Thing", "Vault")
    assert [(p.name, p.type, p.nullable) for p in holds.properties] == [("since", "integer", True)]


def test_a_scan_tells_only_what_is_allowed(office: GraphEngine, graph_url: tuple[str, str]) -> None:
    """Labels that are not allowed, and relations with them, are not told of."""
    facts = _seeing(office, graph_url, "room").scan()
    assert [label.label for label in facts.labels] == ["Room"]
    assert facts.relations == ()


def test_loading_replaces(graph_url: tuple[str, str]) -> None:
    """Loaded twice there is one graph, and a failed load leaves the one before."""
    with psycopg.connect(graph_url[0], autocommit=True) as owner:
        for _ in range(2):
            counts = load_graph(owner, "twice", NODES, EDGES)
        assert counts == {"twice.stored_node": 4, "twice.edge": 4}
        loose = GraphRelation(1, 99, "holds")
        with pytest.raises(psycopg.IntegrityError, match="1 -> 99"):
            load_graph(owner, "twice", NODES[:1], [loose])
        left = owner.execute("select count(*) from twice.stored_node").fetchone()
        assert left == (4,)


def test_the_demo_plant(graph_url: tuple[str, str]) -> None:
    """The plant's graph has the items and the relations of the plant's tables, each once."""
    with psycopg.connect(graph_url[0], autocommit=True) as owner:
        counts = load_plant_graph(owner, DEFAULT_ANCHOR, "small")
        assert counts == {"plant_graph.stored_node": 327, "plant_graph.edge": 766}
        keys = owner.execute(
            "select count(distinct key) from plant_graph.stored_node where key ="
            " properties ->> 'ci_id'"
        ).fetchone()
        assert keys == (327,)


def test_a_schema_that_needs_quotes() -> None:
    """The schema's name stands in a session's settings: a plain one only."""
    with pytest.raises(ValueError, match="plain name"):
        open_embedded_graph("g", "postgresql://x", schema='a"; b', allowed_labels=["*"])
