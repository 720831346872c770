"""Look-ups over a schema catalog: columns, metrics, entities and many-to-one join paths."""

from __future__ import annotations

from functools import cached_property

from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    EntitySpec,
    JoinKey,
    MetricSpec,
    SchemaCatalogSpec,
    TableSpec,
)
from dagster_project.contracts.value import Language


def table_of(column_ref: str) -> str:
    """`schema.table` of `schema.table.column`."""
    return column_ref.rsplit(".", 1)[0]


def column_of(column_ref: str) -> str:
    """`column` of `schema.table.column`."""
    return column_ref.rsplit(".", 1)[1]


class CatalogView:
    """A catalog made quick to ask. Immutable; build it once per release."""

    def __init__(self, name: str, spec: SchemaCatalogSpec) -> None:
        self.name = name
        self.spec = spec
        self.tables: dict[str, TableSpec] = {t.name: t for t in spec.tables if t.enabled}
        self._columns: dict[str, ColumnSpec] = {
            f"{table.name}.{column.name}": column
            for table in self.tables.values()
            for column in table.columns
            if column.enabled
        }
        self._entities = {e.name: e for e in spec.entities}
        self._metrics = {m.name: m for m in spec.metrics}
        self._paths: dict[tuple[str, str], tuple[JoinKey, ...] | None] = {}

    def column(self, ref: str) -> ColumnSpec | None:
        return self._columns.get(ref)

    def columns(self, table: str) -> dict[str, ColumnSpec]:
        """Reference to column, for the enabled columns of a table, in the catalog's order."""
        return self._columns_by_table.get(table, {})

    @cached_property
    def _columns_by_table(self) -> dict[str, dict[str, ColumnSpec]]:
        grouped: dict[str, dict[str, ColumnSpec]] = {}
        for ref, column in self._columns.items():
            grouped.setdefault(table_of(ref), {})[ref] = column
        return grouped

    @cached_property
    def keys(self) -> frozenset[str]:
        """Columns that tell rows apart or point to others: never measured, never compared."""
        joined = {ref for key in self.spec.join_keys for ref in (key.many, key.one)}
        own = {ref for ref, column in self._columns.items() if column.role == "key"}
        return frozenset(joined | own | {f"{e.table}.{e.key}" for e in self._entities.values()})

    def value_labels(self, ref: str, language: Language) -> dict[str, str]:
        """Names of a column's values in a language, where they have one."""
        column = self._columns.get(ref)
        if column is None:
            return {}
        named = ((v.value, v.names.ko if language == "ko" else v.names.en) for v in column.values)
        return {str(value): names[0] for value, names in named if names}

    def metric(self, name: str) -> MetricSpec | None:
        return self._metrics.get(name)

    def entity(self, name: str) -> EntitySpec | None:
        return self._entities.get(name)

    def entity_at(self, table: str) -> EntitySpec | None:
        """The entity whose own table this is."""
        return next((e for e in self._entities.values() if e.table == table), None)

    def time_column(self, table: str) -> str | None:
        """Reference of the column that says when a row of the table happened."""
        column = self.spec.time_columns.get(table)
        return f"{table}.{column}" if column else None

    def join_path(self, base: str, target: str) -> tuple[JoinKey, ...] | None:
        """The shortest chain of many-to-one keys from `base` to `target`; () for the same table.

        None when there is none, or when two equally short chains lead to different rows.
        """
        if (base, target) not in self._paths:
            self._paths[base, target] = self._find_path(base, target)
        return self._paths[base, target]

    def _find_path(self, base: str, target: str) -> tuple[JoinKey, ...] | None:
        """Breadth first, a step of all paths at a time; the first to arrive must be alone."""
        paths: list[tuple[str, tuple[JoinKey, ...]]] = [(base, ())]
        seen: set[str] = set()
        while paths:
            arrived = [path for table, path in paths if table == target]
            if arrived:
                return arrived[0] if len(arrived) == 1 else None
            seen |= {table for table, _ in paths}
            paths = [
                (table_of(key.one), (*path, key))
                for table, path in paths
                for key in self.spec.join_keys
                if table_of(key.many) == table and table_of(key.one) not in seen
            ]
        return None

    def entity_column(self, base: str, entity: EntitySpec) -> str | None:
        """The column by which rows of `base` are picked for an entity: its foreign key, without a
        join where one hop suffices."""
        path = self.join_path(base, entity.table)
        if path is None:
            return None
        key = f"{entity.table}.{entity.key}"
        if path and path[-1].one == key:
            return path[-1].many
        return key

    def list_columns(self, table: str) -> tuple[str, ...]:
        """References of what a listing of the table shows."""
        spec = self.tables[table]
        wanted = spec.list_columns or tuple(
            c.name for c in spec.columns if c.enabled and not c.masked
        )
        return tuple(c if c.count(".") == 2 else f"{table}.{c}" for c in wanted)
