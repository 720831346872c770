"""What a scan reads, what it must not read, and when it may skip reading."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from sample_databases import drop

from dagster_project.store.embedded import EmbeddedPostgres
from sources.errors import SourceTimeout, SourceUnavailable
from sources.facts import SourceFacts, TableFacts
from sources.postgres import scan_queries
from sources.postgres.source import PostgresSource

TABLES = """
create schema shop;
create type shop.grade as enum ('good', 'bad');
create domain shop.year as integer not null check (value > 1900);
create table shop.machine (
  id text primary key, grade shop.grade, built shop.year, tags text[], price numeric(10, 2),
  unique (grade, built));
comment on table shop.machine is 'every machine';
comment on column shop.machine.id is 'its tag';
create table shop.fault (
  id integer primary key, machine text not null references shop.machine, at timestamptz,
  note text) partition by range (id);
create table shop.fault_1 partition of shop.fault for values from (0) to (100);
create table shop.fault_2 partition of shop.fault for values from (100) to (200);
create index fault_lower on shop.fault (lower(note), at);
create view shop.grades as select grade, count(*) as machines from shop.machine group by 1;
create materialized view shop.built as select built from shop.machine;
create table shop.secret (id integer);
create table shop.half (id integer, hidden text);
create schema other;
create table other.thing (id integer);
insert into shop.machine
  select 'M-' || n, case when n % 4 = 0 then 'bad' else 'good' end::shop.grade, 1990 + n, '{}', n
    from generate_series(1, 40) as n;
insert into shop.fault select n, 'M-1', now(), null from generate_series(1, 150) as n;
analyze;
"""


class Shop:
    """A database of its own, its owner, and a source over a role that may only read."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.name, self.role = f"s_{secrets.token_hex(5)}", f"scan_{secrets.token_hex(5)}"
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(self.name)))
        self.owner = server.url(self.name)
        self.run(TABLES)
        self.run(f"create role {self.role} login password 'r'")
        self.run(f"grant usage on schema shop to {self.role}")
        self.run(f"grant select on all tables in schema shop to {self.role}")
        self.run(f"revoke select on shop.secret, shop.half from {self.role}")
        self.run(f"grant select (id) on shop.half to {self.role}")
        place = self.owner.rpartition("@")[2]
        self.reader = f"postgresql://{self.role}:r@{place}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            connection.execute(statement.encode())

    def source(self, *allowed: str) -> PostgresSource:
        return PostgresSource(
            "shop",
            self.reader,
            allowed_tables=allowed or ("shop.*",),
        )


@pytest.fixture
def shop(server: EmbeddedPostgres) -> Iterator[Shop]:
    made = Shop(server)
    yield made
    drop(server, made.owner)


@pytest.fixture
def source(shop: Shop) -> Iterator[PostgresSource]:
    made = shop.source()
    yield made
    made.close()


def table(facts: SourceFacts, name: str) -> TableFacts:
    return next(found for found in facts.tables if found.name == f"shop.{name}")


def test_domains_enums_arrays_partitions_and_expressions(source: PostgresSource) -> None:
    """The hard kinds of column, key and index are told as the server has them."""
    facts = source.scan()
    machine, fault = table(facts, "machine"), table(facts, "fault")
    assert [(c.name, c.type, c.native_type, c.nullable) for c in machine.columns] == [
        ("id", "text", "text", False),
        ("grade", "text", "shop.grade", True),
        ("built", "integer", "shop.year", False),
        ("tags", "json", "text[]", True),
        ("price", "number", "numeric(10,2)", True),
    ]
    assert (machine.comment, machine.columns[0].comment) == ("every machine", "its tag")
    assert (fault.kind, fault.partition_key, fault.partitions) == (
        "partitioned", "RANGE (id)", 2,
    )  # fmt: skip
    assert fault.row_estimate == 150
    assert [index.columns for index in fault.indexes] == [("lower(note)", "at")]
    assert [(k.kind, k.target, k.target_columns) for k in fault.keys if k.target] == [
        ("foreign", "shop.machine", ("id",))
    ]
    assert {t.name: t.kind for t in facts.tables}["shop.built"] == "materialized_view"
    statistics = dict(machine.statistics)
    assert statistics["grade"].common == ("good", "bad")
    assert (statistics["built"].minimum, statistics["built"].maximum) == ("1991", "2030")
    assert statistics["id"].distinct == 40


def test_only_what_is_allowed_and_readable(shop: Shop, source: PostgresSource) -> None:
    """No table outside the permissions, no column that the role may not SELECT; notes say why."""
    facts = source.scan()
    names = {found.name for found in facts.tables}
    assert "shop.secret" not in names
    assert "other.thing" not in names
    assert [column.name for column in table(facts, "half").columns] == ["id"]
    assert "shop.secret: the role may not SELECT" in facts.notes
    assert "shop.half: only the columns that the role may SELECT" in facts.notes
    narrow = shop.source("shop.machine", "shop.gone", "nowhere.*")
    found = narrow.scan()
    narrow.close()
    assert [t.name for t in found.tables] == ["shop.machine"]
    assert found.notes == ("shop.gone: no such table", "nowhere.*: no tables")


