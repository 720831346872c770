"""A catalog scan of 1,000 tables of 20 columns with keys and comments, beside SQLAlchemy.

Peers, in the same run and on the same server: SQLAlchemy's Inspector asked for each table (columns,
primary key, foreign keys, unique constraints, indexes, comment), and its `get_multi_*` over the
schema; each on a fresh connection with a fresh Inspector, as our first scan is. Floor: three raw
queries of pg_catalog on an open connection, all rows fetched: tables, columns with types and
comments, constraints. Ours is PostgresSource.scan(): a first scan by a fresh source, which also
reads row estimates, sizes and statistics that no peer reads, and a rescan of an unchanged database
by the same source. Each is the median of its rounds, taken in turn.
Run: python benchmarks/catalog_scan.py [--quick] [--tables 1000]. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from own_state import own_state

from dagster_project.catalog.scan.facts_codec import decode_facts, drift_digest, encode_facts
from dagster_project.store.embedded import EmbeddedPostgres
from sources.facts import SourceFacts
from sources.postgres.source import PostgresSource

COLUMNS = 20
TYPES = (
    "bigint", "text", "varchar(40)", "integer", "numeric(10,2)", "timestamptz", "date", "boolean",
    "jsonb", "double precision",
)  # fmt: skip
RAW = (
    "select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, d.description from pg_class c"
    " join pg_namespace n on n.oid = c.relnamespace left join pg_description d"
    " on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0"
    " where n.nspname = 'shop' and c.relkind in ('r', 'p', 'v', 'm', 'f')",
    "select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " d.description from pg_attribute a join pg_class c on c.oid = a.attrelid"
    " join pg_namespace n on n.oid = c.relnamespace left join pg_description d"
    " on d.classoid = 'pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum"
    " where n.nspname = 'shop' and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0"
    " and not a.attisdropped order by 1, a.attnum",
    "select k.conrelid, k.conname, k.contype, k.conkey, k.confrelid, k.confkey"
    " from pg_constraint k join pg_namespace n on n.oid = k.connamespace"
    " where n.nspname = 'shop' and k.contype in ('p', 'u', 'f')",
)


def fill(url: str, tables: int) -> None:
    """Effects: tables with a primary, a unique and a foreign key, an index, comments on all."""
    with psycopg.connect(url) as connection:
        connection.execute("create schema shop")
        for n in range(tables):
            name = f"shop.t{n:04d}"
            columns = ["id bigint primary key"]
            for i in range(1, COLUMNS - 1):
                null = " not null" if i % 3 == 0 else ""
                columns.append(f"c{n}_{i} {TYPES[i % len(TYPES)]}{null}")
            points = f" references shop.t{n - 1:04d} (id)" if n else ""
            columns.append(f"parent_id bigint{points}")
            unique = f"unique (c{n}_1, c{n}_2)"
            connection.execute(f"create table {name} ({', '.join(columns)}, {unique})".encode())
            connection.execute(f"create index on {name} (parent_id)".encode())
            connection.execute(f"comment on table {name} is 'table {n}'".encode())
            for i in range(1, COLUMNS - 1):
                said = f"comment on column {name}.c{n}_{i} is 'column {i} of table {n}'"
                connection.execute(said.encode())
        connection.commit()
        connection.autocommit = True
        connection.execute("analyze")


def by_table(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = inspector.get_table_names("shop")
        for name in names:
            inspector.get_columns(name, "shop")
            inspector.get_pk_constraint(name, "shop")
            inspector.get_foreign_keys(name, "shop")
            inspector.get_unique_constraints(name, "shop")
            inspector.get_indexes(name, "shop")
            inspector.get_table_comment(name, "shop")
        return len(names)


def by_schema(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        inspector.get_multi_pk_constraint("shop")
        inspector.get_multi_foreign_keys("shop")
        inspector.get_multi_unique_constraints("shop")
        inspector.get_multi_indexes("shop")
        inspector.get_multi_table_comment("shop")
        return len(inspector.get_multi_columns("shop"))


def raw(connection: psycopg.Connection) -> int:
    return sum(len(connection.execute(text.encode()).fetchall()) for text in RAW)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def first_scan(url: str) -> SourceFacts:
    source = PostgresSource("wide", url, allowed_tables=("shop.*",))
    try:
        return source.scan()
    finally:
        source.close()


def measure(url: str, rounds: int, table_rounds: int) -> dict[str, float]:
    engine = sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool
    )
    source = PostgresSource("wide", url, allowed_tables=("shop.*",))
    facts = source.scan()
    found: dict[str, list[float]] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(rounds):
            found.setdefault("raw_ms", []).append(timed(lambda: raw(connection)))
            found.setdefault("rescan_ms", []).append(timed(source.scan))
            found.setdefault("first_scan_ms", []).append(timed(lambda: first_scan(url)))
            found.setdefault("multi_ms", []).append(timed(lambda: by_schema(engine)))
            if n < table_rounds:
                found.setdefault("by_table_ms", []).append(timed(lambda: by_table(engine)))
        connection.execute("alter table shop.t0001 add column extra text")
        changed = timed(source.scan)
    body = encode_facts(facts)
    kept = {
        "changed_rescan_ms": changed,
        "encode_ms": timed(lambda: encode_facts(facts)),
        "digest_ms": timed(lambda: drift_digest(facts)),
        "decode_ms": timed(lambda: decode_facts(body)),
        "kept_bytes": float(len(body)),
    }
    engine.dispose()
    source.close()
    medians = {name: statistics.median(values) for name, values in found.items()}
    return {
        "tables": float(len(facts.tables)),
        "columns": float(sum(len(table.columns) for table in facts.tables)),
        **{name: round(value, 2) for name, value in {**medians, **kept}.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="five rounds, one of them by table")
    given = parser.parse_args()
    rounds = 5 if given.quick else given.rounds
    with own_state("catalog-scan") as settings:
        server = EmbeddedPostgres(settings.embedded_dir)
        server.up()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("create database wide")
            version = connection.info.parameter_status("server_version")
        url = server.url("wide")
        fill(url, given.tables)
        figures = measure(url, rounds, 1 if given.quick else 3)
    ratios = {
        "by_table_over_scan": figures["by_table_ms"] / figures["first_scan_ms"],
        "multi_over_scan": figures["multi_ms"] / figures["first_scan_ms"],
        "rescan_over_raw": figures["rescan_ms"] / figures["raw_ms"],
    }
    figures |= {name: round(value, 2) for name, value in ratios.items()}
    for name, value in figures.items():
        print(f"{name:>22}  {value}")
    wanted = (
        ("by_table_over_scan", ">= 10", ratios["by_table_over_scan"] >= 10),
        ("multi_over_scan", ">= 2.5", ratios["multi_over_scan"] >= 2.5),
        ("rescan_over_raw", "< 2", ratios["rescan_over_raw"] < 2),
    )
    targets = [
        {"name": name, "value": figures[name], "target": target, "met": met}
        for name, target, met in wanted
    ]
    versions = {
        "python": sys.version.split()[0],
        "sqlalchemy": sa.__version__,
        "psycopg": psycopg.__version__,
        "postgres": version,
    }
    report = {"name": "catalog_scan", "versions": versions, "figures": figures, "targets": targets}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
