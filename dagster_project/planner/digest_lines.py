"""A catalog's meaning as short lines, one for each thing that a plan may name.

What is masked or off has no line and is in none.
"""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    GraphCollection,
    MetricSpec,
    Relationship,
    TableSpec,
)
from dagster_project.contracts.value import Names
from dagster_project.planner.line_room import line_tokens
from dagster_project.planner.quoted import called, name, quoted, value, values

MOST_VALUES = 12
"""Of a column's values that are listed."""
_LONGEST_VALUE = 60
_LONGEST_DESCRIPTION = 80
_KEYS = ("key", "label", "time")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that may be listed."""

    thing: str
    """`table:…`, `column:…`, `metric:…`, `collection:…`, `property:…`, `relation:…`."""
    below: str
    """The thing whose line must stand above it; empty for one that stands alone."""
    text: str
    tokens: int
    weight: int
    """Within its thing: the lower, the sooner it is listed."""


def line(thing: str, text: str, below: str = "", weight: int = 1) -> Line:
    return Line(thing, below, text, line_tokens(text), weight)


def table_lines(view: CatalogView, masked: frozenset[str]) -> tuple[Line, ...]:
    """Tables with their columns, then metrics; in the catalog's order."""
    found: list[Line] = []
    for table in view.tables.values():
        own = f"table:{table.name}"
        found.append(line(own, _table(table, view, masked)))
        for ref, column in view.columns(table.name).items():
            if is_shown(view, ref, masked):
                weight = 0 if column.role in _KEYS else 1 if _says_much(column) else 2
                text = column_text(ref, column, joins=joins_text(ref, view, masked))
                found.append(line(f"column:{ref}", text, own, weight))
    for metric in view.spec.metrics:
        if metric_is_shown(view, metric, masked):
            table = f"table:{metric.table}"
            found.append(line(f"metric:{metric.name}", _metric(metric), table, weight=0))
    return tuple(found)


def graph_lines(view: CatalogView, masked: frozenset[str]) -> tuple[Line, ...]:
    """Collections of nodes with their properties, then relations."""
    found: list[Line] = []
    shown = [c for c in view.spec.graph_collections if c.enabled]
    for collection in shown:
        own = f"collection:{collection.label}"
        found.append(line(own, _collection(collection, masked)))
        for item in collection.properties:
            ref = f"{collection.label}.{item.name}"
            if item.enabled and not item.masked and ref not in masked:
                weight = 0 if item.role in _KEYS else 1
                found.append(line(f"property:{ref}", column_text(ref, item), own, weight))
    labels = {c.label for c in shown}
    for relation in view.spec.relationships:
        text = _relation(relation, labels) if relation.enabled and labels else None
        if text is not None:
            found.append(line(f"relation:{relation.name}", text, weight=0))
    return tuple(found)


def document_lines(view: CatalogView, names: frozenset[str]) -> tuple[Line, ...]:
    """Collections of documents, those of the given names."""
    return tuple(
        line(
            f"collection:{found.name}",
            f"documents {name(found.name)}{called(found.names)}{_about(found.description)}",
            weight=0,
        )
        for found in view.spec.document_collections
        if found.enabled and found.name in names
    )


def is_shown(view: CatalogView, ref: str, masked: frozenset[str]) -> bool:
    """Whether a column is there, on, and not masked for anyone or for the caller."""
    column = view.column(ref)
    return column is not None and not column.masked and ref not in masked


def metric_is_shown(view: CatalogView, metric: MetricSpec, masked: frozenset[str]) -> bool:
    used = (metric.column, *metric.where)
    return all(is_shown(view, f"{metric.table}.{column}", masked) for column in used)


def column_text(
    ref: str, column: ColumnSpec, first: tuple[object, ...] = (), joins: str = ""
) -> str:
    """`first`: values that are listed before the others."""
    unit = f" unit {quoted(column.unit)}" if column.unit else ""
    return f"- {name(ref)} {column.type}{called(column.names)}{unit}{joins}{_values(column, first)}"


def _values(column: ColumnSpec, first: tuple[object, ...]) -> str:
    """The values a condition may name, those of `first` before the others; a long one is none."""
    known = [v for v in column.values if len(str(v.value)) <= _LONGEST_VALUE]
    if not known:
        return ""
    known.sort(key=lambda v: v.value not in first)
    shown = [value(v.value) + _named(v.value, v.names) for v in known[:MOST_VALUES]]
    left = len(known) - len(shown)
    return f" in {values(shown)}{f' and {left} more' if left else ''}"


def _named(stored: object, names: Names) -> str:
    """A value is mostly English or a code: what Koreans call it helps to pick it."""
    korean = names.ko[:1]
    return f"={quoted(korean[0], 24)}" if korean and korean[0] != stored else ""


def _table(table: TableSpec, view: CatalogView, masked: frozenset[str]) -> str:
    entity = view.entity_at(table.name)
    names = table.names if table.names.all() or entity is None else entity.names
    time = view.time_column(table.name)
    shown = time is not None and is_shown(view, time, masked)
    when = f" time {name(time)}" if shown and time else ""
    of = f" of entity {name(entity.name)}" if entity else ""
    return f"table {name(table.name)}{called(names)}{of}{when}{_about(table.description)}"


def joins_text(ref: str, view: CatalogView, masked: frozenset[str]) -> str:
    """Where a foreign key leads to."""
    found = [k.one for k in view.spec.join_keys if k.many == ref and is_shown(view, k.one, masked)]
    return "".join(f" joins {name(one)}" for one in found)


def _metric(metric: MetricSpec) -> str:
    unit = f" unit {quoted(metric.unit)}" if metric.unit else ""
    column = name(f"{metric.table}.{metric.column}")
    usual = metric.default_aggregate
    return f"metric {name(metric.name)}{called(metric.names)}{unit} {usual} of {column}"


def _collection(collection: GraphCollection, masked: frozenset[str]) -> str:
    hidden = f"{collection.label}.{collection.key}" in masked
    key = "" if hidden else f" key {name(collection.key)}"
    about = _about(collection.description)
    return f"nodes {name(collection.label)}{called(collection.names)}{key}{about}"


def _relation(relation: Relationship, labels: set[str]) -> str | None:
    """None where one of its ends has no collection left."""
    ends = []
    for given in (relation.from_labels, relation.to_labels):
        left = [label for label in given if label in labels]
        if given and not left:
            return None
        ends.append("|".join(map(name, left)) or "any")
    against = called(relation.reverse_names)
    against = f", against it{against}" if against else ""
    along = called(relation.names)
    return (
        f"relation {name(relation.name)} ({relation.kind}) {ends[0]} to {ends[1]}{along}{against}"
    )


def _about(description: str) -> str:
    return f" {quoted(description, _LONGEST_DESCRIPTION)}" if description else ""


def _says_much(column: ColumnSpec) -> bool:
    return bool(column.values) or column.role in ("dimension", "measure", "text")
