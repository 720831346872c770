"""The blocks of an answer, one renderer per type."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console

from dagster_project.cli.cells import cell_text, column_cells
from dagster_project.cli.console import cleaned, heading, line, new_table, show_table, styled
from dagster_project.cli.render_charts import render_chart
from dagster_project.cli.render_graphs import render_graphs
from dagster_project.cli.words import word
from dagster_project.contracts.block import (
    Block,
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
from dagster_project.contracts.value import Language

NOTICES = {"info": ("i", "cyan"), "warning": ("!", "yellow"), "question": ("?", "magenta")}
NUMERIC = ("integer", "number")
ShownColumn = tuple[str, list[str]]
"""Header and texts of a column."""
_MOST_CELLS_IN_A_LINE = 8
_NARROWEST_COLUMN = 12


def render_block(block: Block, language: Language, console: Console, *, folded: bool) -> None:
    """One block with its title; a folded one is a single line that says what it holds."""
    if folded:
        size = f", {block.shown_rows} {word('rows', language)}" if block.type == "table" else ""
        title = f"▸ {block.title or block.type} ({word('folded', language)}{size})"
        line(console, "")
        line(console, styled(title, "dim"))
        return
    if isinstance(block, NoticeBlock):
        sign, style = NOTICES[block.level]
        line(console, styled(f"{sign} {block.text}", style))
        return
    if block.title:
        heading(console, block.title)
    else:
        line(console, "")
    if block.empty is not None:
        line(console, styled(word(block.empty, language), "yellow"), indent=2)
    _body(block, language, console)


def _body(block: Block, language: Language, console: Console) -> None:
    if isinstance(block, GraphBlock | PathBlock | DocLinkBlock):
        render_graphs(block, language, console)
        return
    match block:
        case TableBlock():
            _table(block, language, console)
        case ChartBlock():
            render_chart(block, language, console)
        case NumberBlock():
            unit = f" {block.unit}" if block.unit else ""
            label = f"{block.label}: " if block.label else ""
            line(console, label, styled(f"{cell_text(block.value)}{unit}", "bold"), indent=2)
        case MarkdownBlock():
            _markdown(block.markdown, console)
        case TextBlock():
            line(console, block.text, indent=2)
        case _:
            return


def _markdown(text: str, console: Console) -> None:
    if not console.is_terminal:
        for row in text.splitlines():
            line(console, row)
        return
    from rich.markdown import Markdown

    console.print(Markdown(cleaned(text)))


def _table(block: TableBlock, language: Language, console: Console) -> None:
    if not block.rows:
        return
    columns = [
        column_cells(column, [row[position] for row in block.rows])
        for position, column in enumerate(block.columns)
    ]
    if _reads_better_as_records(columns, console):
        _records(columns, console)
    else:
        _grid(block.columns, columns, console)
    if block.truncated or (block.total_rows or 0) > block.shown_rows:
        line(console, styled(_how_many(block, language), "dim"))


def _reads_better_as_records(columns: list[ShownColumn], console: Console) -> bool:
    """True for one row of many cells, and for rows that the window would squeeze unreadable."""
    if len(columns[0][1]) == 1 and len(columns) > _MOST_CELLS_IN_A_LINE:
        return True
    widths = [max(map(cell_len, (header, *texts))) for header, texts in columns]
    needed = sum(min(width, _NARROWEST_COLUMN) + 3 for width in widths)
    return console.is_terminal and needed > console.width


def _grid(kinds: tuple[TableColumn, ...], columns: list[ShownColumn], console: Console) -> None:
    table = new_table(console)
    for kind, (header, _) in zip(kinds, columns, strict=True):
        numeric = kind.type in NUMERIC
        table.add_column(
            styled(header),
            justify="right" if numeric else "left",
            no_wrap=numeric or kind.type == "timestamp",
            overflow="fold",
        )
    for cells in zip(*(texts for _, texts in columns), strict=True):
        table.add_row(*(styled(text.replace("\n", " ")) for text in cells))
    show_table(console, table)


def _records(columns: list[ShownColumn], console: Console) -> None:
    headers = [header for header, _ in columns]
    for number, cells in enumerate(zip(*(texts for _, texts in columns), strict=True)):
        if number:
            line(console, "")
        table = new_table(console, header=False)
        for header, text in zip(headers, cells, strict=True):
            table.add_row(styled(header, "dim"), styled(text.replace("\n", " ")))
        show_table(console, table, indent=2)


def _how_many(block: TableBlock, language: Language) -> str:
    if block.total_rows is None:
        return f"{block.shown_rows}+ {word('rows', language)}"
    if language == "ko":
        return f"{block.total_rows}행 중 {block.shown_rows}행 {word('shown', language)}"
    return f"{block.shown_rows} of {block.total_rows} rows shown"
