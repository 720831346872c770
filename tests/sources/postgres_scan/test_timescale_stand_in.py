"""TimescaleDB's facts, read from a STAND-IN: an extension of that name with the information views
of the real one, written for this test. It shows that the views are read as documented, and nothing
about the real extension, which could not be had here.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from dagster_project.catalog.compile_table_plan import CompileSettings, compile_table_plan
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.store.embedded import EmbeddedPostgres
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery

CONTROL = "comment = 'a stand-in'\ndefault_version = '0.0'\nrelocatable = false\n"
SCRIPT = """
create schema _timescaledb_internal;
create schema timescaledb_information;
create table timescaledb_information.hypertables (
  hypertable_schema name, hypertable_name name, owner name, num_dimensions smallint,
  num_chunks bigint, compression_enabled boolean, tablespaces name[]);
create table timescaledb_information.dimensions (
  hypertable_schema name, hypertable_name name, dimension_number bigint, column_name name,
  column_type regtype, dimension_type text, time_interval interval, integer_interval bigint,
  integer_now_func name, num_partitions smallint);
create table timescaledb_information.continuous_aggregates (
  hypertable_schema name, hypertable_name name, view_schema name, view_name name, view_owner name,
  materialized_only boolean, compression_enabled boolean, materialization_hypertable_schema name,
  materialization_hypertable_name name, view_definition text);
create function time_bucket(width interval, at timestamptz) returns timestamptz
  language sql immutable as $$ select date_bin(width, at, '2000-01-03Z') $$;
create function time_bucket(width interval, at timestamptz, zone text,
                            origin timestamptz default null) returns timestamptz
  language sql stable as $$
    select case when extract(epoch from width) < extract(epoch from interval '28 days')
      then date_bin(width, at at time zone zone,
                    coalesce(origin at time zone zone, '2000-01-03')) at time zone zone
      else date_trunc(case when width = interval '3 months' then 'quarter' when width =
                      interval '1 year' then 'year' else 'month' end, at, zone) end $$;
"""
TABLES = """
create schema plant;
create extension timescaledb;
create table plant.metric (at timestamptz not null, ci text, value double precision);
create table _timescaledb_internal._chunk_1 () inherits (plant.metric);
create table _timescaledb_internal._chunk_2 () inherits (plant.metric);
create table _timescaledb_internal._materialized_3 (bucket timestamptz not null, mean float8);
create view plant.metric_hourly as select * from _timescaledb_internal._materialized_3;
create table plant.plain (id integer);
insert into _timescaledb_internal._chunk_1 select now(), 'a', n from generate_series(1, 30) n;
insert into _timescaledb_internal._chunk_2 select now(), 'b', n from generate_series(1, 12) n;
insert into timescaledb_information.hypertables values
  ('plant', 'metric', 'o', 1, 2, true, null),
  ('_timescaledb_internal', '_materialized_3', 'o', 1, 1, false, null);
insert into timescaledb_information.dimensions values
  ('plant', 'metric', 1, 'at', 'timestamptz', 'Time', '7 days', null, null, null),
  ('_timescaledb_internal', '_materialized_3', 1, 'bucket', 'timestamptz', 'Time', '70 days', null,
   null, null);
insert into timescaledb_information.continuous_aggregates values
  ('plant', 'metric', 'plant', 'metric_hourly', 'o', false, false, '_timescaledb_internal',
   '_materialized_3', '');
analyze;
"""


@pytest.fixture
def timescale(
    server: EmbeddedPostgres, open_folder: Callable[[str], Path]
) -> Iterator[tuple[PostgresSource, str]]:
    folder = open_folder("extensions")
    (folder / "extension").mkdir(mode=0o755)
    for name, text in (("timescaledb.control", CONTROL), ("timescaledb--0.0.sql", SCRIPT)):
        path = folder / "extension" / name
        path.write_text(text)
        path.chmod(0o644)
    name, role = f"t_{secrets.token_hex(5)}", f"scan_{secrets.token_hex(5)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        known = connection.execute("show extension_control_path").fetchone()
        assert known is not None
    owner = server.url(name)
    with psycopg.connect(owner, autocommit=True) as connection:
        places = f"{known[0]}{os.pathsep}{folder}"
        connection.execute("select set_config('extension_control_path', %s, false)", (places,))
        connection.execute(TABLES.encode())
        connection.execute(f"create role {role} login password 'r'".encode())
        for schema in ("plant", "timescaledb_information"):
            connection.execute(f"grant usage on schema {schema} to {role}".encode())
            connection.execute(f"grant select on all tables in schema {schema} to {role}".encode())
    reader = f"postgresql://{role}:r@{owner.rpartition('@')[2]}"
    source = PostgresSource("metrics", reader, allowed_tables=("plant.*",))
    yield source, owner
    source.close()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())
    shutil.rmtree(folder)


def test_hypertables_and_aggregates_are_told(timescale: tuple[PostgresSource, str]) -> None:
    """Kind, time column, chunk interval, chunks, compression, an aggregate's origin."""
    source, _ = timescale
    tables = {table.name: table for table in source.scan().tables}
    assert {name: table.kind for name, table in tables.items()} == {
        "plant.metric": "hypertable",
        "plant.metric_hourly": "continuous_aggregate",
        "plant.plain": "table",
    }
    metric, hourly = tables["plant.metric"].time, tables["plant.metric_hourly"].time
    assert metric is not None
    assert hourly is not None
    assert (metric.column, metric.chunk_interval, metric.chunks, metric.compressed) == (
        "at", "7 days", 2, True,
    )  # fmt: skip
    assert tables["plant.metric"].row_estimate == 42
    assert (hourly.column, hourly.materialized_from) == ("bucket", "plant.metric")
    assert tables["plant.plain"].time is None


