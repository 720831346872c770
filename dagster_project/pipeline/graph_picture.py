"""A graph as a Vega-Lite picture: lines with arrows, points by collection, a label beside each."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.contracts.block import GraphBlock
from dagster_project.pipeline.graph_layout import Layout, PlacedLine, lay_out
from dagster_project.pipeline.plain_text import one_line

GRAPH_MARK: dict[str, object] = {"picture": "graph"}
"""By which a shell knows the picture of a graph among specifications."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_MOST_LABELLED_LINES = 14
"""With more, the colours and their legend tell the types."""
_FONT_PX = 11
_PALE, _INK, _FOLDED = "#767c86", "#1f2328", "#c4c8ce"
_PLAIN_START = " "
"""Stands for the collection of a start, where the rows do not tell it."""
_NODES = ("#2f6fb0", "#d9822b", "#3d9970", "#b0413e", "#7d5ba6", "#5b8c8a", "#a0762c", "#c2557f")
_LINES = ("#6b7a8f", "#c98a3c", "#5d9e7b", "#b86a67", "#9179b5", "#7ba3a1", "#b39355", "#cd7f9c")

Values = list[dict[str, object]]
Spec = dict[str, object]


def graph_picture(block: GraphBlock) -> Spec:
    """The block's nodes and relations as a specification with its data inline."""
    layout = lay_out(block)
    title = one_line(block.title)
    return {
        "$schema": _SCHEMA,
        "usermeta": dict(GRAPH_MARK),
        **({"title": {"text": title, "anchor": "start"}} if title else {}),
        "width": round(layout.width),
        "height": round(layout.height),
        "padding": 8,
        "layer": [*_line_layers(layout), *_node_layers(layout)],
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
    }


def _line_layers(layout: Layout) -> list[Spec]:
    """Lines, their arrows and, where they are few, their names. Folded ones are pale and plain."""
    told = [line for line in layout.lines if not line.folded]
    folded = [line for line in layout.lines if line.folded]
    types = sorted({line.label for line in told})
    named = len(told) <= _MOST_LABELLED_LINES
    colour: Spec = {
        "scale": {"domain": types, "range": _inks(types, _LINES)},
        "legend": None if named else _legend("stroke"),
    }
    opacity = 0.9 if len(told) <= 60 else 0.65
    layers: list[Spec] = []
    if folded:
        mark: Spec = {"strokeDash": [2, 3], "stroke": _FOLDED, "strokeWidth": 1, "opacity": 0.8}
        layers.append(_strokes(layout, folded, mark, {}))
    if told:
        kind: Spec = {"field": "type", "type": "nominal", "title": None}
        heads: Spec = {
            "data": {"values": _arrows(told)},
            "mark": {"type": "point", "shape": "triangle", "filled": True, "size": 45},
            "encoding": {
                **_place(layout),
                "opacity": {"value": 1},
                "angle": {"field": "angle", "type": "quantitative", "scale": None},
                "color": {**kind, "scale": colour["scale"], "legend": None},
            },
        }
        mark = {"strokeWidth": 1.3, "opacity": opacity}
        layers += [_strokes(layout, told, mark, {"stroke": {**kind, **colour}}), heads]
    names = _texts(layout, _names_of(told), "center", _PALE) if named and told else []
    return [*layers, *names]


def _strokes(layout: Layout, lines: Sequence[PlacedLine], mark: Spec, more: Spec) -> Spec:
    return {
        "data": {"values": _points(lines)},
        "mark": {"type": "line", "interpolate": "basis", **mark},
        "encoding": {
            **_place(layout),
            "order": {"field": "step", "type": "quantitative"},
            "detail": {"field": "line", "type": "nominal"},
            **more,
        },
    }


def _node_layers(layout: Layout) -> list[Spec]:
    """Points, the starts larger, and the text to the right of each."""
    labels = sorted({node.label for node in layout.nodes if node.label})
    colour: Spec = {
        "scale": {
            "domain": [*labels, _PLAIN_START, ""],
            "range": [*_inks(labels, _NODES), _INK, _FOLDED],
        },
        "legend": {**_legend("circle"), "values": labels} if len(labels) > 1 else None,
    }
    values: Values = [
        {
            "x": round(node.x, 1),
            "y": round(node.y, 1),
            "label": node.label or (_PLAIN_START if node.start else ""),
            "size": 190 if node.start else 80,
        }
        for node in layout.nodes
    ]
    points: Spec = {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": "white"},
        "encoding": {
            **_place(layout),
            "size": {"field": "size", "type": "quantitative", "scale": None},
            "fill": {"field": "label", "type": "nominal", "title": None, **colour},
        },
    }
    texts: Values = [
        {"x": round(node.x + 9, 1), "y": round(node.y, 1), "text": node.text}
        for node in layout.nodes
    ]
    return [points, *_texts(layout, texts, "left", _INK)]


def _texts(layout: Layout, values: Values, align: str, ink: str) -> list[Spec]:
    """Twice: a white edge first, so that lines do not run through the letters."""
    mark: Spec = {"type": "text", "align": align, "baseline": "middle", "fontSize": _FONT_PX}
    halo: Spec = {**mark, "stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    encoding = {**_place(layout), "text": {"field": "text", "type": "nominal"}}
    return [
        {"data": {"values": values}, "mark": kind, "encoding": encoding}
        for kind in (halo, {**mark, "color": ink})
    ]


def _place(layout: Layout) -> Spec:
    return {
        axis: {
            "field": axis,
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [0, round(length)], "nice": False, "reverse": axis == "y"},
        }
        for axis, length in (("x", layout.width), ("y", layout.height))
    }


def _points(lines: Sequence[PlacedLine]) -> Values:
    return [
        {
            "line": number,
            "step": step,
            "x": round(x, 1),
            "y": round(y, 1),
            "type": line.label,
        }
        for number, line in enumerate(lines)
        for step, (x, y) in enumerate(line.points)
    ]


def _arrows(lines: Sequence[PlacedLine]) -> Values:
    """A line leaves to the right and comes in from the left; a bow comes in from the left too."""
    found: Values = []
    for line in lines:
        x, y = line.arrow
        bow = line.points[0][0] == line.points[-1][0]
        angle = 90 if line.arrow_at_end or bow else 270
        found.append({"x": round(x, 1), "y": round(y, 1), "angle": angle, "type": line.label})
    return found


def _names_of(lines: Sequence[PlacedLine]) -> Values:
    return [
        {"x": round(line.middle[0], 1), "y": round(line.middle[1], 1), "text": line.label}
        for line in lines
    ]


def _inks(names: Sequence[str], palette: Sequence[str]) -> list[str]:
    return [palette[place % len(palette)] for place in range(len(names))]


def _legend(symbol: str) -> Spec:
    return {"orient": "bottom", "direction": "horizontal", "columns": 5, "symbolType": symbol}
