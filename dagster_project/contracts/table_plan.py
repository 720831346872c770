"""A typed SELECT over the catalog's meaning: what the planner fills and the compiler writes.

Columns are `schema.table.column`. Joins are not in the plan: the compiler finds them along the
catalog's many-to-one keys from `table`, so a measure is never multiplied.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dagster_project.contracts.value import AggregateName, Value

FilterOp = Literal["=", "!=", "<", "<=", ">", ">=", "between", "in", "like", "is_null", "not_null"]
Bucket = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Scalar = str | int | float | bool | datetime | None


class Filter(Value):
    """`between` takes two values, half-open for timestamps; `in` takes any number."""

    column: str
    op: FilterOp
    values: tuple[Scalar, ...] = ()


class TimeRange(Value):
    """A half-open span [start, end) in UTC, and the words it was read from."""

    start: datetime
    end: datetime
    text: str = ""
    bucket: Bucket | None = None
    """The grain the words name, as in "daily"."""


class Measure(Value):
    """One aggregate. Exactly one of `column` and `metric`, or neither for `count`."""

    name: str
    aggregate: AggregateName
    column: str | None = None
    metric: str | None = None
    time: TimeRange | None = None
    """Only rows of this span count; compares periods side by side."""


class Dimension(Value):
    """A column to group by, or a time column cut into buckets."""

    name: str
    column: str
    bucket: Bucket | None = None


class Difference(Value):
    """`left - right`, both names of measures."""

    name: str
    left: str
    right: str


class Having(Value):
    measure: str
    op: FilterOp
    values: tuple[Scalar, ...]


class Related(Value):
    """Keep a base row only if rows of a many-side table point to it (or, negated, if none does)."""

    table: str
    negated: bool = False
    filters: tuple[Filter, ...] = ()
    time: TimeRange | None = None


class Search(Value):
    """Keep rows where each word occurs, ignoring case, in at least one of the columns."""

    columns: tuple[str, ...]
    words: tuple[str, ...]


class Order(Value):
    by: str
    """Name of a measure, a dimension or a selected column."""
    descending: bool = False


class TablePlan(Value):
    """With `measures` it groups by `dimensions`; without, it lists `columns`."""

    table: str
    measures: tuple[Measure, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    differences: tuple[Difference, ...] = ()
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    related: tuple[Related, ...] = ()
    having: tuple[Having, ...] = ()
    search: Search | None = None
    time: TimeRange | None = None
    """Over the table's time column."""
    order: tuple[Order, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    with_ties: bool = False
    """Rows equal to the last one by the order come too: "the oldest" may be several."""
