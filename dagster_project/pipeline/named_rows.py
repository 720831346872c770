"""Rows read by the names of their columns, and the columns that make a result a graph, a path or
passages."""

from __future__ import annotations

from math import isfinite

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.cells import labelled_cell

NODE = ("key", "label", "name")
WALK = (*NODE, "depth")
"""Of neighbours and reach."""
WAY = ("path", "hop", *NODE, "relation", "direction")
"""Of a path."""
PASSAGE = ("document", "title", "quote", "link")
"""Of a search; it may give more."""


def has_columns(result: StepResult, wanted: tuple[str, ...]) -> bool:
    return {column.name for column in result.columns}.issuperset(wanted)


def named_rows(result: StepResult) -> list[dict[str, CellValue]]:
    """Each row as column to cell."""
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def labelled_rows(result: StepResult) -> list[dict[str, CellValue]]:
    """The same with the values as the reader calls them."""
    return [
        {c.name: labelled_cell(cell, c) for c, cell in zip(result.columns, row, strict=True)}
        for row in result.rows
    ]


def text_of(cell: CellValue) -> str:
    return "" if cell is None else str(cell)


def whole_number(cell: CellValue) -> int | None:
    """A count or place; None where the cell holds none."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return None
    return int(cell) if isfinite(cell) and cell == int(cell) else None
