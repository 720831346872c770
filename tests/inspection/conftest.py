"""The shop, in a database of the module's own, read through the real port."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from shop import load_shop

from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from sources.postgres.source import PostgresSource


@pytest.fixture(scope="module")
def shop_database(make_settings: Callable[..., Settings]) -> Iterator[Database]:
    with open_database(make_settings()) as database:
        load_shop(database)
        yield database


@pytest.fixture(scope="module")
def shop(shop_database: Database) -> Iterator[PostgresSource]:
    """The shop behind every wall of the real adapter."""
    source = PostgresSource("shop_db", shop_database.reader_url, allowed_tables=("shop.*",))
    yield source
    source.close()
