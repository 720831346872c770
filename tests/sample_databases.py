"""The public sample databases, each loaded into a database of its own, read by a plain role."""

from __future__ import annotations

import gzip
import os
import secrets
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from dagster_project.store.embedded import EmbeddedPostgres

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = {
    "pagila": "pg-pagila/pagila.sql.gz",
    "chinook": "pg-chinook/chinook.sql",
    "northwind": "pg-northwind/northwind.sql",
    **{
        name: f"defog-sqleval/db/{name}.sql"
        for name in ("academic", "advising", "atis", "broker", "ewallet", "restaurants", "yelp")
    },
}
SCHEMAS = ("public", "consumer_div")


def text_of(name: str) -> str:
    path = DATA / FILES[name]
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def load(server: EmbeddedPostgres, name: str) -> tuple[str, str]:
    """Makes and fills a database; gives the owner's URL and that of a role that may only read."""
    made, role = f"s_{name}_{secrets.token_hex(4)}", f"scan_{secrets.token_hex(4)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(made)))
    owner = server.url(made)
    command = ["psql", "-q", "-X", "-v", "ON_ERROR_STOP=0", "-o", os.devnull, owner]
    subprocess.run(command, input=text_of(name), text=True, check=False, capture_output=True)
    with psycopg.connect(owner, autocommit=True) as connection:
        made_role = sql.SQL("create role {} login password 'r'").format(sql.Identifier(role))
        connection.execute(made_role)
        views = connection.execute(
            "select schemaname, matviewname from pg_matviews where not ispopulated"
        ).fetchall()
        for view in views:
            refresh = sql.SQL("refresh materialized view {}.{}")
            connection.execute(refresh.format(*map(sql.Identifier, view)))
        for schema in SCHEMAS:
            found = connection.execute(
                "select 1 from pg_namespace where nspname = %s", (schema,)
            ).fetchone()
            if found:
                names = {"s": sql.Identifier(schema), "r": sql.Identifier(role)}
                for grant in (
                    "grant usage on schema {s} to {r}",
                    "grant select on all tables in schema {s} to {r}",
                ):
                    connection.execute(sql.SQL(grant).format(**names))
        connection.execute("analyze")
    parts = urlsplit(owner)
    place = parts.netloc.rpartition("@")[2]
    return owner, urlunsplit(parts._replace(netloc=f"{role}:r@{place}"))


def drop(server: EmbeddedPostgres, owner: str) -> None:
    name = urlsplit(owner).path.strip("/")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        command = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        connection.execute(command)
