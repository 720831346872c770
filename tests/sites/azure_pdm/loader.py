"""Loads the published predictive-maintenance tables into a Postgres, as the schema `pdm`.

    python tests/sites/azure_pdm/loader.py postgresql://…/database [folder]

Source: PdM_*.csv as described in the folder's SOURCE.md. Times carry no zone there; they are
read as UTC.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

SITE = Path(__file__).parent
DATA = SITE.parents[3] / "shared" / "data" / "azure-pdm"
FILES = {
    "machines": "PdM_machines.csv",
    "errors": "PdM_errors.csv",
    "failures": "PdM_failures.csv",
    "maintenance": "PdM_maint.csv",
    "telemetry": "PdM_telemetry_m01-m20_2015q1.csv.gz",
}
"""Table to file. The column order of each table is the file's."""

TABLES = """
drop schema if exists pdm cascade;
create schema pdm;
create table pdm.machines (
    machine_id integer primary key,
    model text not null,
    age_years integer not null
);
create table pdm.errors (
    occurred_at timestamptz not null,
    machine_id integer not null references pdm.machines,
    error_type text not null,
    primary key (machine_id, occurred_at, error_type)
);
create table pdm.failures (
    occurred_at timestamptz not null,
    machine_id integer not null references pdm.machines,
    component text not null,
    primary key (machine_id, occurred_at, component)
);
create table pdm.maintenance (
    replaced_at timestamptz not null,
    machine_id integer not null references pdm.machines,
    component text not null,
    primary key (machine_id, replaced_at, component)
);
create table pdm.telemetry (
    measured_at timestamptz not null,
    machine_id integer not null references pdm.machines,
    volt double precision not null,
    rotate double precision not null,
    pressure double precision not null,
    vibration double precision not null,
    primary key (machine_id, measured_at)
);
comment on schema pdm is 'Predictive maintenance sample: 100 machines over 2015.';
comment on table pdm.machines is 'One row per machine.';
comment on column pdm.machines.age_years is 'Years in service.';
comment on table pdm.errors is 'Errors that did not stop the machine.';
comment on table pdm.failures is 'A component failed and was replaced unplanned.';
comment on table pdm.maintenance is 'A component was replaced, planned or not.';
comment on table pdm.telemetry is 'Hourly means; machines 1 to 20, first quarter of 2015.';
"""


def load(owner_url: str, folder: Path = DATA, reader: str | None = None) -> dict[str, int]:
    """Create and fill the schema in one transaction, and let `reader` select from it.

    Returns rows per table. Effects: replaces the schema `pdm`. Raises: FileNotFoundError."""
    counts: dict[str, int] = {}
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("set local timezone = 'UTC'")
        cursor.execute(TABLES)
        for table, file in FILES.items():
            copy = sql.SQL("copy {} from stdin (format csv, header)").format(
                sql.Identifier("pdm", table)
            )
            with cursor.copy(copy) as stream:
                for chunk in _chunks(folder / file):
                    stream.write(chunk)
            counts[table] = cursor.rowcount
        if reader:
            role = sql.Identifier(reader)
            cursor.execute(sql.SQL("grant usage on schema pdm to {}").format(role))
            cursor.execute(sql.SQL("grant select on all tables in schema pdm to {}").format(role))
    return counts


def _chunks(path: Path) -> Iterator[bytes]:
    open_file = gzip.open if path.suffix == ".gz" else open
    with open_file(path, "rb") as stream:
        while chunk := stream.read(1 << 18):
            yield chunk


if __name__ == "__main__":
    print(load(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else DATA))
