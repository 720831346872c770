"""A2: what a source holds and what it means: the semantic layer the planner works over.

A scan fills the facts (types, counts, samples, values); people add meaning (names in two
languages, entity, unit, time, keys). Columns are written `schema.table.column` outside their table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dagster_project.contracts.value import AggregateName, Names, Value
from sources.protocol import ColumnType

ColumnRole = Literal["key", "label", "dimension", "measure", "time", "text", "attribute"]


class ValueMeaning(Value):
    """One value of a low-cardinality column and what people call it."""

    value: str | int | float | bool
    names: Names = Names()


class ColumnSpec(Value):
    name: str
    type: ColumnType
    role: ColumnRole = "attribute"
    names: Names = Names()
    description: str = ""
    unit: str | None = None
    """UCUM-like symbol, for example `°C`, `MW`, `%`."""
    values: tuple[ValueMeaning, ...] = ()
    """All values, for a low-cardinality column; an unknown value is then a `no such value`."""
    high: Names = Names()
    """Words that ask for the largest values: oldest, 가장 오래된."""
    low: Names = Names()
    """Words that ask for the smallest values: newest, youngest."""
    default_aggregate: AggregateName | None = None
    samples: tuple[str, ...] = ()
    distinct: int | None = None
    null_share: float | None = Field(default=None, ge=0, le=1)
    minimum: str | float | None = None
    maximum: str | float | None = None
    masked: bool = False
    """Never shown, logged or traced."""
    enabled: bool = True


class TableSpec(Value):
    name: str = Field(pattern=r"^[^.\s]+\.[^.\s]+$")
    """`schema.table`."""
    names: Names = Names()
    description: str = ""
    columns: tuple[ColumnSpec, ...]
    list_columns: tuple[str, ...] = ()
    """What a listing shows, in order; all enabled columns when empty."""
    row_estimate: int | None = None
    enabled: bool = True


class EntitySpec(Value):
    """A kind of thing that questions name: one row of its table is one such thing."""

    name: str
    table: str
    key: str
    """Key column of `table`."""
    label_ko: str | None = None
    """Column shown to Korean readers; the key when absent."""
    label_en: str | None = None
    class_column: str | None = None
    """Low-cardinality column whose values are the sub-types (server, pump)."""
    names: Names = Names()


class MetricSpec(Value):
    """A measure people ask for by name: a column, possibly narrowed by fixed column values."""

    name: str
    names: Names
    table: str
    column: str
    where: dict[str, str | int | float | bool] = {}
    """Fixed column values that pick this metric out of a long table."""
    unit: str | None = None
    default_aggregate: AggregateName = "avg"
    high: Names = Names()
    low: Names = Names()
    description: str = ""


class JoinKey(Value):
    """`many` joins to exactly one row of `one`; joined that way a measure is never multiplied."""

    many: str
    """`schema.table.column`."""
    one: str


class Relationship(Value):
    """A relation between two entities, as people name it. Facts for graph views."""

    name: str
    from_entity: str
    to_entity: str
    names: Names = Names()


class GraphCollection(Value):
    label: str
    properties: tuple[ColumnSpec, ...] = ()


class DocumentCollection(Value):
    name: str
    description: str = ""


class SchemaCatalogSpec(Value):
    source: str
    entities: tuple[EntitySpec, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    graph_collections: tuple[GraphCollection, ...] = ()
    document_collections: tuple[DocumentCollection, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    time_columns: dict[str, str] = {}
    """Table to the column that says when a row happened."""
    join_keys: tuple[JoinKey, ...] = ()
    auto_sync: bool = False
    sync_schedule: str | None = None
    """Cron, in the site's time zone."""
    last_synced_at: datetime | None = None
