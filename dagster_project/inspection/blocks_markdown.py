"""Blocks as Markdown, for metadata that a person reads."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.contracts.block import (
    Block,
    CellValue,
    ChartBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    TableBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.pipeline.cells import shown

MAX_ROWS = 8
MAX_COLUMNS_OF_ONE_ROW = 6


def blocks_markdown(blocks: Iterable[Block]) -> str:
    return "\n\n".join(text for block in blocks if (text := block_markdown(block)))


def block_markdown(block: Block) -> str:
    heading = f"**{block.title}**\n\n" if block.title else ""
    match block:
        case MarkdownBlock():
            return heading + block.markdown
        case TextBlock():
            return heading + block.text
        case NumberBlock():
            return f"{block.label}: **{shown(block.value, block.unit)}**"
        case NoticeBlock():
            return f"> {block.text}"
        case TableBlock():
            return heading + _table(block)
        case ChartBlock():
            return f"{heading}*chart of {block.shown_points} points*"
        case _:
            return ""


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
    return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
