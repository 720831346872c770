"""Names of tables, columns and metrics in a reply, as the catalog knows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dagster_project.catalog.view import CatalogView, column_of, table_of
from dagster_project.contracts.assets.schema_catalog import ColumnSpec, EntitySpec, MetricSpec
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.reading import Reading

_NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class Place:
    """Rows of one table, and what can be reached from them. A masked column is not there."""

    reading: Reading
    view: CatalogView
    table: str

    @cached_property
    def columns(self) -> dict[str, ColumnSpec]:
        """Reference to column: those of the table first."""
        reachable = [
            table
            for table in self.view.tables
            if table != self.table and self.view.join_path(self.table, table)
        ]
        return {
            ref: column
            for table in (self.table, *reachable)
            for ref, column in self.view.columns(table).items()
            if not column.masked and ref not in self.reading.offered.masked
        }

    def column(self, name: str, where: str) -> str | None:
        """Reference of a column, which may be written without its table."""
        wanted = name.strip().lower()
        for ref in self.columns:
            if wanted in (ref.lower(), column_of(ref).lower(), ref.lower().split(".", 1)[-1]):
                self.reading.hear(f"column:{ref}", f"place:{ref}")
                return ref
        self.reading.problems.unknown(where, name, self.columns, self.table)
        return None

    def metric(self, name: str, where: str) -> MetricSpec | None:
        found = self.view.metric(name.strip())
        listed = [m for m in self.view.spec.metrics if self._is_listed(m)]
        if found is None or found not in listed:
            self.reading.problems.unknown(where, name, [m.name for m in listed], "metrics")
            return None
        if found.table != self.table:
            self.reading.problems.say(f"{where} {shown(name)} is measured in table {found.table}")
            return None
        self.reading.hear(f"metric:{name}", f"place:metric:{name}")
        return found

    def _is_listed(self, metric: MetricSpec) -> bool:
        used = {f"{metric.table}.{c}" for c in (metric.column, *metric.where)}
        columns = [self.view.column(ref) for ref in used]
        shut = used & self.reading.offered.masked
        return not shut and all(c is not None and not c.masked for c in columns)

    def is_numeric(self, ref: str) -> bool:
        column = self.columns.get(ref)
        return column is not None and column.type in _NUMERIC

    def time_column(self) -> str | None:
        return self.view.time_column(self.table)

    def thing_of(self, ref: str) -> EntitySpec | None:
        return thing_of(self.view, ref)

    def key_column(self, ref: str) -> tuple[EntitySpec, str] | None:
        """The entity that rows are picked for by a column, and the column the planner picks by."""
        entity = self.thing_of(ref)
        own = self.view.entity_column(self.table, entity) if entity is not None else None
        if entity is None or own is None or ref not in (own, f"{entity.table}.{entity.key}"):
            return None
        return entity, own

    def thing_named_by(self, ref: str) -> EntitySpec | None:
        """The entity whose name, not key, stands in a column."""
        return next(
            (
                e
                for e in self.view.spec.entities
                if e.table == table_of(ref) and column_of(ref) in (e.label_ko, e.label_en)
            ),
            None,
        )

    def unit(self, ref: str) -> str | None:
        column = self.columns.get(ref)
        return column.unit if column else None


def place_of(reading: Reading, view: CatalogView, table: str, where: str) -> Place | None:
    """A table by its name, which may be written without its schema."""
    wanted = table.strip().lower()
    listed = [name for name in view.tables if _is_open(reading, view, name)]
    for name in listed:
        if wanted in (name.lower(), name.lower().split(".", 1)[-1]):
            reading.hear(f"table:{name}")
            return Place(reading, view, name)
    reading.problems.unknown(where, table, listed, "tables")
    return None


def _is_open(reading: Reading, view: CatalogView, table: str) -> bool:
    """Not all of its columns are masked."""
    masked = reading.offered.masked
    return any(not c.masked and ref not in masked for ref, c in view.columns(table).items())


def thing_of(view: CatalogView, ref: str) -> EntitySpec | None:
    """The entity whose keys stand in a column: its own key, or one that leads there."""
    seen: set[str] = set()
    while ref not in seen:
        seen.add(ref)
        own = next((e for e in view.spec.entities if f"{e.table}.{e.key}" == ref), None)
        if own is not None:
            return own
        ref = next((key.one for key in view.spec.join_keys if key.many == ref), ref)
    return None
