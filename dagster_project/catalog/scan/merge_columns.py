"""One column's facts under what people wrote of it."""

from __future__ import annotations

from typing import NamedTuple

from dagster_project.contracts.assets.schema_catalog import ColumnSpec, ValueMeaning
from sources.facts import ColumnFacts, ColumnStatistics

MAX_SAMPLES = 5
MAX_VALUES = 30
_SAMPLED_WHOLE = 30_000
"""Rows up to which Postgres looks at every row for its statistics."""


class FactsOfColumn(NamedTuple):
    column: ColumnFacts
    statistics: ColumnStatistics = ColumnStatistics()
    rows: int | None = None
    keyed: bool = False
    """Part of a primary or unique key."""


def merge_column(column: ColumnSpec, found: FactsOfColumn) -> ColumnSpec:
    """The column with the source's type, nullability, comment and figures. Figures that a scan
    does not know stay as they were; values and samples are only ever added."""
    facts, statistics = found.column, found.statistics
    update: dict[str, object] = {
        "type": facts.type,
        "native_type": facts.native_type or None,
        "nullable": facts.nullable,
        "comment": facts.comment,
    }
    if statistics.distinct is not None:
        update["distinct"] = statistics.distinct
    if statistics.null_share is not None:
        update["null_share"] = statistics.null_share
    if column.masked:
        # Nothing of its values is written anywhere.
        update |= {"samples": (), "minimum": None, "maximum": None}
        return column.model_copy(update=update)
    if statistics.minimum is not None and facts.type not in ("text", "json"):
        update["minimum"], update["maximum"] = statistics.minimum, statistics.maximum
    update["values"] = values = _values(column, found)
    if not column.samples and not values and facts.type in ("text", "integer", "number"):
        update["samples"] = statistics.common[:MAX_SAMPLES]
    return column.model_copy(update=update)


def new_column(found: FactsOfColumn, *, enabled: bool) -> ColumnSpec:
    """A column that nobody has written about."""
    facts = found.column
    bare = ColumnSpec(name=facts.name, type=facts.type, enabled=enabled)
    return merge_column(bare, found)


def _values(column: ColumnSpec, found: FactsOfColumn) -> tuple[ValueMeaning, ...]:
    """Declared ones first. None are invented unless the statistics name every one: a question for
    a value that is not listed is told that there is none."""
    statistics = found.statistics
    whole = (
        found.column.type == "text"
        and not found.keyed
        and found.rows is not None
        and found.rows <= _SAMPLED_WHOLE
        and statistics.distinct is not None
        and 0 < statistics.distinct <= MAX_VALUES
        and len(statistics.common) == statistics.distinct
        and found.rows >= 4 * statistics.distinct
    )
    if not whole:
        return column.values
    known = {str(meaning.value) for meaning in column.values}
    fresh = (value for value in statistics.common if value not in known)
    return (*column.values, *(ValueMeaning(value=value) for value in fresh))
