"""Blocks as Markdown, for metadata that a person reads. Only a markdown block is Markdown already;
all else came as data and is shown as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dagster_project.contracts.block import (
    Block,
    CellValue,
    ChartBlock,
    DocLinkBlock,
    GraphBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    PathBlock,
    TableBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.pipeline.cells import shown
from dagster_project.pipeline.graph_picture import graph_picture
from dagster_project.pipeline.graph_tree import tree_lines, tree_of, way_text
from dagster_project.pipeline.passages import place_text
from dagster_project.pipeline.plain_text import code_block, code_span, escape_markdown, one_line

Draw = Callable[[dict[str, object]], str]
"""Markdown of a Vega-Lite specification."""
MAX_ROWS = 8
MAX_COLUMNS_OF_ONE_ROW = 6
MAX_LINES = 40


def blocks_markdown(blocks: Iterable[Block], draw: Draw | None = None) -> str:
    """`draw` makes the pictures of graphs; without it they are trees of text."""
    return "\n\n".join(text for block in blocks if (text := block_markdown(block, draw)))


def block_markdown(block: Block, draw: Draw | None = None) -> str:
    heading = f"**{_escaped(block.title)}**\n\n" if block.title else ""
    match block:
        case MarkdownBlock():
            return heading + block.markdown
        case TextBlock():
            return heading + escape_markdown(block.text)
        case NumberBlock():
            value = _escaped(shown(block.value, block.unit))
            return f"{_escaped(block.label)}: **{value}**"
        case NoticeBlock():
            return f"> {_escaped(block.text)}"
        case TableBlock():
            return heading + _table(block)
        case ChartBlock():
            return f"{heading}*chart of {block.shown_points} points*"
        case GraphBlock():
            return _graph(block, draw) if draw else heading + _tree(block)
        case PathBlock():
            return heading + code_block("\n".join(map(way_text, block.paths)))
        case DocLinkBlock():
            return heading + _passages(block)
        case _:
            return ""


def _escaped(text: str) -> str:
    return escape_markdown(one_line(text))


def _graph(block: GraphBlock, draw: Draw) -> str:
    nodes, edges = len(block.nodes), len(block.edges)
    return f"{draw(graph_picture(block))}\n\n*{nodes} nodes, {edges} relations*"


def _tree(block: GraphBlock) -> str:
    lines = [f"{'  ' * depth}{text}" for depth, text in tree_lines(tree_of(block))]
    more = [f"… +{len(lines) - MAX_LINES}"] if len(lines) > MAX_LINES else []
    return code_block("\n".join([*lines[:MAX_LINES], *more]))


def _passages(block: DocLinkBlock) -> str:
    """Each under its title and headings, with its quote as it stands and where it is found."""
    return "\n\n".join(
        f"{number}\\. **{_escaped(place_text(passage))}**\n\n"
        f"{code_block(passage.quote)}\n\n{code_span(passage.link)}"
        for number, passage in enumerate(block.passages, start=1)
    )


def _table(block: TableBlock) -> str:
    """Rows under their headings; a single wide row reads better as a list of its fields."""
    heads = [f"{c.label} [{c.unit}]" if c.unit else c.label for c in block.columns]
    rows = [list(map(_cell, row, block.columns)) for row in block.rows[:MAX_ROWS]]
    if len(block.rows) == 1 and len(heads) > MAX_COLUMNS_OF_ONE_ROW:
        heads, rows = ["", ""], [[h, c] for h, c in zip(heads, rows[0], strict=True) if c != "–"]
    lines = [_line(heads), "|" + " --- |" * len(heads), *map(_line, rows)]
    left = (block.total_rows or len(block.rows)) - min(len(block.rows), MAX_ROWS)
    return "\n".join(lines) + (f"\n\n*and {left} more rows*" if left > 0 else "")


def _cell(value: CellValue, column: TableColumn) -> str:
    if isinstance(value, str) and value in column.value_labels:
        return column.value_labels[value]
    return shown(value)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_escaped, cells)) + " |"
