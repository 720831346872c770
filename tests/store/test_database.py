"""The database: ready when opened, cheap to open again, and closed to the reader."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.store import migrate
from dagster_project.store.database import Database, open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.migrations import HEAD
from dagster_project.store.settings import Settings
from dagster_project.store.tables import metadata


@pytest.fixture
def seeded(database: Database) -> Database:
    """A database with one schema that the reader may read."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("create schema seed_plant")
        owner.execute("create table seed_plant.pump as select 1 as id")
    database.grant_read("seed_plant")
    return database


def test_migrated_tables_equal_the_declared_ones(database: Database) -> None:
    """A migrated database differs in nothing from tables.py."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, type_, _: type_ != "schema" or name == "canvas",
                "version_table_schema": "canvas",
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_revision() -> None:
    """The revision that the code expects is the newest file in migrations/versions."""
    assert ScriptDirectory(str(migrate._FOLDER)).get_current_head() == HEAD


def test_opening_again_is_cheap(settings: Settings, database: Database) -> None:
    """Opening a ready database takes less than 60 ms."""

    def open_seconds() -> float:
        began = time.perf_counter()
        open_database(settings).close()
        return time.perf_counter() - began

    assert min(open_seconds() for _ in range(5)) < 0.06


def test_first_opening_from_many_threads(settings: Settings) -> None:
    """Whoever opens an empty database first makes it; the others wait and find the same roles."""
    gate = threading.Barrier(6)

    def first(_: int) -> str:
        gate.wait()
        with open_database(settings) as database, psycopg.connect(database.reader_url) as reader:
            reader.execute("select 1")
            return database.reader_url

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(first, range(6)))) == 1


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("select * from canvas.trace", psycopg.errors.InsufficientPrivilege),
        ("select * from canvas.alembic_version", psycopg.errors.InsufficientPrivilege),
        ("create table dagster.x(a int)", psycopg.errors.InsufficientPrivilege),
        ("insert into seed_plant.pump values (2)", psycopg.errors.InsufficientPrivilege),
        ("delete from seed_plant.pump", psycopg.errors.InsufficientPrivilege),
        ("create table seed_plant.x(a int)", psycopg.errors.InsufficientPrivilege),
        ("create table public.x(a int)", psycopg.errors.InsufficientPrivilege),
        ("create schema x", psycopg.errors.InsufficientPrivilege),
        ("copy seed_plant.pump to '/tmp/x'", psycopg.errors.InsufficientPrivilege),
        ("select pg_read_file('/etc/passwd')", psycopg.errors.InsufficientPrivilege),
        ("set role postgres", psycopg.errors.InvalidParameterValue),
    ],
)
def test_the_reader_has_no_rights_even_in_a_writing_transaction(
    seeded: Database, statement: str, refusal: type[psycopg.Error]
) -> None:
    """What keeps the reader out are missing rights, not only its read-only default."""
    with psycopg.connect(seeded.reader_url) as reader:
        reader.execute("set transaction read write")
        with pytest.raises(refusal):
            reader.execute(statement.encode())


def test_the_reader_reads_seed_data_present_and_future(seeded: Database) -> None:
    """A granted schema is readable, with tables that come after the grant."""
    with psycopg.connect(seeded.owner_url) as owner:
        owner.execute("create table seed_plant.valve as select 7 as id")
    with psycopg.connect(seeded.reader_url) as reader:
        rows = reader.execute("select p.id, v.id from seed_plant.pump p, seed_plant.valve v")
        assert rows.fetchall() == [(1, 7)]


def test_the_reader_is_read_only_with_a_time_limit(seeded: Database) -> None:
    """Its sessions start read only and end a statement after 30 s unless told otherwise."""
    with psycopg.connect(seeded.reader_url) as reader:
        assert reader.execute("show default_transaction_read_only").fetchone() == ("on",)
        assert reader.execute("show statement_timeout").fetchone() == ("30s",)


@pytest.mark.parametrize("schema", ["canvas", "dagster"])
def test_our_own_schemas_are_never_granted(database: Database, schema: str) -> None:
    """A source cannot be given the tables of traces, versions or runs."""
    with pytest.raises(InvalidRequest, match=schema):
        database.grant_read(schema)


def test_dagster_has_a_schema_of_its_own(database: Database) -> None:
    """What is created over Dagster's URL lands in the schema `dagster`, by psycopg 2."""
    assert database.dagster_url.startswith("postgresql+psycopg2://")
    engine = sa.create_engine(database.dagster_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table runs (id int)")
    engine.dispose()
    with database.pool.connection() as owner:
        assert owner.execute("select to_regclass('dagster.runs')::text").fetchone() == (
            "dagster.runs",
        )


def test_the_pool_survives_lost_connections(database: Database, server: EmbeddedPostgres) -> None:
    """A connection that died while idle is replaced before anybody gets it."""
    with database.pool.connection() as connection:
        connection.execute("select 1")
    with psycopg.connect(server.url("postgres"), autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            [database.owner_url.rpartition("/")[2]],
        )
    with database.pool.connection() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_newer_database_is_refused(settings: Settings, database: Database) -> None:
    """Tables of a later version of the code are not touched, and the message says what to do."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("update canvas.alembic_version set version_num = '9999'")
    with pytest.raises(StoreError, match=r"9999.*Update"):
        open_database(settings)


def test_an_owner_without_rights_is_told_what_to_run(
    make_settings: Callable[..., Settings], server: EmbeddedPostgres
) -> None:
    """On the user's own server a missing right comes with the statement that gives it."""
    settings = make_settings()
    name = str(settings.database_url).rpartition("/")[2]
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name}_owner login password 'x'")
    plain = server.url(name).split("@")[1]
    poor = Settings(settings.home, settings.state_dir, f"postgresql://{name}_owner:x@{plain}", None)
    with pytest.raises(StoreError, match="GRANT CREATE ON DATABASE"):
        open_database(poor)
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"grant create on database {name} to {name}_owner")
    with pytest.raises(StoreError, match=rf"CREATE \(or ALTER\) ROLE {name}_reader"):
        open_database(poor)
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"alter role {name}_owner createrole")
    with open_database(poor) as database, psycopg.connect(database.owner_url) as owner:
        owner.execute("create schema seed_plant")
        owner.execute("create table seed_plant.pump as select 1 as id")
        owner.commit()
        database.grant_read("seed_plant")
        with psycopg.connect(database.reader_url) as reader:
            assert reader.execute("select id from seed_plant.pump").fetchall() == [(1,)]


def test_a_reader_made_elsewhere_is_not_taken_over(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    """A second state on the same server must be told the reader, not change its password."""
    elsewhere = replace(settings, state_dir=tmp_path)
    with pytest.raises(StoreError, match=r"password unknown here.*CANVAS_READER_URL"):
        open_database(elsewhere)
    told = replace(elsewhere, reader_url=database.reader_url)
    with open_database(told) as same, psycopg.connect(same.reader_url) as reader:
        reader.execute("select 1")


def test_a_server_that_does_not_answer_is_named(settings: Settings) -> None:
    """The message names host, port and database, and never the password."""
    unreachable = Settings(
        settings.home, settings.state_dir, "postgresql://me:hidden@127.0.0.1:1/ops"
    )
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/ops") as refused:
        open_database(unreachable)
    assert "hidden" not in str(refused.value)
