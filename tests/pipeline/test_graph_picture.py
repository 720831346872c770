"""The picture of a graph: every node has its place, nothing overlaps, the same each time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import orjson
import pytest
import vl_convert
from hypothesis import given, settings

from dagster_project.contracts.block import GraphBlock, GraphEdge, GraphNode
from dagster_project.pipeline.graph_layers import MOST_IN_A_LAYER
from dagster_project.pipeline.graph_layout import PlacedNode, lay_out
from dagster_project.pipeline.graph_picture import graph_picture
from pipeline.graphs import ANY_GRAPH, graph, grown_graph


def columns(nodes: tuple[PlacedNode, ...]) -> dict[float, list[PlacedNode]]:
    found: dict[float, list[PlacedNode]] = {}
    for node in nodes:
        found.setdefault(node.x, []).append(node)
    return {x: sorted(found[x], key=lambda node: node.y) for x in sorted(found)}


@given(ANY_GRAPH)
def test_every_place_is_a_number_within_the_picture(block: GraphBlock) -> None:
    """Whatever the nodes and relations are: no NaN, nothing outside, each node stands once."""
    layout = lay_out(block)
    points = [(n.x, n.y) for n in layout.nodes] + [p for e in layout.lines for p in e.points]
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in points)
    assert all(0 <= n.x <= layout.width and 0 <= n.y <= layout.height for n in layout.nodes)
    assert sum(n.stands_for for n in layout.nodes) == len({n.id for n in block.nodes})


@given(ANY_GRAPH)
def test_the_same_graph_is_the_same_picture(block: GraphBlock) -> None:
    """Down to the byte, also from a block that came back from JSON."""
    again = GraphBlock.model_validate_json(block.model_dump_json())
    assert orjson.dumps(graph_picture(again)) == orjson.dumps(graph_picture(block))


@pytest.mark.parametrize("size", [1, 5, 50, 200, 1000])
def test_labels_do_not_run_into_each_other(size: int) -> None:
    """In a column they stand a line apart; the next column begins where the longest has ended."""
    layout = lay_out(grown_graph(size))
    placed = list(columns(layout.nodes).items())
    for _, nodes in placed:
        assert len(nodes) <= MOST_IN_A_LAYER
        assert all(below.y - above.y >= 18 for above, below in pairwise(nodes))
    for (_, nodes), (next_x, _) in pairwise(placed):
        assert max(node.right for node in nodes) < next_x - 20
    assert max(node.x + node.text_px for node in layout.nodes) <= layout.width + 1


def test_a_column_per_hop() -> None:
    """The start at the left; what is as far from it stands in one column."""
    block = grown_graph(50)
    depth = {node.id: node.depth for node in block.nodes}
    for place, nodes in enumerate(columns(lay_out(block).nodes).values()):
        assert {depth[node.id] for node in nodes} == {place}


def test_too_many_of_a_hop_are_folded() -> None:
    """Those that lead further stay; the last place says how many more there are."""
    nodes = [GraphNode(id="A", label="", name="A", depth=0)]
    nodes += [GraphNode(id=f"B{n:03d}", label="", name="", depth=1) for n in range(100)]
    nodes += [GraphNode(id="C", label="", name="", depth=2)]
    edges = [GraphEdge(source="A", target=node.id, type="t") for node in nodes[1:101]]
    edges.append(GraphEdge(source="B099", target="C", type="t"))
    layout = lay_out(graph(tuple(nodes), tuple(edges)))
    second = list(columns(layout.nodes).values())[1]
    assert len(second) == MOST_IN_A_LAYER
    assert "B099" in {node.id for node in second}
    assert (second[-1].text, second[-1].stands_for) == ("+71 …", 71)
    assert sum(line.folded for line in layout.lines) == 1


def test_an_arrow_points_where_the_relation_does() -> None:
    """From the left to the right or back, and round the side between two of one column."""
    a, b, c = (
        GraphNode(id=key, label="", name="", depth=depth)
        for key, depth in (("A", 0), ("B", 1), ("C", 1))
    )
    edges = (
        GraphEdge(source="A", target="B", type="t"),
        GraphEdge(source="C", target="A", type="t"),
        GraphEdge(source="C", target="B", type="t"),
    )
    layout = lay_out(graph((a, b, c), edges))
    at = {node.id: node for node in layout.nodes}
    out, back, round_ = layout.lines
    assert out.arrow == (at["B"].x - 8, at["B"].y)
    assert back.arrow == (at["A"].right, at["A"].y)
    assert round_.arrow == (at["B"].x - 8, at["B"].y)
    heads = next(
        layer["data"]["values"]
        for layer in layers(graph_picture(graph((a, b, c), edges)))
        if layer["mark"].get("shape") == "triangle"
    )
    assert [head["angle"] for head in heads] == [90, 270, 90]


def test_nodes_without_a_depth_stand_by_their_relations() -> None:
    """A graph that no walk made still has columns."""
    nodes = tuple(GraphNode(id=key, label="", name="") for key in "ABCD")
    edges = tuple(GraphEdge(source=a, target=b, type="t") for a, b in (("A", "B"), ("B", "C")))
    layout = lay_out(graph(nodes, edges))
    x = {node.id: node.x for node in layout.nodes}
    assert x["A"] < x["B"] < x["C"]
    assert x["D"] == x["A"]


def test_things_stand_near_what_they_hang_on() -> None:
    """Two families of children do not cross."""
    rows = [("A", 0), ("B1", 1), ("B2", 1), ("C1", 2), ("C2", 2), ("C3", 2), ("C4", 2)]
    nodes = tuple(GraphNode(id=key, label="", name="", depth=depth) for key, depth in rows)
    pairs = ("A B1", "A B2", "B2 C1", "B1 C2", "B2 C3", "B1 C4")
    edges = tuple(GraphEdge(source=p.split()[0], target=p.split()[1], type="t") for p in pairs)
    last = list(columns(lay_out(graph(nodes, edges)).nodes).values())[2]
    assert [node.id for node in last] == ["C2", "C4", "C1", "C3"]


def layers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec["layer"])


@pytest.mark.parametrize("size", [0, 1, 5, 50, 200])
def test_it_draws(size: int) -> None:
    """A real renderer makes a picture of it, with every place's text."""
    block = grown_graph(size) if size else graph(())
    spec = graph_picture(block)
    svg = vl_convert.vegalite_to_svg(orjson.dumps(spec).decode())
    assert svg.startswith("<svg")
    for node in lay_out(block).nodes:
        assert node.text.split(" ")[0] in svg


@settings(max_examples=8, deadline=None)
@given(ANY_GRAPH)
def test_whatever_the_names_are_it_draws(block: GraphBlock) -> None:
    """Names are text: none becomes a tag of the picture."""
    odd = GraphNode(id="<script>x</script>", label="a<b\x1b", name="]]>&lt;\x1b[31m", depth=0)
    drawn = graph_picture(block.model_copy(update={"nodes": (odd, *block.nodes)}))
    svg = vl_convert.vegalite_to_svg(orjson.dumps(drawn).decode())
    assert "<script" not in svg
    assert "\x1b" not in svg
