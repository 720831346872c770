"""A laboratory in a database of its own, with a role that may read and one that may write."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from laboratory import SEED, Laboratory
from psycopg.conninfo import make_conninfo

from dagster_project.store.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def make_database(server: EmbeddedPostgres) -> Iterator[Callable[[], str]]:
    """Makes a new, empty database and gives its owner's URL."""
    made: list[str] = []

    def make() -> str:
        name = f"src_{secrets.token_hex(6)}"
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        made.append(name)
        return server.url(name)

    yield make
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database if exists {name} with (force)".encode())


@pytest.fixture(scope="module")
def laboratory(make_database: Callable[[], str], server: EmbeddedPostgres) -> Iterator[Laboratory]:
    owner_url = make_database()
    mark = secrets.token_hex(4)
    reader, writer = f"lab_reader_{mark}", f"lab_writer_{mark}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(SEED)
        for role in (reader, writer):
            connection.execute(f"create role {role} login password 'pw-{mark}'".encode())
            connection.execute(f"grant usage on schema lab to {role}".encode())
        connection.execute(f"grant select on all tables in schema lab to {reader}".encode())
        connection.execute(f"revoke select on lab.hidden from {reader}".encode())
        connection.execute(f"grant all on all tables in schema lab to {writer}".encode())
    yield Laboratory(
        owner_url,
        make_conninfo(owner_url, user=reader, password=f"pw-{mark}"),
        make_conninfo(owner_url, user=writer, password=f"pw-{mark}"),
    )
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for role in (reader, writer):
            connection.execute(f"drop owned by {role}".encode())
            connection.execute(f"drop role {role}".encode())
