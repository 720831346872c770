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

TableKind = Literal[
    "table", "partitioned", "view", "materialized_view", "foreign", "hypertable",
    "continuous_aggregate",
]  # fmt: skip
RelationKind = Literal["dependency", "composition", "connection", "other"]
"""dependency: the first needs the second · composition: the second is a part of the first ·
connection: they touch, and neither needs the other."""
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
    nullable: bool | None = None
    native_type: str | None = None
    """As the source writes it: `numeric(10,2)`."""
    comment: str = ""
    """The source's own; `description` is people's."""
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
    kind: TableKind = "table"
    primary_key: tuple[str, ...] = ()
    comment: str = ""
    """The source's own; `description` is people's."""
    row_estimate: int | None = None
    size_bytes: int | None = None
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
    """A relation as people name it: between two entities of tables, or a type of a graph."""

    name: str
    """In a graph the type, as it is written there."""
    from_entity: str | None = None
    to_entity: str | None = None
    from_labels: tuple[str, ...] = ()
    """Graph collections it starts from."""
    to_labels: tuple[str, ...] = ()
    kind: RelationKind = "other"
    names: Names = Names()
    """Read along the relation: what the first does to the second."""
    reverse_names: Names = Names()
    """Read against it."""
    properties: tuple[ColumnSpec, ...] = ()
    row_estimate: int | None = None
    enabled: bool = True


class GraphCollection(Value):
    """Nodes that bear a label. A node of several belongs to the first one listed."""

    label: str
    key: str
    """Property that tells its nodes apart."""
    label_ko: str | None = None
    """Property shown to Korean readers; the key when absent."""
    label_en: str | None = None
    entity: str | None = None
    """The entity whose keys these are, of this catalog or another."""
    names: Names = Names()
    description: str = ""
    properties: tuple[ColumnSpec, ...] = ()
    list_properties: tuple[str, ...] = ()
    """Shown beside key, label and name, in order."""
    row_estimate: int | None = None
    enabled: bool = True


class DocumentCollection(Value):
    """Documents below a folder of the site, cut into passages at their headings."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    folder: str = ""
    """Relative to the site's folder."""
    patterns: tuple[str, ...] = ("**/*.md",)
    names: Names = Names()
    description: str = ""
    tags: tuple[str, ...] = ()
    max_words: int = Field(default=220, ge=40)
    """Of a passage; a longer section is cut at paragraphs."""
    glossary: tuple[Names, ...] = ()
    """Words that mean the same in both languages, beside the catalogs' own names."""
    document_estimate: int | None = None
    enabled: bool = True


class ApiParam(Value):
    name: str
    place: Literal["path", "query", "header"]
    type: ColumnType = "text"
    required: bool = False
    values: tuple[str, ...] = ()
    description: str = ""


class ApiOperation(Value):
    """A GET of an HTTP API."""

    id: str
    path: str
    names: Names = Names()
    description: str = ""
    params: tuple[ApiParam, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    """Fields of one row of what it answers."""
    rows: str = "$"
    """JSON path to the rows."""
    enabled: bool = True


class Expectation(Value):
    """One expectation of Great Expectations, by its own name."""

    type: str = Field(pattern=r"^expect_[a-z0-9_]+$")
    kwargs: dict[str, object] = {}
    severity: Literal["error", "warning"] = "error"


class ExpectationSuite(Value):
    """What a table, a metric or an alias table must hold; a check on the asset that declares it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    table: str | None = None
    """`schema.table`."""
    metric: str | None = None
    """A metric of the catalog: its rows, with its value as `value`."""
    max_rows: int = Field(default=10_000, ge=1)
    """Newest first where the table has a time column."""
    blocking: bool = False
    """What stands on the asset waits when it fails."""
    expectations: tuple[Expectation, ...]


class SchemaCatalogSpec(Value):
    source: str
    entities: tuple[EntitySpec, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    graph_collections: tuple[GraphCollection, ...] = ()
    document_collections: tuple[DocumentCollection, ...] = ()
    api_operations: tuple[ApiOperation, ...] = ()
    expectation_suites: tuple[ExpectationSuite, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    time_columns: dict[str, str] = {}
    """Table to the column that says when a row happened."""
    join_keys: tuple[JoinKey, ...] = ()
    auto_sync: bool = False
    sync_schedule: str | None = None
    """Cron, in the site's time zone."""
    last_synced_at: datetime | None = None
