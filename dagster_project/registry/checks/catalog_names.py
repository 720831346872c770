"""The names a catalog offers, and the problem when one is asked for that it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path


class CatalogNames:
    """What one catalog names, or several together: tables, entities, metrics, graphs, documents."""

    def __init__(self, *specs: SchemaCatalogSpec) -> None:
        self.tables = {t.name: {c.name for c in t.columns} for s in specs for t in s.tables}
        self.entities = {entity.name: entity for spec in specs for entity in spec.entities}
        graphs = [collection for spec in specs for collection in spec.graph_collections]
        self.labels = {c.label: {c.key, *(p.name for p in c.properties)} for c in graphs}
        self.graph_entities = {c.entity: c for c in graphs if c.entity is not None}
        self.relations = {r.name for spec in specs for r in spec.relationships}
        self.documents = {c.name for spec in specs for c in spec.document_collections}
        self.metrics = {metric.name for spec in specs for metric in spec.metrics}

    def table(self, name: str, at: Path) -> Iterator[Problem]:
        if name not in self.tables:
            near = nearest(name, self.tables)
            yield Problem("CFG040", at, f"no table {name!r}", listed(self.tables), near)

    def column_of(self, table: str, column: str, at: Path) -> Iterator[Problem]:
        """A bare column name of a table; says nothing when the table itself is unknown."""
        columns = self.tables.get(table)
        if columns is not None and column not in columns:
            near = nearest(column, columns)
            yield Problem("CFG041", at, f"{table} has no column {column!r}", listed(columns), near)

    def column(self, reference: str, at: Path) -> Iterator[Problem]:
        """A `schema.table.column`."""
        table, dot, column = reference.rpartition(".")
        if table in self.tables:
            yield from self.column_of(table, column, at)
        elif not dot or "." not in table:
            wrong = f"{reference!r} is not a full column name"
            near = nearest(reference, self._columns_named(column))
            yield Problem("CFG041", at, wrong, "schema.table.column", near)
        else:
            near = nearest(table, self.tables)
            wrong = f"no table {table!r} for the column {reference!r}"
            hint = f"{near}.{column}" if near else None
            yield Problem("CFG040", at, wrong, listed(self.tables), hint)

    def entity(self, name: str, at: Path) -> Iterator[Problem]:
        known = {*self.entities, *self.graph_entities}
        if name not in known:
            near = nearest(name, known)
            yield Problem("CFG042", at, f"no entity {name!r}", listed(known), near)

    def label(self, name: str, at: Path) -> Iterator[Problem]:
        if name not in self.labels:
            near = nearest(name, self.labels)
            yield Problem("CFG043", at, f"no graph collection {name!r}", listed(self.labels), near)

    def relation(self, name: str, at: Path) -> Iterator[Problem]:
        if name not in self.relations:
            near = nearest(name, self.relations)
            wrong = f"no relationship type {name!r}"
            yield Problem("CFG044", at, wrong, listed(self.relations), near)

    def property(self, label: str | None, name: str, at: Path) -> Iterator[Problem]:
        """Of one collection, or of any when none is named."""
        held = [self.labels.get(label, set())] if label else list(self.labels.values())
        known = set().union(*held)
        if known and name not in known:
            near = nearest(name, known)
            where = label or "any collection"
            yield Problem("CFG045", at, f"{where} has no property {name!r}", listed(known), near)

    def document(self, name: str, at: Path) -> Iterator[Problem]:
        if name not in self.documents:
            near = nearest(name, self.documents)
            wrong = f"no document collection {name!r}"
            yield Problem("CFG046", at, wrong, listed(self.documents), near)

    def metric(self, name: str, at: Path) -> Iterator[Problem]:
        if name not in self.metrics:
            near = nearest(name, self.metrics)
            yield Problem("CFG041", at, f"no metric {name!r}", listed(self.metrics), near)

    def _columns_named(self, column: str) -> list[str]:
        return [f"{table}.{column}" for table, columns in self.tables.items() if column in columns]


def twice(names: Iterable[str], what: str, at: Path, leaf: str = "name") -> Iterator[Problem]:
    """A name that occurs a second time in a list of named things."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            wrong = f"{what} {name!r} occurs twice"
            yield Problem("CFG028", (*at, index, leaf), wrong, "another name, or one of them gone")
        seen.add(name)
