"""The embedded graph: the machines as nodes, in the laboratory's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from laboratory import Laboratory, role_of

from contract_engines.engine import EVERYTHING, Engine, Ready, Source, nobodys_url
from sources.embedded.graph.load import GraphNode, GraphRelation, grant_graph, load_graph
from sources.embedded.graph.source import open_embedded_graph
from sources.protocol import BoundQuery


def _graph(text: str, schema: str = "lab_graph", **params: object) -> BoundQuery:
    return BoundQuery(text.format(node=f'"{schema}"."node"'), params, allowed_tables=EVERYTHING)


def _nodes() -> Iterator[GraphNode]:
    for number in range(1, 10):
        name = f"GT-0{number}"
        yield GraphNode(number, ("Machine",), name, {"id": number, "name": name})
    cell = {
        "text": "가",
        "integer": 1,
        "number": 1.5,
        "yes": True,
        "day": "2026-01-02",
        "at": "2026-01-02T09:00:00+09:00",
        "list": [1, 2],
    }
    yield GraphNode(10, ("Cell",), "C", cell)


@contextmanager
def _open_graph(request: pytest.FixtureRequest) -> Iterator[Ready]:
    laboratory: Laboratory = request.getfixturevalue("laboratory")
    edges = (GraphRelation(1, 2, "feeds"), GraphRelation(2, 3, "feeds"))
    with laboratory.owner() as owner:
        for schema in ("lab_graph", "hidden_graph"):
            load_graph(owner, schema, _nodes(), edges)
        grant_graph(owner, "lab_graph", role_of(laboratory.reader_url))

    def source(schema: str, *labels: str) -> Source:
        url = laboratory.reader_url
        return open_embedded_graph("graph", url, schema=schema, allowed_labels=labels)

    barred = source("hidden_graph", "*")
    yield Ready(source("lab_graph", "*"), source("lab_graph", "machine"), barred)
    barred.close()


_CROSSED = ", ".join(f"{{node}} n{number}" for number in range(1, 15))
GRAPH = Engine(
    name="embedded graph",
    open=_open_graph,
    open_dead=lambda: open_embedded_graph(
        "dead", nobodys_url(), schema="lab_graph", allowed_labels=["*"], health_retries=0
    ),
    probes={
        "by name": _graph(
            "select graph_integer(n.properties, 'id') as id, n.key as name from {node} n "
            "where n.key = %(name)s",
            name="GT-03",
        ),
        "all": _graph("select n.id from {node} n where 'Machine' = any(n.labels) order by n.id"),
        "typed": _graph(
            "select graph_text(n.properties, 'text') as text, "
            "graph_integer(n.properties, 'integer') as integer, "
            "graph_number(n.properties, 'number') as number, "
            "graph_boolean(n.properties, 'yes') as yes, "
            "graph_date(n.properties, 'day') as day, "
            "graph_timestamp(n.properties, 'at') as at, n.labels, n.properties "
            "from {node} n where n.key = 'C'"
        ),
        "slow": _graph(f"select count(*) from {_CROSSED}"),
        "large": _graph(f"select n1.id from {_CROSSED}"),
        "write": _graph("delete from {node}"),
        "not allowed": BoundQuery('select key from "lab_graph"."node"', allowed_tables=frozenset()),
        "no such column": _graph("select colour from {node}"),
        "no right": _graph("select key from {node}", "hidden_graph"),
    },
    scanned=("Cell", "Machine", "feeds"),
    narrowly=("Machine", "feeds"),
)
