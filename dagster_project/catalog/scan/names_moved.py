"""A rename that a person accepted: every mention in the catalog moves, and all words with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec, TableSpec
from dagster_project.contracts.errors import InvalidRequest


def moved(spec: SchemaCatalogSpec, accept: Mapping[str, str]) -> SchemaCatalogSpec:
    """The catalog with tables (`schema.table`) and columns (`schema.table.column`) renamed.

    Raises: InvalidRequest for a name that the catalog does not have.
    """
    for old, new in accept.items():
        spec = _moved_one(spec, old, new)
    return spec


def _moved_one(spec: SchemaCatalogSpec, old: str, new: str) -> SchemaCatalogSpec:
    tables = {table.name: table for table in spec.tables}
    is_table = old in tables
    table = old if is_table else old.rpartition(".")[0]
    column = "" if is_table else old.rpartition(".")[2]
    if table not in tables or (column and column not in {c.name for c in tables[table].columns}):
        raise InvalidRequest(f"the catalog has no {old!r};", "see `canvas catalog drift`")
    # What a sync put there before the rename was accepted holds no words of people.
    new_table, new_column = (new, "") if is_table else (table, new.rpartition(".")[2])
    if not is_table and new.rpartition(".")[0] != table:
        raise InvalidRequest(
            f"{old!r} cannot become {new!r}: a column stays in its table;",
            f"write {table}.{new_column}",
        )
    document = spec.model_dump(exclude_defaults=True)
    if is_table:
        document["tables"] = [
            t if t["name"] != old else {**t, "name": new}
            for t in document["tables"]
            if t["name"] != new_table
        ]
        return SchemaCatalogSpec.model_validate(_table_moved(document, old, new))
    document["tables"] = [
        t if t["name"] != table else _column_moved_in(tables[table], t, column, new_column)
        for t in document["tables"]
    ]
    return SchemaCatalogSpec.model_validate(_column_moved(document, table, column, new_column))


def _table_moved(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    def reference(text: str) -> str:
        return f"{new}.{text[len(old) + 1 :]}" if text.rpartition(".")[0] == old else text

    for part in ("entities", "metrics", "expectation_suites"):
        for one in document.get(part, ()):
            if one.get("table") == old:
                one["table"] = new
    times = document.get("time_columns", {})
    document["time_columns"] = {new if t == old else t: c for t, c in times.items()}
    for key in document.get("join_keys", ()):
        key["many"], key["one"] = reference(key["many"]), reference(key["one"])
    for table in document["tables"]:
        if "list_columns" in table:
            table["list_columns"] = [reference(name) for name in table["list_columns"]]
    return document


def _column_moved_in(
    table: TableSpec, document: dict[str, Any], old: str, new: str
) -> dict[str, Any]:
    moved_columns = [
        c if c["name"] != old else {**c, "name": new}
        for c in document["columns"]
        if c["name"] != new
    ]
    listed = [new if name == old else name for name in table.list_columns]
    changed = {**document, "columns": moved_columns}
    return {**changed, "list_columns": listed} if listed else changed


def _column_moved(document: dict[str, Any], table: str, old: str, new: str) -> dict[str, Any]:
    def reference(text: str) -> str:
        return f"{table}.{new}" if text == f"{table}.{old}" else text

    for entity in document.get("entities", ()):
        for field in ("key", "label_ko", "label_en", "class_column"):
            if entity["table"] == table and entity.get(field) == old:
                entity[field] = new
    for metric in document.get("metrics", ()):
        if metric["table"] == table:
            metric["column"] = new if metric["column"] == old else metric["column"]
            where = metric.get("where", {})
            metric["where"] = {new if c == old else c: v for c, v in where.items()}
    times = document.get("time_columns", {})
    if times.get(table) == old:
        times[table] = new
    for key in document.get("join_keys", ()):
        key["many"], key["one"] = reference(key["many"]), reference(key["one"])
    for other in document["tables"]:
        if "list_columns" in other:
            other["list_columns"] = [reference(name) for name in other["list_columns"]]
    return document
