"""A catalog's meaning must stand on its own facts."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.registry.checks.catalog_names import CatalogNames, twice
from dagster_project.registry.checks.check_graph import check_graph_catalog
from dagster_project.registry.problem import Problem


def check_catalog(spec: SchemaCatalogSpec) -> Iterator[Problem]:
    names = CatalogNames(spec)
    yield from twice((t.name for t in spec.tables), "table", ("spec", "tables"))
    yield from twice((e.name for e in spec.entities), "entity", ("spec", "entities"))
    yield from twice((m.name for m in spec.metrics), "metric", ("spec", "metrics"))
    yield from _tables(spec, names)
    yield from _entities(spec, names)
    yield from _metrics(spec, names)
    yield from _links(spec, names)
    yield from check_graph_catalog(spec, names)


def _tables(spec: SchemaCatalogSpec, names: CatalogNames) -> Iterator[Problem]:
    for i, table in enumerate(spec.tables):
        at = ("spec", "tables", i)
        yield from twice((c.name for c in table.columns), "column", (*at, "columns"))
        for j, column in enumerate(table.list_columns):
            where = (*at, "list_columns", j)
            if column.count(".") == 2:
                yield from names.column(column, where)
            else:
                yield from names.column_of(table.name, column, where)


def _entities(spec: SchemaCatalogSpec, names: CatalogNames) -> Iterator[Problem]:
    for i, entity in enumerate(spec.entities):
        at = ("spec", "entities", i)
        yield from names.table(entity.table, (*at, "table"))
        for field in ("key", "label_ko", "label_en", "class_column"):
            column = getattr(entity, field)
            if column is not None:
                yield from names.column_of(entity.table, column, (*at, field))


def _metrics(spec: SchemaCatalogSpec, names: CatalogNames) -> Iterator[Problem]:
    for i, metric in enumerate(spec.metrics):
        at = ("spec", "metrics", i)
        yield from names.table(metric.table, (*at, "table"))
        yield from names.column_of(metric.table, metric.column, (*at, "column"))
        for column in metric.where:
            yield from names.column_of(metric.table, column, (*at, "where", column))


def _links(spec: SchemaCatalogSpec, names: CatalogNames) -> Iterator[Problem]:
    for table, column in spec.time_columns.items():
        at = ("spec", "time_columns", table)
        yield from names.table(table, at)
        yield from names.column_of(table, column, at)
    for i, key in enumerate(spec.join_keys):
        yield from names.column(key.many, ("spec", "join_keys", i, "many"))
        yield from names.column(key.one, ("spec", "join_keys", i, "one"))
    for i, relationship in enumerate(spec.relationships):
        at = ("spec", "relationships", i)
        if relationship.from_entity is not None:
            yield from names.entity(relationship.from_entity, (*at, "from_entity"))
        if relationship.to_entity is not None:
            yield from names.entity(relationship.to_entity, (*at, "to_entity"))
