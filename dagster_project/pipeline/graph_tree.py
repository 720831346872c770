"""A graph as a tree from its starts: what a terminal or plain text can show of it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dagster_project.contracts.block import GraphBlock, GraphNode, PathHop
from dagster_project.pipeline.plain_text import one_line

Link = tuple[str, str, bool]
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
    """Each node once: under one that is a hop nearer, by a relation that the walk can have
    followed; where that is not told, under the first that leads to it. The rest are roots."""
    branches = {node.id: Branch(node) for node in block.nodes}
    links = _links(block, branches)
    ways = _ways_walked(branches, links)
    hung: set[str] = set()
    roots: list[Branch] = []
    for branch in sorted(branches.values(), key=_nearest_first):
        node = branch.node
        if node.id in hung:
            continue
        above = _above(branch, branches, links, ways)
        if above is None:
            roots.append(branch)
            hung.add(node.id)
            _hang_unmeasured(node.id, branches, links, hung)
        else:
            _hang(branch, *above, hung)
            _hang_unmeasured(node.id, branches, links, hung)
    shown = len(branches) - len(roots)
    for branch in branches.values():
        _fold(branch)
    return Tree(tuple(roots), max(0, len(block.edges) - shown))


def _nearest_first(branch: Branch) -> tuple[bool, int]:
    return branch.node.depth is None, branch.node.depth or 0


def _links(block: GraphBlock, branches: Mapping[str, Branch]) -> dict[str, list[Link]]:
    """Of each node: what it is related to, how, and whether the relation points to the node."""
    links: dict[str, list[Link]] = defaultdict(list)
    for edge in block.edges:
        if edge.source in branches and edge.target in branches and edge.source != edge.target:
            links[edge.target].append((edge.source, edge.label or edge.type, True))
            links[edge.source].append((edge.target, edge.label or edge.type, False))
    return links


def _ways_walked(
    branches: Mapping[str, Branch], links: Mapping[str, list[Link]]
) -> tuple[bool, ...]:
    """Which way relations were followed: one way, where every node can be reached so, else both."""
    measured = [b.node for b in branches.values() if b.node.depth]
    for forward in (True, False):
        if all(
            any(
                way == forward and branches[other].node.depth == (node.depth or 0) - 1
                for other, _, way in links.get(node.id, ())
            )
            for node in measured
        ):
            return (forward,)
    return (True, False)


def _above(
    branch: Branch,
    branches: Mapping[str, Branch],
    links: Mapping[str, list[Link]],
    ways: tuple[bool, ...],
) -> tuple[Branch, str, bool] | None:
    if not branch.node.depth:
        return None
    for other, relation, forward in links.get(branch.node.id, ()):
        if forward in ways and branches[other].node.depth == branch.node.depth - 1:
            return branches[other], relation, forward
    return None


def _hang(branch: Branch, above: Branch, relation: str, forward: bool, hung: set[str]) -> None:
    """Effects: the branch hangs on the one above it."""
    branch.relation, branch.forward = relation, forward
    above.below.append(branch)
    hung.add(branch.node.id)


def _hang_unmeasured(
    start: str,
    branches: Mapping[str, Branch],
    links: Mapping[str, list[Link]],
    hung: set[str],
) -> None:
    """Effects: nodes without a depth hang on the first that leads to them."""
    waiting = deque((start,))
    while waiting:
        here = waiting.popleft()
        for other, relation, forward in links.get(here, ()):
            if other not in hung and branches[other].node.depth is None:
                _hang(branches[other], branches[here], relation, not forward, hung)
                waiting.append(other)


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
