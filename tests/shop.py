"""A shop with two tables and a site of its own: small enough to know every row by heart."""

from __future__ import annotations

from pathlib import Path

from dagster_project.store.database import Database

SITE = Path(__file__).with_name("defs") / "shop_site"
TABLES = """
create schema shop;
create table shop.machine (
  id text primary key, name_en text, name_ko text, type text not null, age integer);
insert into shop.machine values
  ('P-1', 'pump one', '펌프 1호기', 'pump', 4),
  ('P-2', 'pump two', '펌프 2호기', 'pump', 9),
  ('F-1', 'fan one', '팬 1호기', 'fan', 2);
create table shop.fault (id integer primary key, machine_id text, at timestamptz, severity integer);
insert into shop.fault
  select n, 'P-1', timestamptz '2026-01-01 00:00+00' + n * interval '1 hour', n % 3
  from generate_series(1, 40) as n;
"""


def load_shop(database: Database) -> None:
    """Effects: the shop's tables, readable by the SELECT-only role."""
    with database.pool.connection() as connection:
        connection.execute(TABLES)
    database.grant_read("shop")
