"""Blocks as a person reads them in metadata."""

from __future__ import annotations

from dagster_project.contracts.block import NoticeBlock, NumberBlock, TableBlock, TableColumn
from dagster_project.inspection.blocks_markdown import block_markdown, blocks_markdown


def table(columns: int, rows: int) -> TableBlock:
    return TableBlock(
        id="t",
        title="Machines",
        columns=tuple(
            TableColumn(name=f"c{n}", label=f"C{n}", type="text") for n in range(columns)
        ),
        rows=tuple(tuple(f"{r}.{n}" for n in range(columns)) for r in range(rows)),
        total_rows=rows,
        shown_rows=rows,
        truncated=False,
    )


def test_a_table_is_a_table_and_says_what_it_leaves_out() -> None:
    """The first rows, and how many more there are."""
    text = block_markdown(table(2, 20))
    assert "| C0 | C1 |" in text
    assert "| 0.0 | 0.1 |" in text
    assert "*and 12 more rows*" in text


def test_one_wide_row_is_a_list_of_fields() -> None:
    """A record of many columns is read downwards, not sideways."""
    assert "| C7 | 0.7 |" in block_markdown(table(8, 1))


def test_values_and_pipes_are_shown_as_they_read() -> None:
    """A named value shows its name; a pipe in a cell does not break the table."""
    column = TableColumn(name="s", label="상태", type="text", value_labels={"running": "운전 중"})
    block = table(1, 1).model_copy(update={"columns": (column,), "rows": (("running",), ("a|b",))})
    text = block_markdown(block)
    assert "| 운전 중 |" in text
    assert "a\\|b" in text


def test_numbers_and_notices_are_lines() -> None:
    """Blocks stand in order, one paragraph each."""
    blocks = (
        NoticeBlock(id="n", level="info", text="a window was assumed"),
        NumberBlock(id="x", value=1234.5, unit="MW", label="output"),
    )
    assert blocks_markdown(blocks) == "> a window was assumed\n\noutput: **1,234.5 MW**"
