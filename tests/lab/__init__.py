"""A laboratory of five instruments: a schema that is not the demo plant, known row by row."""

from __future__ import annotations

from pathlib import Path

import psycopg

from lab.rows import FAULTS, INSTRUMENTS, READINGS, REPAIRS, ROOMS

SITE = Path(__file__).with_name("site")
SCHEMA = "lab"
_TABLES = """
create schema lab;
create table lab.room (code text primary key, floor integer);
create table lab.instrument (
  id text primary key, name_en text, name_ko text, class text, room text references lab.room,
  price numeric, bought date, calibrated boolean);
create table lab.reading (
  id integer primary key, instrument_id text references lab.instrument, metric text,
  at timestamptz, value double precision);
create table lab.fault (
  id integer primary key, instrument_id text references lab.instrument, at timestamptz,
  severity text, status text, code text);
create table lab.repair (
  id integer primary key, instrument_id text references lab.instrument, day date,
  cost numeric, note text, technician text);
create table lab.visit (id integer primary key, instrument_id text, at timestamptz);
create view lab.slow as
  select code, pg_sleep(0.4)::text as slept from lab.room where code = 'R1';
create view lab.broken as select id, 1 / (length(id) - length(id)) as ratio from lab.instrument;
"""


def load_lab(owner_url: str) -> None:
    """Effects: the laboratory's tables and rows."""
    tables: list[tuple[str, list[tuple[object, ...]]]] = [
        ("room", [*ROOMS]),
        ("instrument", [*INSTRUMENTS]),
        ("reading", [*READINGS]),
        ("fault", [*FAULTS]),
        ("repair", [*REPAIRS]),
    ]
    with psycopg.connect(owner_url) as connection:
        connection.execute(_TABLES)
        for table, rows in tables:
            marks = ", ".join(["%s"] * len(rows[0]))
            connection.cursor().executemany(
                f"insert into lab.{table} values ({marks})".encode(), rows
            )
