"""Where the nodes and relations of a graph stand in its picture: a column per hop, from the left.

Deterministic: the same block gives the same places. Units are pixels, y grows downwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from unicodedata import east_asian_width

from dagster_project.contracts.block import GraphBlock, GraphEdge, GraphNode
from dagster_project.pipeline.graph_layers import Spot, layers_of
from dagster_project.pipeline.plain_text import one_line

_SIDE, _TOP, _GAP = 44.0, 16.0, 84.0
_WIDE_PX, _CAPITAL_PX, _SMALL_PX, _THIN_PX = 11.0, 7.4, 6.0, 3.6
"""Of a letter in the font of the labels."""
_THIN = frozenset("ijlI.,:;'|!() -")
_LONGEST_LABEL_PX, _LONGEST_OF_MANY_PX = 190.0, 150.0
_MANY_LAYERS = 5
_LONGEST_SPREAD_PX = 72.0
_PORT_PX = 8.0
"""Between a node's middle or its label's end and where a line begins."""


@dataclass(frozen=True, slots=True)
class PlacedNode:
    id: str
    label: str
    """Its collection; empty for what stands for several nodes."""
    text: str
    x: float
    y: float
    start: bool
    stands_for: int
    """1 for a node, more for nodes that are folded into one."""
    text_px: float

    @property
    def right(self) -> float:
        return self.x + _PORT_PX + self.text_px + 8


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A relation, or those to and from a folded place; its points from the left to the right."""

    points: tuple[tuple[float, float], ...]
    label: str
    arrow_at_end: bool
    folded: bool
    middle: tuple[float, float]

    @property
    def arrow(self) -> tuple[float, float]:
        return self.points[-1 if self.arrow_at_end else 0]


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    lines: tuple[PlacedLine, ...]


def lay_out(block: GraphBlock) -> Layout:
    """Columns by hops; in a column, things near what they are related to."""
    layers = layers_of(block)
    tallest = max((len(layer) for layer in layers), default=1)
    row = 34.0 if tallest <= 12 else 25.0 if tallest <= 20 else 21.0
    height = _TOP * 2 + row * tallest
    gap = _gap(block)
    longest = _LONGEST_OF_MANY_PX if len(layers) >= _MANY_LAYERS else _LONGEST_LABEL_PX
    nodes: dict[str, PlacedNode] = {}
    x = _SIDE
    for layer in layers:
        spread = min(max(row, (height - 2 * _TOP) / max(1, len(layer))), _LONGEST_SPREAD_PX)
        first = height / 2 - spread * (len(layer) - 1) / 2
        placed = [_placed(s, x, first + spread * n, longest) for n, s in enumerate(layer)]
        nodes |= {node.id: node for node in placed}
        x += max((node.text_px for node in placed), default=0.0) + _PORT_PX + gap
    spots = {own.id: spot.id for layer in layers for spot in layer for own in spot.nodes}
    lines = _lines(block.edges, nodes, spots)
    return Layout(max(x - gap + _PORT_PX, 240.0), height, tuple(nodes.values()), lines)


def text_px(text: str) -> float:
    """About how wide a text is drawn; Korean letters are wide."""
    return sum(map(_letter_px, text))


def _letter_px(letter: str) -> float:
    if letter in _THIN:
        return _THIN_PX
    if east_asian_width(letter) in "WF":
        return _WIDE_PX
    return _CAPITAL_PX if letter.isupper() or letter in "mw_%@" else _SMALL_PX


def _gap(block: GraphBlock) -> float:
    longest = max((text_px(edge.label or edge.type) for edge in block.edges), default=0.0)
    return max(_GAP, min(longest + 36, 150.0))


def _placed(spot: Spot, x: float, y: float, longest_px: float) -> PlacedNode:
    text = f"+{len(spot.nodes)} …" if spot.folded else _text(spot.nodes[0], longest_px)
    node = spot.nodes[0]
    return PlacedNode(
        id=spot.id,
        label="" if spot.folded else one_line(node.label),
        text=text,
        x=x,
        y=y,
        start=not spot.folded and node.depth == 0,
        stands_for=len(spot.nodes),
        text_px=text_px(text),
    )


def _text(node: GraphNode, longest_px: float) -> str:
    """Key and name, cut where they would run into the next column."""
    whole = node.id if node.name in ("", node.id) else f"{node.id} {node.name}"
    whole = one_line(whole)
    if text_px(whole) <= longest_px:
        return whole
    kept = whole
    while text_px(kept) > longest_px - _WIDE_PX:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _lines(
    edges: tuple[GraphEdge, ...], nodes: dict[str, PlacedNode], spots: dict[str, str]
) -> tuple[PlacedLine, ...]:
    """One for all relations of a type between two places, and one for all to a folded place; loops
    are not drawn."""
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in edges:
        ends = spots.get(edge.source), spots.get(edge.target)
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        if nodes[ends[0]].stands_for > 1 or nodes[ends[1]].stands_for > 1:
            labels[min(ends), max(ends)].add("")  # pyright: ignore[reportArgumentType]
        else:
            labels[ends[0], ends[1]].add(one_line(edge.label or edge.type))
    return tuple(
        _line(nodes[source], nodes[target], label, turn)
        for (source, target), names in labels.items()
        for turn, label in enumerate(sorted(names), start=(target, source) in labels)
    )


def _line(source: PlacedNode, target: PlacedNode, label: str, turn: int) -> PlacedLine:
    """From the left one's label to the right one; within a column, round its left side.

    `turn`: how many lines between the two come before; each bends a little more.
    """
    folded = source.stands_for > 1 or target.stands_for > 1
    forward = source.x <= target.x
    left, right = (source, target) if forward else (target, source)
    bend = 9.0 * turn
    if left.x == right.x:
        x = left.x - _PORT_PX
        out = x - min(12 + abs(right.y - left.y) / 12 + bend, _SIDE - _PORT_PX - 2)
        points = ((x, left.y), (out, left.y), (out, right.y), (x, right.y))
        middle = (out + 4, (left.y + right.y) / 2)
    else:
        start, end = left.right, right.x - _PORT_PX
        third = (end - start) / 3
        points = (
            (start, left.y),
            (start + third, left.y + bend),
            (end - third, right.y + bend),
            (end, right.y),
        )
        middle = ((start + end) / 2, (left.y + right.y) / 2 + bend * 0.75)
    return PlacedLine(points, label, forward, folded, middle)
