"""What `pg_catalog` and `information_schema` say of one object at a time: the slow, plain truth.

Nothing here shares a statement with the scan.
"""

from __future__ import annotations

from typing import Any

import psycopg

_KINDS = {
    "r": "table",
    "p": "partitioned",
    "v": "view",
    "m": "materialized_view",
    "f": "foreign",
}


def tables(connection: psycopg.Connection[Any], schemas: tuple[str, ...]) -> dict[str, str]:
    """Name to kind, without partitions."""
    found: dict[str, str] = {}
    for schema in schemas:
        for name, kind, is_partition in connection.execute(
            "select relname, relkind::text, relispartition from pg_class"
            " where relnamespace = to_regnamespace(%s)",
            (schema,),
        ).fetchall():
            if kind in _KINDS and not is_partition:
                found[f"{schema}.{name}"] = _KINDS[kind]
    return found


def _oid(connection: psycopg.Connection[Any], table: str) -> int:
    schema, name = table.split(".", 1)
    row = connection.execute(
        "select quote_ident(%s) || '.' || quote_ident(%s)", (schema, name)
    ).fetchone()
    assert row is not None
    found = connection.execute("select %s::regclass::oid", (row[0],)).fetchone()
    assert found is not None
    return found[0]


def columns(connection: psycopg.Connection[Any], table: str) -> list[tuple[object, ...]]:
    """Name, native type, nullable and comment, in order."""
    oid = _oid(connection, table)
    told: list[tuple[object, ...]] = []
    for number, name in connection.execute(
        "select attnum, attname from pg_attribute where attrelid = %s and attnum > 0"
        " and not attisdropped order by attnum",
        (oid,),
    ).fetchall():
        row = connection.execute(
            "select format_type(atttypid, atttypmod), col_description(attrelid, attnum)"
            " from pg_attribute where attrelid = %s and attnum = %s",
            (oid, number),
        ).fetchone()
        assert row is not None
        told.append((name, row[0], _nullable(connection, table, oid, number), row[1] or ""))
    return told


def _nullable(connection: psycopg.Connection[Any], table: str, oid: int, number: int) -> bool:
    """As information_schema says; it is silent about materialized views."""
    schema, name = table.split(".", 1)
    row = connection.execute(
        "select is_nullable = 'YES' from information_schema.columns"
        " where table_schema = %s and table_name = %s and ordinal_position = %s",
        (schema, name, number),
    ).fetchone()
    if row is not None:
        return row[0]
    own = connection.execute(
        "select not attnotnull from pg_attribute where attrelid = %s and attnum = %s",
        (oid, number),
    ).fetchone()
    assert own is not None
    return own[0]


def keys(connection: psycopg.Connection[Any], table: str) -> dict[str, str]:
    """Constraint to its definition, without what partitions inherit."""
    return dict(
        connection.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = %s and contype in ('p', 'u', 'f') and conparentid = 0",
            (_oid(connection, table),),
        ).fetchall()
    )


def indexes(connection: psycopg.Connection[Any], table: str) -> dict[str, str]:
    """Index to its definition, by the view; without those that bear a key's name."""
    schema, name = table.split(".", 1)
    found = connection.execute(
        "select indexname, indexdef from pg_indexes where schemaname = %s and tablename = %s",
        (schema, name),
    ).fetchall()
    named = {
        row[0]
        for row in connection.execute(
            "select conname from pg_constraint where conrelid = %s and contype in ('p', 'u', 'x')",
            (_oid(connection, table),),
        ).fetchall()
    }
    return {index: text for index, text in found if index not in named}


def comment(connection: psycopg.Connection[Any], table: str) -> str:
    row = connection.execute(
        "select obj_description(%s::oid, 'pg_class')", (_oid(connection, table),)
    ).fetchone()
    return (row and row[0]) or ""


def figures(connection: psycopg.Connection[Any], table: str) -> tuple[int | None, int | None, int]:
    """Rows, bytes and partitions."""
    oid = _oid(connection, table)
    row = connection.execute(
        "select reltuples, relkind::text from pg_class where oid = %s", (oid,)
    ).fetchone()
    assert row is not None
    rows, kind = (int(row[0]) if row[0] >= 0 else None), row[1]
    if kind == "v":
        return None, None, 0
    if kind != "p":
        return rows, _bytes(connection, oid), 0
    parts = connection.execute(
        "select relid::oid from pg_partition_tree(%s) where isleaf", (oid,)
    ).fetchall()
    return rows, sum(_bytes(connection, part) for (part,) in parts), len(parts)


def _bytes(connection: psycopg.Connection[Any], oid: int) -> int:
    """Pages of the table, its overflow and the indexes of both, one by one."""
    pages = 0
    overflow = connection.execute(
        "select reltoastrelid from pg_class where oid = %s and reltoastrelid <> 0", (oid,)
    ).fetchall()
    for relation in (oid, *(row[0] for row in overflow)):
        own = connection.execute(
            "select relpages from pg_class where oid = %s", (relation,)
        ).fetchone()
        assert own is not None
        pages += own[0]
        for (index,) in connection.execute(
            "select indexrelid from pg_index where indrelid = %s", (relation,)
        ).fetchall():
            of_index = connection.execute(
                "select relpages from pg_class where oid = %s", (index,)
            ).fetchone()
            assert of_index is not None
            pages += of_index[0]
    return pages * 8192


def statistics(
    connection: psycopg.Connection[Any], table: str, column: str, *, inherited: bool
) -> tuple[object, ...] | None:
    """n_distinct, null share and common values of one column."""
    schema, name = table.split(".", 1)
    return connection.execute(
        "select n_distinct, null_frac, most_common_vals::text::text[] from pg_stats"
        " where schemaname = %s and tablename = %s and attname = %s and inherited = %s",
        (schema, name, column, inherited),
    ).fetchone()
