"""Graph blocks of any size and form, by chance or by hand."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from dagster_project.contracts.block import GraphBlock, GraphEdge, GraphNode

KINDS = ("서버", "스위치", "application", "database")
RELATIONS = (("depends_on", "의존"), ("runs_on", "구동"), ("connects", "연결"))


def graph(
    nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...] = (), title: str = "Impact"
) -> GraphBlock:
    return GraphBlock(
        id="s1.1",
        title=title,
        nodes=nodes,
        edges=edges,
        total_nodes=len(nodes),
        shown_nodes=len(nodes),
        truncated=False,
    )


def grown_graph(size: int, seed: int = 1) -> GraphBlock:
    """A start and what follows from it within three hops, as a plant's topology looks."""
    chance = random.Random(seed)
    nodes = [GraphNode(id="GT-01", label="가스터빈", name="가스터빈 1호기", depth=0)]
    edges: list[GraphEdge] = []
    while len(nodes) < size:
        place = len(nodes)
        above = [n for n in nodes if n.depth == min(2, 3 * place // size)]
        parent = chance.choice(above or nodes)
        name = chance.choice(("주 제어 서버 이중화 구성", "Historian", "ERP application server"))
        depth = (parent.depth or 0) + 1
        node = GraphNode(id=f"SRV-{place:03d}", label=chance.choice(KINDS), name=name, depth=depth)
        nodes.append(node)
        others = [parent] + [chance.choice(nodes[:-1])] * (chance.random() < 0.15)
        for other in others:
            kind, label = chance.choice(RELATIONS)
            ends = (other.id, node.id) if chance.random() < 0.7 else (node.id, other.id)
            edges.append(GraphEdge(source=ends[0], target=ends[1], type=kind, label=label))
    return graph(tuple(nodes), tuple(edges))


_KEYS = st.sampled_from([f"K{n}" for n in range(12)])
_NODES = st.builds(
    GraphNode,
    id=_KEYS,
    label=st.sampled_from(("", *KINDS)),
    name=st.text(max_size=40),
    depth=st.none() | st.integers(0, 20),
)
_EDGES = st.builds(
    GraphEdge, source=_KEYS, target=_KEYS, type=st.sampled_from(("a", "b")), label=st.text()
)
ANY_GRAPH = st.builds(
    graph,
    st.lists(_NODES, max_size=25).map(tuple),
    st.lists(_EDGES, max_size=40).map(tuple),
    st.text(max_size=20),
)
