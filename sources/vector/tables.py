"""The tables of an index, in the source's own schema.

    collections          one row each: embedder, counts, when
    documents            path, title, tags, hash of its content and of how it was cut
    passages_<dim>       quote, headings, anchor, page
    vectors_<dim>        apart from the quotes, so that ranking reads nothing else
    words_<dim>          word, passage, how often: what the text ranking counts

The dimension is in the name: vectors of another embedder never share a table with another length.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]
KINDS = ("passages", "vectors", "words")
_INLINE_DIMENSIONS = 1_900
"""Up to here a vector fits in a page; longer ones are stored out of line."""
_SHARED = """
create table if not exists {schema}.collections (
    id integer generated always as identity primary key,
    name text not null unique,
    embedder text not null,
    dimension integer not null,
    documents integer not null default 0,
    passages integer not null default 0,
    words bigint not null default 0,
    indexed_at timestamptz not null default now()
);
create table if not exists {schema}.documents (
    id bigint generated always as identity primary key,
    collection_id integer not null references {schema}.collections on delete cascade,
    path text not null,
    title text not null,
    description text not null,
    tags text[] not null,
    content_hash text not null,
    size_bytes bigint not null,
    indexed_at timestamptz not null default now(),
    unique (collection_id, path)
);
"""
_OF_DIMENSION = """
create table if not exists {passages} (
    id bigint generated always as identity primary key,
    document_id bigint not null references {schema}.documents on delete cascade,
    collection_id integer not null,
    position integer not null,
    headings text[] not null,
    anchor text not null,
    page integer,
    quote text not null,
    text_hash text not null,
    words integer not null
);
create index if not exists {passages_of_document} on {passages} (document_id, position);
create table if not exists {vectors} (
    passage_id bigint primary key,
    collection_id integer not null,
    embedding {vector}({dimension}) not null
);
create index if not exists {vectors_of_collection} on {vectors} (collection_id);
alter table {vectors} alter column embedding set storage {storage};
create table if not exists {words} (
    word text not null,
    passage_id bigint not null,
    collection_id integer not null,
    times integer not null,
    length integer not null,
    primary key (word, passage_id)
);
"""


def table(schema: str, kind: str, dimension: int | None = None) -> sql.Identifier:
    return sql.Identifier(schema, kind if dimension is None else f"{kind}_{dimension}")


def has_tables(connection: Connection, schema: str, dimension: int) -> bool:
    found = connection.execute(
        "select count(*) from pg_tables where schemaname = %s and tablename = any(%s)",
        [schema, ["collections", "documents", *(f"{kind}_{dimension}" for kind in KINDS)]],
    ).fetchone()
    return bool(found and found[0] == len(KINDS) + 2)


def make_tables(connection: Connection, schema: str, dimension: int) -> None:
    """Effects: the extension, the schema and its tables, where they are missing."""
    if not _vector_type(connection):
        connection.execute("create extension if not exists vector")
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    names = {kind: table(schema, kind, dimension) for kind in KINDS}
    connection.execute(
        sql.SQL(_SHARED + _OF_DIMENSION).format(
            schema=sql.Identifier(schema),
            vectors_of_collection=sql.Identifier(f"vectors_{dimension}_of_collection"),
            passages_of_document=sql.Identifier(f"passages_{dimension}_of_document"),
            vector=sql.Identifier(_vector_type(connection) or "public", "vector"),
            dimension=sql.Literal(dimension),
            storage=sql.SQL("plain" if dimension <= _INLINE_DIMENSIONS else "external"),
            **names,
        )
    )


def dimensions(connection: Connection, schema: str) -> list[int]:
    """Of which there are tables."""
    found = connection.execute(
        "select substr(tablename, 10)::int from pg_tables"
        " where schemaname = %s and tablename ~ '^passages_[0-9]+$' order by 1",
        [schema],
    )
    return [row[0] for row in found]


def grant_read(connection: Connection, schema: str, role: str) -> None:
    """Let a role read the index, and no more."""
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
    connection.execute(sql.SQL("grant usage on schema {schema} to {role}").format(**names))
    connection.execute(
        sql.SQL("grant select on all tables in schema {schema} to {role}").format(**names)
    )


def _vector_type(connection: Connection) -> str | None:
    """The schema that pgvector is installed in."""
    found = connection.execute(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace"
        " where e.extname = 'vector'"
    ).fetchone()
    return found[0] if found else None
