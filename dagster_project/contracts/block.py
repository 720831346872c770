"""K1: the blocks of an answer. Each is typed, carries its evidence and says when it is empty."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.value import Value
from sources.protocol import ColumnType

CellValue = str | int | float | bool | None
"""Times are ISO 8601 in the site's zone; decimals are numbers."""


class BlockBase(Value):
    id: str
    title: str = ""
    references: tuple[str, ...] = ()
    """Ids of references; a block of facts without one is marked."""
    observed_at: datetime | None = None
    """Worst source watermark behind it (B10)."""
    empty: EmptyReason | None = None


class MarkdownBlock(BlockBase):
    type: Literal["markdown"] = "markdown"
    markdown: str


class TextBlock(BlockBase):
    type: Literal["text"] = "text"
    text: str


class NumberBlock(BlockBase):
    type: Literal["number"] = "number"
    value: CellValue
    unit: str | None = None
    label: str = ""


class TableColumn(Value):
    name: str
    label: str
    type: ColumnType
    unit: str | None = None
    value_labels: dict[str, str] = {}
    """How to show values that have a name in the reader's language; the rows keep the values."""


class TableBlock(BlockBase):
    type: Literal["table"] = "table"
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    total_rows: int | None
    """None when the source did not count them."""
    shown_rows: int
    truncated: bool


class ChartBlock(BlockBase):
    """A Vega-Lite specification with its data inline."""

    type: Literal["chart", "timeseries"]
    columns: tuple[TableColumn, ...]
    vega_lite: dict[str, object]
    total_points: int
    shown_points: int
    truncated: bool


class GraphNode(Value):
    id: str
    """The node's key."""
    label: str
    """Its collection, as the reader calls it."""
    name: str
    depth: int | None = None
    """Hops from the nearest start; 0 for a start."""


class GraphEdge(Value):
    source: str
    """Key of the node it leaves."""
    target: str
    type: str
    label: str = ""
    """The type as the reader calls it."""


class GraphBlock(BlockBase):
    """Nodes and the relations among them."""

    type: Literal["graph"] = "graph"
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    total_nodes: int | None
    shown_nodes: int
    truncated: bool


class PathHop(Value):
    """A node on a way, and the relation that led to it."""

    node: GraphNode
    relation: str | None = None
    """None for the first."""
    forward: bool = True
    """Whether the relation points this way."""


class PathBlock(BlockBase):
    """The shortest ways between two nodes."""

    type: Literal["path"] = "path"
    paths: tuple[tuple[PathHop, ...], ...]
    hops: int
    """Of each: they are equally long."""
    truncated: bool


class DocPassage(Value):
    """A quoted passage and where it stands."""

    document: str
    """Path within the collection's folder."""
    title: str
    headings: tuple[str, ...] = ()
    quote: str
    link: str
    """Opens the passage: `doc:<collection>/<path>#<anchor>`."""
    score: float
    page: int | None = None


class DocLinkBlock(BlockBase):
    type: Literal["doc_link"] = "doc_link"
    passages: tuple[DocPassage, ...]


class ReferencesBlock(BlockBase):
    type: Literal["references"] = "references"
    items: tuple[Reference, ...]


class NoticeBlock(BlockBase):
    """Something the reader must know: a gap, an assumption, a question back."""

    type: Literal["notice"] = "notice"
    level: Literal["info", "warning", "question"]
    text: str


Block = Annotated[
    MarkdownBlock
    | TextBlock
    | NumberBlock
    | TableBlock
    | ChartBlock
    | GraphBlock
    | PathBlock
    | DocLinkBlock
    | ReferencesBlock
    | NoticeBlock,
    Field(discriminator="type"),
]
