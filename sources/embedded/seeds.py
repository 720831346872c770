"""Loads shipped seed data by name, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import psycopg
from psycopg import sql

from sources.embedded.plant.graph import SCHEMA as GRAPH_SCHEMA
from sources.embedded.plant.graph import VERSION as GRAPH_VERSION
from sources.embedded.plant.graph import load_plant_graph
from sources.embedded.plant.load import VERSION as PLANT_VERSION
from sources.embedded.plant.load import Scale, load_plant

DEFAULT_ANCHOR = datetime.fromisoformat("2026-02-04T09:00:00+09:00")
"""The moment the demo's data ends: a Wednesday morning in Seoul."""
LOCK_KEY = 7_020_260_204


@dataclass(frozen=True, slots=True)
class Seed:
    """Shipped data: the schema it owns, and how it is made."""

    schema: str
    version: int
    load: Callable[[psycopg.Connection, datetime, Scale], dict[str, int]]


SEEDS: dict[str, Seed] = {
    "combined_cycle_plant": Seed("plant", PLANT_VERSION, load_plant),
    "combined_cycle_plant_graph": Seed(GRAPH_SCHEMA, GRAPH_VERSION, load_plant_graph),
}


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What is there now, and whether this call put it there."""

    name: str
    schema: str
    version: int
    anchor: datetime
    scale: Scale
    loaded: bool
    rows: dict[str, int]
    """Table to rows put in by this call; empty when the data was there already."""
    elapsed_seconds: float


def ensure_seed(
    name: str,
    connection: psycopg.Connection,
    *,
    anchor: datetime = DEFAULT_ANCHOR,
    scale: Scale = "default",
    reader: str | None = None,
) -> SeedReport:
    """Make sure that this seed, version, anchor and scale is there, and nothing else of its name.

    Effects: replaces the seed's schema in one transaction when it differs; several callers wait
    for one. `reader` is a role that is then granted SELECT.
    Raises: KeyError for an unknown name, psycopg.Error.
    """
    seed, started = _seed(name), perf_counter()
    rows: dict[str, int] = {}
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK_KEY])
        present = _is_there(connection, name, seed, anchor, scale)
        if not present:
            rows = seed.load(connection, anchor, scale)
            connection.execute(
                sql.SQL(
                    "insert into {}.seed_info (name, version, anchor, scale)"
                    " values (%s, %s, %s, %s)"
                ).format(sql.Identifier(seed.schema)),
                [name, seed.version, anchor, scale],
            )
        if reader is not None:
            _grant(connection, seed.schema, reader)
    if not present:
        _analyze(connection, rows)
    return SeedReport(
        name, seed.schema, seed.version, anchor, scale, not present, rows, perf_counter() - started
    )


def _seed(name: str) -> Seed:
    if name not in SEEDS:
        raise KeyError(f"no seed {name!r}; there is {', '.join(sorted(SEEDS))}")
    return SEEDS[name]


def _is_there(
    connection: psycopg.Connection, name: str, seed: Seed, anchor: datetime, scale: Scale
) -> bool:
    table = f"{seed.schema}.seed_info"
    found = connection.execute("select to_regclass(%s) is not null", [table]).fetchone()
    if not found or not found[0]:
        return False
    row = connection.execute(
        sql.SQL("select 1 from {} where (name, version, anchor, scale) = (%s, %s, %s, %s)").format(
            sql.Identifier(seed.schema, "seed_info")
        ),
        [name, seed.version, anchor, scale],
    ).fetchone()
    return row is not None


def _grant(connection: psycopg.Connection, schema: str, reader: str) -> None:
    names = {"schema": sql.Identifier(schema), "reader": sql.Identifier(reader)}
    connection.execute(sql.SQL("grant usage on schema {schema} to {reader}").format(**names))
    connection.execute(
        sql.SQL("grant select on all tables in schema {schema} to {reader}").format(**names)
    )


def _analyze(connection: psycopg.Connection, rows: dict[str, int]) -> None:
    """Statistics, so that the first question is planned as well as the thousandth."""
    for table in rows:
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(*table.split("."))))
