"""Facts laid under what people wrote: types, keys, comments and figures are the source's; names,
roles, units, descriptions, values' names, `enabled` and `masked` stay people's.

What is new comes in switched off: nobody has looked at it, named it or masked it, so nothing may
answer from it. What is gone stays, with every word written about it; drift and quarantine say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dagster_project.catalog.scan.merge_columns import FactsOfColumn, merge_column, new_column
from dagster_project.catalog.scan.merge_parts import (
    merge_collection,
    merge_label,
    merge_operation,
    merge_relation,
    new_label,
    new_operation,
    new_relation,
)
from dagster_project.catalog.scan.names_moved import moved
from dagster_project.catalog.scan.renames import Rename, column_renames, table_renames
from dagster_project.catalog.scan.things import Thing
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    JoinKey,
    SchemaCatalogSpec,
    TableSpec,
)
from sources.facts import ColumnFacts, ColumnStatistics, SourceFacts, TableFacts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MergedCatalog:
    """What a catalog reads like with a scan's facts, and what a person should look at."""

    spec: SchemaCatalogSpec
    added: tuple[str, ...] = ()
    """New, and switched off."""
    gone: tuple[str, ...] = ()
    """Written about, and no longer in the source; kept as it is."""
    proposed: tuple[Rename, ...] = ()
    """What is gone and what is new may be the same: accept one by its old name and its new one."""


def merge(
    spec: SchemaCatalogSpec,
    facts: SourceFacts,
    accept: Mapping[str, str] | None = None,
    *,
    enable_new: bool = False,
) -> MergedCatalog:
    """Merging the same facts again changes nothing.

    `accept` is renames by a person: old name to new, `schema.table` or with `.column`; all that was
    written moves along. `enable_new` switches on what is new: for a catalog that starts empty.
    """
    if accept:
        spec = moved(spec, accept)
    live = {table.name: table for table in facts.tables}
    declared = {table.name for table in spec.tables}
    tables = [
        _merge_table(table, live[table.name], enable_new=enable_new)
        if table.name in live
        else table
        for table in spec.tables
    ]
    tables += [
        _new_table(table, enable_new) for name, table in live.items() if name not in declared
    ]
    merged = spec.model_copy(
        update={
            "tables": tuple(tables),
            "join_keys": _join_keys(spec, tables, live),
            "time_columns": _time_columns(spec, facts),
            **_other_parts(spec, facts, enable_new),
        }
    )
    return MergedCatalog(merged, _added(spec, merged), _gone(spec, facts), _proposed(spec, facts))


def _merge_table(table: TableSpec, found: TableFacts, *, enable_new: bool) -> TableSpec:
    live = {column.name: column for column in found.columns}
    of = _facts_of(found)
    columns = [
        merge_column(column, of(column.name)) if column.name in live else column
        for column in table.columns
    ]
    declared = {column.name for column in table.columns}
    columns += [new_column(of(name), enabled=enable_new) for name in live if name not in declared]
    return table.model_copy(update={"columns": tuple(columns), **_table_facts(table, found)})


def _new_table(found: TableFacts, enabled: bool) -> TableSpec:
    of = _facts_of(found)
    table = TableSpec(
        name=found.name,
        columns=tuple(new_column(of(column.name), enabled=True) for column in found.columns),
        enabled=enabled,
    )
    return table.model_copy(update=_table_facts(table, found))


def _facts_of(table: TableFacts) -> Any:
    columns = {column.name: column for column in table.columns}
    statistics = dict(table.statistics)
    keyed = {c for key in table.keys if key.kind != "foreign" for c in key.columns}

    def of(name: str) -> FactsOfColumn:
        found = statistics.get(name, ColumnStatistics())
        return FactsOfColumn(columns[name], found, table.row_estimate, name in keyed)

    return of


def _table_facts(table: TableSpec, found: TableFacts) -> dict[str, object]:
    primary = next((key.columns for key in found.keys if key.kind == "primary"), ())
    return {
        "kind": found.kind,
        "primary_key": primary,
        "comment": found.comment,
        "row_estimate": table.row_estimate if found.row_estimate is None else found.row_estimate,
        "size_bytes": found.size_bytes,
    }


def _join_keys(
    spec: SchemaCatalogSpec, tables: Iterable[TableSpec], live: Mapping[str, TableFacts]
) -> tuple[JoinKey, ...]:
    """Declared ones first; then foreign keys of one column to a unique one, between tables that
    are both switched on."""
    on = {table.name: {c.name for c in table.columns} for table in tables if table.enabled}
    known = {(key.many, key.one) for key in spec.join_keys}
    found = list(spec.join_keys)
    for name, table in live.items():
        for key in table.keys:
            if key.kind != "foreign" or len(key.columns) != 1 or key.target not in live:
                continue
            many, one = key.columns[0], key.target_columns[0]
            if many not in on.get(name, ()) or one not in on.get(key.target, ()):
                continue
            pair = (f"{name}.{many}", f"{key.target}.{one}")
            if pair not in known and _is_unique(live[key.target], one):
                known.add(pair)
                found.append(JoinKey(many=pair[0], one=pair[1]))
    return tuple(found)


def _is_unique(table: TableFacts, column: str) -> bool:
    keys = (k.columns for k in table.keys if k.kind != "foreign")
    return any(columns == (column,) for columns in keys)


def _time_columns(spec: SchemaCatalogSpec, facts: SourceFacts) -> dict[str, str]:
    """A hypertable's own time column, where people have named none."""
    own = {
        table.name: table.time.column
        for table in facts.tables
        if table.time is not None and table.time.column in {column.name for column in table.columns}
    }
    return spec.time_columns | {k: v for k, v in own.items() if k not in spec.time_columns}


