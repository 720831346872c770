"""A graph as a tree from its starts: what a terminal or plain text can show of it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dagster_project.contracts.block import GraphBlock, GraphEdge, GraphNode, PathHop
from dagster_project.pipeline.plain_text import one_line

MOST_UNDER_ONE = 20
"""More that hang on one node are counted."""


@dataclass(slots=True)
class Branch:
    """A node, the relation that hangs it on the one above, and what hangs on it."""

    node: GraphNode
    relation: str = ""
    forward: bool = True
    """Whether the relation points from the node above to this one."""
    below: list[Branch] = field(default_factory=list)
    folded: int = 0
    """How many more hang here."""


@dataclass(frozen=True, slots=True)
class Tree:
    roots: tuple[Branch, ...]
    beside: int
    """Relations among the nodes that no branch shows."""


def tree_of(block: GraphBlock) -> Tree:
    """Each node once, under the first that leads to it; what nothing leads to is a root."""
    branches = {node.id: Branch(node) for node in block.nodes}
    edges: dict[str, list[tuple[str, GraphEdge]]] = defaultdict(list)
    for edge in block.edges:
        if edge.source in branches and edge.target in branches and edge.source != edge.target:
            edges[edge.source].append((edge.target, edge))
            edges[edge.target].append((edge.source, edge))
    order = sorted(block.nodes, key=lambda node: (node.depth is None, node.depth or 0))
    roots: list[Branch] = []
    hung: set[str] = set()
    for node in order:
        if node.depth == 0 and node.id not in hung:
            hung.add(node.id)
            roots.append(branches[node.id])
    _hang([root.node.id for root in roots], branches, edges, hung)
    for node in order:
        if node.id not in hung:
            hung.add(node.id)
            roots.append(branches[node.id])
            _hang([node.id], branches, edges, hung)
    shown = len(branches) - len(roots)
    for branch in branches.values():
        _fold(branch)
    return Tree(tuple(roots), max(0, len(block.edges) - shown))


def _hang(
    from_: Sequence[str],
    branches: dict[str, Branch],
    edges: dict[str, list[tuple[str, GraphEdge]]],
    hung: set[str],
) -> None:
    """Effects: hangs all that can be reached, the nearest first."""
    waiting = deque(from_)
    while waiting:
        here = waiting.popleft()
        for there, edge in edges.get(here, ()):
            if there not in hung:
                hung.add(there)
                branch = branches[there]
                branch.relation = edge.label or edge.type
                branch.forward = edge.source == here
                branches[here].below.append(branch)
                waiting.append(there)


def _fold(branch: Branch) -> None:
    """Effects: of too many below one node the first stay."""
    if len(branch.below) > MOST_UNDER_ONE:
        branch.folded = len(branch.below) - MOST_UNDER_ONE
        branch.below = branch.below[:MOST_UNDER_ONE]


def tree_lines(tree: Tree) -> Iterator[tuple[int, str]]:
    """Depth and text of each line, `-depends_on-> SRV-014 main server [server]`."""
    waiting: list[tuple[int, Branch | int]] = [(0, root) for root in reversed(tree.roots)]
    while waiting:
        depth, branch = waiting.pop()
        if isinstance(branch, int):
            yield depth, f"… +{branch}"
            continue
        yield depth, f"{arrow(branch)}{node_text(branch.node)}"
        if branch.folded:
            waiting.append((depth + 1, branch.folded))
        waiting += [(depth + 1, each) for each in reversed(branch.below)]


def arrow(branch: Branch) -> str:
    """`-depends_on-> ` or `<-depends_on- `; nothing for a root."""
    if not branch.relation:
        return ""
    relation = one_line(branch.relation)
    return f"-{relation}-> " if branch.forward else f"<-{relation}- "


def node_text(node: GraphNode) -> str:
    """`SRV-014 main server [server]`; what may not be known of is a gap."""
    named = node.name if node.name not in ("", node.id) else ""
    label = f"[{node.label}]" if node.label else ""
    return " ".join(one_line(part) for part in (node.id, named, label) if part) or "…"


def way_text(way: tuple[PathHop, ...]) -> str:
    """`A -depends_on-> B <-runs_on- C`."""
    parts: list[str] = []
    for hop in way:
        if parts:
            relation = one_line(hop.relation or "")
            parts.append(f"-{relation}->" if hop.forward else f"<-{relation}-")
        parts.append(node_text(hop.node))
    return " ".join(parts)