def test_a_rescan_sees_new_chunks(timescale: tuple[PostgresSource, str]) -> None:
    """The views have no trace of a change, so they are read each time."""
    source, owner = timescale
    source.scan()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "update timescaledb_information.hypertables set num_chunks = 3"
            " where hypertable_name = 'metric'"
        )
    found = next(table for table in source.scan().tables if table.name == "plant.metric")
    assert found.time is not None
    assert found.time.chunks == 3


def test_views_that_may_not_be_read_leave_plain_tables(
    timescale: tuple[PostgresSource, str],
) -> None:
    """Without rights on the information views the scan stands, and a note says so."""
    source, owner = timescale
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("revoke all on all tables in schema timescaledb_information from public")
        role = connection.execute(
            "select grantee from information_schema.role_table_grants"
            " where table_name = 'hypertables' and grantee like 'scan_%'"
        ).fetchone()
        assert role is not None
        connection.execute(
            f"revoke usage on schema timescaledb_information from {role[0]}".encode()
        )
    facts = source.scan()
    assert {table.kind for table in facts.tables} == {"table", "view"}
    assert any("timescaledb_information" in note for note in facts.notes)


@pytest.mark.parametrize("bucket", ["hour", "day", "week", "month", "quarter"])
@pytest.mark.parametrize("week_start", ["monday", "sunday"])
def test_time_is_cut_by_the_extension(
    timescale: tuple[PostgresSource, str], bucket: str, week_start: str
) -> None:
    """A hypertable's time goes through time_bucket in the site's zone, a plain table's through
    PostgreSQL's own function, to the same buckets."""
    source, owner = timescale
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "insert into _timescaledb_internal._chunk_1 select t, 'c', 1 from"
            " generate_series('2025-11-28Z'::timestamptz, '2026-04-02Z', '7 hours') t"
        )
    cut = {kind: _buckets(source, kind, bucket, week_start) for kind in ("hypertable", "table")}
    assert "time_bucket(" in cut["hypertable"][0]
    assert "time_bucket(" not in cut["table"][0]
    assert cut["hypertable"][1] == cut["table"][1]
    assert len(cut["table"][1]) > 2


def _buckets(
    source: PostgresSource, kind: str, bucket: str, week_start: str
) -> tuple[str, tuple[tuple[object, ...], ...]]:
    """The statement of a count by bucket, and its rows."""
    columns = ({"name": "at", "type": "timestamp", "role": "time"}, {"name": "ci", "type": "text"})
    spec = SchemaCatalogSpec.model_validate(
        {
            "source": "metrics",
            "tables": [{"name": "plant.metric", "kind": kind, "columns": columns}],
            "time_columns": {"plant.metric": "at"},
        }
    )
    plan = TablePlan.model_validate(
        {
            "table": "plant.metric",
            "measures": [{"name": "rows", "aggregate": "count"}],
            "dimensions": [{"name": "b", "column": "plant.metric.at", "bucket": bucket}],
            "order": [{"by": "b"}],
        }
    )
    settings = CompileSettings(
        as_of=datetime(2030, 1, 1, tzinfo=UTC),
        time_zone="Asia/Seoul",
        week_start=week_start,
        language="en",
        max_rows=1_000,
    )
    compiled = compile_table_plan(CatalogView("metrics", spec), plan, settings)
    query = BoundQuery(compiled.text, compiled.params, allowed_tables=frozenset({"plant.metric"}))
    return compiled.text, source.run(query).rows
