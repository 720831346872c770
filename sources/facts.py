"""What a scan of a source found: facts only, no meaning. Plain values, so that two can be compared.

Names are spelt as the source spells them; tables as `schema.table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sources.protocol import ColumnType

KeyKind = Literal["primary", "unique", "foreign"]
TableKind = Literal[
    "table", "partitioned", "view", "materialized_view", "foreign", "hypertable",
    "continuous_aggregate",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column, or one property or field."""

    name: str
    type: ColumnType
    native_type: str = ""
    nullable: bool = True
    comment: str = ""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A primary, unique or foreign key. `target` and `target_columns` are a foreign key's."""

    kind: KeyKind
    columns: tuple[str, ...]
    name: str = ""
    target: str = ""
    target_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """An index as the source defines it."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    definition: str = ""


@dataclass(frozen=True, slots=True)
class TimeFacts:
    """How a Timescale hypertable or continuous aggregate keeps time."""

    column: str
    chunk_interval: str = ""
    chunks: int = 0
    compressed: bool = False
    materialized_from: str = ""
    """A continuous aggregate's hypertable."""


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What the source's own statistics say of a column; None where they say nothing."""

    distinct: int | None = None
    null_share: float | None = None
    common: tuple[str, ...] = ()
    """The most common values, as text, most common first."""
    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table, partitioned table, view or the like."""

    name: str
    kind: TableKind
    columns: tuple[ColumnFacts, ...]
    keys: tuple[KeyFacts, ...] = ()
    indexes: tuple[IndexFacts, ...] = ()
    comment: str = ""
    row_estimate: int | None = None
    size_bytes: int | None = None
    partition_key: str = ""
    partitions: int = 0
    time: TimeFacts | None = None
    statistics: tuple[tuple[str, ColumnStatistics], ...] = ()
    """By column; never compared for drift."""


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """A label of a graph and the properties that its nodes bear."""

    label: str
    properties: tuple[ColumnFacts, ...]
    keys: tuple[KeyFacts, ...] = ()
    indexes: tuple[IndexFacts, ...] = ()
    row_estimate: int | None = None


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """A relationship type, between which labels it occurs, and its properties."""

    type: str
    from_labels: tuple[str, ...]
    to_labels: tuple[str, ...]
    properties: tuple[ColumnFacts, ...] = ()
    row_estimate: int | None = None


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """A document collection as it is indexed."""

    name: str
    documents: int
    passages: int
    embedder: str
    """Id of the embedder whose vectors it holds."""
    dimension: int
    indexed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParamFacts:
    name: str
    place: Literal["path", "query", "header"]
    type: ColumnType = "text"
    required: bool = False
    values: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """A GET that an API describes."""

    id: str
    path: str
    params: tuple[ParamFacts, ...] = ()
    columns: tuple[ColumnFacts, ...] = ()
    rows: str = "$"
    """JSON path to the rows of its answer."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """All that one scan found. Shape: each part in order of its names."""

    scanned_at: datetime
    elapsed_ms: float
    tables: tuple[TableFacts, ...] = ()
    labels: tuple[LabelFacts, ...] = ()
    relations: tuple[RelationFacts, ...] = ()
    collections: tuple[CollectionFacts, ...] = ()
    operations: tuple[OperationFacts, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be read, and why: the rest of the scan stands."""
    unread: tuple[str, ...] = ()
    """What is there and may not be read: tables, and columns of tables read in part."""
