"""Which column of a graph's picture a node stands in, in what order, and what is folded away."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.contracts.block import GraphBlock, GraphNode

MOST_IN_A_LAYER = 30
"""More are folded into one place."""
_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a column: one node, or those that are folded into the column's last place."""

    id: str
    nodes: tuple[GraphNode, ...]
    folded: bool = False


def layers_of(block: GraphBlock) -> list[list[Spot]]:
    """Columns from the left; in each the spots from above."""
    unique = {node.id: node for node in reversed(block.nodes)}
    nodes = [node for node in block.nodes if unique.pop(node.id, None) is not None]
    beside = _neighbours(block, {node.id for node in nodes})
    depths = _depths(nodes, beside)
    layers: dict[int, list[GraphNode]] = defaultdict(list)
    for node in nodes:
        layers[depths[node.id]].append(node)
    columns = [_folded(layers[depth], depth, beside, depths) for depth in sorted(layers)]
    return _untangled(columns, beside)


def _neighbours(block: GraphBlock, known: set[str]) -> dict[str, list[str]]:
    beside: dict[str, list[str]] = defaultdict(list)
    for edge in block.edges:
        if edge.source != edge.target and edge.source in known and edge.target in known:
            beside[edge.source].append(edge.target)
            beside[edge.target].append(edge.source)
    return beside


def _depths(nodes: Sequence[GraphNode], beside: Mapping[str, list[str]]) -> dict[str, int]:
    """Their own; a node without one is a hop from the nearest that has one."""
    depths = {node.id: node.depth for node in nodes if node.depth is not None}
    waiting = deque(depths)
    for node in nodes:
        if node.id not in depths and (not depths or not beside.get(node.id)):
            depths[node.id] = 0
            waiting.append(node.id)
        while waiting:
            here = waiting.popleft()
            for there in beside.get(here, ()):
                if there not in depths:
                    depths[there] = depths[here] + 1
                    waiting.append(there)
    for node in nodes:
        depths.setdefault(node.id, 0)
    return depths


def _folded(
    nodes: list[GraphNode],
    depth: int,
    beside: Mapping[str, list[str]],
    depths: Mapping[str, int],
) -> list[Spot]:
    """The column's spots; of too many, those that lead further stay."""
    if len(nodes) <= MOST_IN_A_LAYER:
        return [Spot(node.id, (node,)) for node in nodes]

    def leads_further(node: GraphNode) -> int:
        return sum(depths[other] > depth for other in beside.get(node.id, ()))

    kept = sorted(nodes, key=leads_further, reverse=True)[: MOST_IN_A_LAYER - 1]
    shown = {node.id for node in kept}
    rest = tuple(node for node in nodes if node.id not in shown)
    spots = [Spot(node.id, (node,)) for node in nodes if node.id in shown]
    return [*spots, Spot(f"+{depth}", rest, folded=True)]


def _untangled(columns: list[list[Spot]], beside: Mapping[str, list[str]]) -> list[list[Spot]]:
    """Columns in which each spot stands near the middle of what it is related to next door."""
    spot_of = {node.id: spot.id for column in columns for spot in column for node in spot.nodes}
    ordered = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        places = range(1, len(ordered)) if forth else range(len(ordered) - 2, -1, -1)
        for place in places:
            fixed = ordered[place - 1 if forth else place + 1]
            heights = {spot.id: (n + 0.5) / len(fixed) for n, spot in enumerate(fixed)}
            ordered[place] = _sorted(ordered[place], heights, beside, spot_of)
    return ordered


def _sorted(
    column: list[Spot],
    heights: Mapping[str, float],
    beside: Mapping[str, list[str]],
    spot_of: Mapping[str, str],
) -> list[Spot]:
    def height(place: int) -> tuple[bool, float, int]:
        spot = column[place]
        met = [
            heights[spot_of[other]]
            for node in spot.nodes
            for other in beside.get(node.id, ())
            if spot_of[other] in heights
        ]
        own = (place + 0.5) / len(column)
        return spot.folded, sum(met) / len(met) if met else own, place

    return [column[place] for place in sorted(range(len(column)), key=height)]