@pytest.mark.parametrize(
    "statement",
    [
        "alter table shop.machine add column extra integer",
        "alter table shop.machine drop column price",
        "alter table shop.machine rename column price to cost",
        "alter table shop.machine alter column price type numeric(12, 2)",
        "alter table shop.machine alter column price set not null",
        "alter table shop.machine rename to engine",
        "comment on column shop.machine.price is 'in euro'",
        "comment on table shop.machine is null",
        "alter type shop.grade rename to mark",
        "alter domain shop.year drop not null",
        "create index on shop.machine (price)",
        "alter index shop.fault_lower rename to fault_words",
        "alter table shop.fault drop constraint fault_machine_fkey",
        "alter table shop.fault add unique (id, at)",
        "create table shop.fault_3 partition of shop.fault for values from (200) to (300)",
        "drop view shop.grades",
        "create or replace view shop.grades as select grade, count(*) as machines, 1 as one"
        " from shop.machine group by 1",
        "grant select on shop.secret to {role}",
        "revoke select on shop.machine from {role}",
        "insert into shop.machine select 'N-' || n, 'bad', 2100 + n from generate_series(1, 9) n;"
        " analyze shop.machine",
    ],
)
def test_a_rescan_sees_every_change(shop: Shop, source: PostgresSource, statement: str) -> None:
    """A rescan by the same source says exactly what a first scan by another one says."""
    first = source.scan()
    shop.run(statement.format(role=shop.role))
    again = source.scan()
    fresh_source = shop.source()
    fresh = fresh_source.scan()
    fresh_source.close()
    assert again.tables == fresh.tables
    assert again.notes == fresh.notes
    assert again.tables != first.tables


def test_an_unchanged_rescan_decodes_nothing(
    shop: Shop, source: PostgresSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing written since, columns are not even asked for; new rows are, without them."""
    narrow = shop.source("shop.machine")
    first = narrow.scan()
    monkeypatch.setattr(scan_queries, "COLUMNS", "select 1 / 0")
    again = narrow.scan()
    assert again.tables == first.tables
    assert again.scanned_at > first.scanned_at
    shop.run(
        "insert into shop.machine select 'X-' || n from generate_series(1, 60) n where false;"
        "delete from shop.machine where id = 'M-40'; analyze shop.machine"
    )
    assert narrow.scan().tables[0].row_estimate == 39
    narrow.close()


def test_a_slow_catalog_ends_in_time(
    source: PostgresSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan's time-out is the server's too, and the source answers afterwards."""
    monkeypatch.setattr(scan_queries, "COMMENTS", "select 1, pg_sleep(9)::text")
    with pytest.raises(SourceTimeout):
        source.scan(timeout_seconds=0.5)
    monkeypatch.undo()
    assert source.scan().tables


def test_nothing_can_be_written_by_a_scan(
    shop: Shop, source: PostgresSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan's transaction is read-only, whatever the role may do."""
    shop.run(f"grant insert on shop.machine to {shop.role}")
    attempt = "with w as (insert into shop.machine values ('W') returning 1) select 1, 'x'"
    monkeypatch.setattr(scan_queries, "COMMENTS", attempt)
    with pytest.raises(Exception, match="read-only"):
        source.scan()


def test_a_source_that_is_away_says_so(make_settings: Callable[..., object]) -> None:
    """A scan of what cannot be reached raises what every other call raises."""
    nowhere = PostgresSource("gone", "postgresql://u:p@127.0.0.1:1/x", allowed_tables=("a.*",))
    with pytest.raises(SourceUnavailable):
        nowhere.scan(2.0)


def test_indexes_are_written_as_the_server_writes_them(shop: Shop, source: PostgresSource) -> None:
    """Quotes, keywords, collations, order, classes, methods and conditions, to the letter."""
    shop.run(
        'create table shop."Odd one" (id integer, "user" text, "Mixed" text, c text collate "C",'
        " d varchar(9), e shop.grade, f integer[]);"
        'create index on shop."Odd one" (id, d);'
        'create index on shop."Odd one" ("user");'
        'create index "Named so" on shop."Odd one" ("Mixed");'
        'create index on shop."Odd one" (c);'
        'create index on shop."Odd one" (c collate "default");'
        'create index on shop."Odd one" (d collate "C");'
        'create index on shop."Odd one" (d text_pattern_ops);'
        'create index on shop."Odd one" (id desc, d);'
        'create index on shop."Odd one" (d nulls first);'
        'create index on shop."Odd one" (id) include (d);'
        'create index on shop."Odd one" (id) with (fillfactor = 70);'
        'create index on shop."Odd one" (id) where id > 3;'
        'create index on shop."Odd one" using hash (id);'
        'create unique index on shop."Odd one" (e) nulls not distinct;'
        'create index on shop."Odd one" (f, e);'
        "create index on only shop.fault (at);"
        f'grant select on shop."Odd one" to {shop.role}'
    )
    told = {index.definition for found in source.scan().tables for index in found.indexes}
    with psycopg.connect(shop.owner) as connection:
        live = connection.execute(
            "select indexdef from pg_indexes where schemaname = 'shop'"
            " and tablename in ('Odd one', 'machine', 'fault')"
            " and indexname not in (select conname from pg_constraint)"
        ).fetchall()
    assert told == {text for (text,) in live}
    assert len(told) == 17
