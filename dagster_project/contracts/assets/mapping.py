"""A4: from a result set to blocks. The first rule whose shape fits is used."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dagster_project.contracts.value import Text, Value

ResultShape = Literal[
    "empty", "scalar", "record", "comparison", "time_series", "grouped", "rows",
    "graph", "path", "passages",
]  # fmt: skip
"""empty: no row · scalar: one row, one measure · record: one row · comparison: measures side by
side with a difference · time_series: a time bucket or timestamp and measures · grouped: dimensions
and measures · rows: a listing · graph: nodes around a start · path: nodes in a row · passages:
quotes of documents."""
MappedBlock = Literal[
    "markdown", "text", "number", "table", "timeseries", "chart", "graph", "path", "doc_link"
]


class BlockRule(Value):
    """One block. Columns left out mean: chosen by type from the result."""

    type: MappedBlock
    title: Text | None = None
    columns: tuple[str, ...] = ()
    """For a table: shown columns in order."""
    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None
    """Column that splits the points into lines."""
    text: Text | None = None
    """For markdown and text: a template; `{column}` is the first row's cell, with its unit."""


class ShapeRule(Value):
    when: tuple[ResultShape, ...]
    blocks: tuple[BlockRule, ...]
    summary: Text | None = None
    """One sentence; `{column}` is the first row's cell, `{rows}` the row count."""


class MappingSpec(Value):
    query: str
    """The query asset whose results this maps."""
    rules: tuple[ShapeRule, ...]
    max_rows: int = Field(default=50, ge=1)
    max_points: int = Field(default=500, ge=2)