def _other_parts(spec: SchemaCatalogSpec, facts: SourceFacts, enabled: bool) -> dict[str, object]:
    """Graph collections, relations, document collections and API operations."""
    labels = {found.label: found for found in facts.labels}
    relations = {found.type: found for found in facts.relations}
    operations = {found.id: found for found in facts.operations}
    documents = {found.name: found for found in facts.collections}
    had_labels = {one.label for one in spec.graph_collections}
    had_relations = {one.name for one in spec.relationships}
    had_operations = {one.id for one in spec.api_operations}
    return {
        "graph_collections": (
            *(merge_label(x, labels[x.label]) if x.label in labels else x
              for x in spec.graph_collections),
            *(new_label(x, enabled) for name, x in labels.items() if name not in had_labels),
        ),
        "relationships": (
            *(merge_relation(x, relations[x.name]) if x.name in relations else x
              for x in spec.relationships),
            *(new_relation(x, enabled) for k, x in relations.items() if k not in had_relations),
        ),
        "api_operations": (
            *(merge_operation(x, operations[x.id]) if x.id in operations else x
              for x in spec.api_operations),
            *(new_operation(x, enabled) for k, x in operations.items() if k not in had_operations),
        ),
        "document_collections": tuple(
            merge_collection(x, documents[x.name]) if x.name in documents else x
            for x in spec.document_collections
        ),
    }  # fmt: skip


def _objects(spec: SchemaCatalogSpec) -> dict[str, None]:
    """Every object of a catalog that a source may hold, in order."""
    found: list[str] = []
    for table in spec.tables:
        found += [table.name, *(f"{table.name}.{column.name}" for column in table.columns)]
    for one in spec.graph_collections:
        found += [f"label:{one.label}", *(f"label:{one.label}.{p.name}" for p in one.properties)]
    found += [f"relation:{one.name}" for one in spec.relationships]
    found += [f"operation:{one.id}" for one in spec.api_operations]
    return dict.fromkeys(found)


def _added(before: SchemaCatalogSpec, after: SchemaCatalogSpec) -> tuple[str, ...]:
    """Not the columns of a table that is itself new."""
    had = _objects(before)
    new = [name for name in _objects(after) if name not in had]
    whole = set(new)
    return tuple(name for name in new if name.rpartition(".")[0] not in whole)


def _gone(spec: SchemaCatalogSpec, facts: SourceFacts) -> tuple[str, ...]:
    """Only of the parts that the scan found anything of: a scan of tables knows no labels."""
    live = {table.name: {c.name for c in table.columns} for table in facts.tables}
    found: list[str] = []
    for table in spec.tables if facts.tables else ():
        if table.name not in live:
            found.append(table.name)
        else:
            found += [
                f"{table.name}.{column.name}"
                for column in table.columns
                if column.name not in live[table.name]
            ]
    labels = {one.label for one in facts.labels}
    relations = {one.type for one in facts.relations}
    operations = {one.id for one in facts.operations}
    if labels:
        found += [f"label:{x.label}" for x in spec.graph_collections if x.label not in labels]
    if relations:
        found += [f"relation:{x.name}" for x in spec.relationships if x.name not in relations]
    if operations:
        found += [f"operation:{x.id}" for x in spec.api_operations if x.id not in operations]
    return tuple(found)


def _proposed(spec: SchemaCatalogSpec, facts: SourceFacts) -> tuple[Rename, ...]:
    live = {table.name: table for table in facts.tables}
    declared = {t.name: t for t in spec.tables if t.name not in live or not _is_bare(t)}
    gone = [_as_thing(table) for name, table in declared.items() if name not in live]
    come = [
        Thing("table", name, "", tuple(_plain(c.name, c.type) for c in table.columns))
        for name, table in live.items()
        if name not in declared
    ]
    found = list(table_renames(gone, come))
    for name in declared.keys() & live.keys():
        # Only what is not yet written about may be what something gone is called now.
        there = {column.name for column in live[name].columns}
        old = tuple(
            _written(column)
            for column in declared[name].columns
            if column.name not in there or not _is_bare(column)
        )
        renames = column_renames(
            old, live[name].columns, _figures(declared[name]), dict(live[name].statistics)
        )
        found += [Rename(f"{name}.{r.old}", f"{name}.{r.new}", r.likeness) for r in renames]
    return tuple(sorted(found, key=lambda rename: rename.old))


def _is_bare(one: TableSpec | ColumnSpec) -> bool:
    """Put there by a sync, switched off, and nobody has written about it."""
    return not one.enabled and not one.names.all() and not one.description


def _as_thing(table: TableSpec) -> Thing:
    return Thing("table", table.name, "", tuple(_plain(c.name, c.type) for c in table.columns))


def _plain(name: str, kind: Any) -> ColumnFacts:
    return ColumnFacts(name, kind)


def _written(column: ColumnSpec) -> ColumnFacts:
    nullable = True if column.nullable is None else column.nullable
    return ColumnFacts(column.name, column.type, column.native_type or "", nullable, column.comment)


def _figures(table: TableSpec) -> dict[str, ColumnStatistics]:
    return {
        column.name: ColumnStatistics(
            column.distinct,
            column.null_share,
            (),
            None if column.minimum is None else str(column.minimum),
            None if column.maximum is None else str(column.maximum),
        )
        for column in table.columns
    }
