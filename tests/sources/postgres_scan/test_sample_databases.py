"""Facts of ten public databases, held key by key to what the server says of each object."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sample_databases import DATA, FILES, SCHEMAS, drop, load

from dagster_project.store.embedded import EmbeddedPostgres
from postgres_scan import asked_one_by_one as truth
from sources.facts import KeyFacts, SourceFacts
from sources.postgres.source import PostgresSource
from sources.postgres.types import COLUMN_TYPES

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public data sets are not beside the repository"
)


@pytest.fixture(scope="module", params=sorted(FILES))
def scanned(
    request: pytest.FixtureRequest, server: EmbeddedPostgres
) -> Iterator[tuple[SourceFacts, psycopg.Connection]]:
    """A scan by a role that may only read, and the owner's connection to ask the server."""
    owner, reader = load(server, request.param)
    source = PostgresSource(
        request.param, reader, allowed_tables=tuple(f"{schema}.*" for schema in SCHEMAS)
    )
    with psycopg.connect(owner, autocommit=True) as connection:
        yield source.scan(), connection
    source.close()
    drop(server, owner)


def test_every_fact_is_the_servers(scanned: tuple[SourceFacts, psycopg.Connection]) -> None:
    """Tables, kinds, columns, keys, indexes, comments, rows, sizes: all there, none invented."""
    facts, connection = scanned
    expected = truth.tables(connection, SCHEMAS)
    assert {table.name: table.kind for table in facts.tables} == expected
    assert len(facts.tables) >= 3
    for table in facts.tables:
        assert [
            (c.name, c.native_type, c.nullable, c.comment) for c in table.columns
        ] == truth.columns(connection, table.name)
        assert {k.name: definition(k) for k in table.keys} == {
            name: plain(text) for name, text in truth.keys(connection, table.name).items()
        }
        assert {i.name: i.definition for i in table.indexes} == truth.indexes(
            connection, table.name
        )
        assert table.comment == truth.comment(connection, table.name)
        assert (table.row_estimate, table.size_bytes, table.partitions) == truth.figures(
            connection, table.name
        )


def test_types_are_what_a_query_gives(scanned: tuple[SourceFacts, psycopg.Connection]) -> None:
    """The declared type of every column is the one that rows of it bear."""
    facts, connection = scanned
    for table in facts.tables:
        names = sql.SQL(".").join(map(sql.Identifier, table.name.split(".", 1)))
        empty = connection.execute(sql.SQL("select * from {} limit 0").format(names))
        live = [(c.name, COLUMN_TYPES.get(c.type_code, "text")) for c in empty.description or []]
        assert [(c.name, c.type) for c in table.columns] == live


def test_statistics_are_the_servers(scanned: tuple[SourceFacts, psycopg.Connection]) -> None:
    """Distinct counts, null shares and common values are those of pg_stats, column by column."""
    facts, connection = scanned
    looked_at = 0
    for table in facts.tables:
        for column, found in table.statistics:
            inherited = table.kind == "partitioned"
            told = truth.statistics(connection, table.name, column, inherited=inherited)
            assert told is not None
            distinct, nulls, common = told
            assert found.null_share == pytest.approx(nulls, abs=1e-6)
            assert list(found.common) == [v[:200] for v in (common or [])[:50]]  # pyright: ignore
            if float(str(distinct)) > 0:
                assert found.distinct == round(float(str(distinct)))
            looked_at += 1
    assert looked_at > 0


def plain(text: str) -> str:
    """A definition without what the facts leave out: rules of update and delete, public."""
    for rule in (" ON UPDATE ", " ON DELETE ", " NOT VALID", " DEFERRABLE", " MATCH "):
        text = text.split(rule, maxsplit=1)[0]
    return text.replace('"', "").replace("public.", "").strip()


def definition(key: KeyFacts) -> str:
    """The key as the server would write it."""
    columns = ", ".join(key.columns)
    match key.kind:
        case "primary":
            return f"PRIMARY KEY ({columns})"
        case "unique":
            return f"UNIQUE ({columns})"
        case "foreign":
            target = key.target.removeprefix("public.")
            return f"FOREIGN KEY ({columns}) REFERENCES {target}({', '.join(key.target_columns)})"
