"""A library of its own per test: an owner, a reader, a folder of documents."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from document_library import Library
from psycopg.conninfo import make_conninfo


@pytest.fixture
def library(make_database: Callable[[], str], tmp_path: Path) -> Iterator[Library]:
    owner_url = make_database()
    reader = f"doc_reader_{secrets.token_hex(4)}"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"create role {reader} login password 'pw-{reader}'".encode())
        database = connection.info.dbname
        connection.execute(f"grant connect on database {database} to {reader}".encode())
    folder = tmp_path / "documents"
    folder.mkdir()
    reader_url = make_conninfo(owner_url, user=reader, password=f"pw-{reader}")
    yield Library(folder, owner_url, reader_url, reader)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"drop owned by {reader}".encode())
        connection.execute(f"drop role {reader}".encode())
