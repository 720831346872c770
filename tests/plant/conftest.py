"""The demo plant, loaded once per process into a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from demo_data import allow_demo

from dagster_project.registry.load import Site, load_site
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from sources.postgres.source import PostgresSource

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def plant_settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings of the shipped site, with the plant loaded and readable."""
    settings = make_settings(plant=True)
    with open_database(settings) as database:
        allow_demo(database)
    return settings


@pytest.fixture(scope="session")
def owner(plant_settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection of the owner, for gold queries."""
    with psycopg.connect(str(plant_settings.database_url), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def plant_source(plant_settings: Settings) -> Iterator[PostgresSource]:
    """The plant behind its four walls, as the SELECT-only role."""
    with open_database(plant_settings) as database:
        source = PostgresSource("plant_db", database.reader_url, allowed_tables=["plant.*"])
        yield source
        source.close()


@pytest.fixture(scope="session")
def shipped() -> Site:
    """The shipped assets."""
    return load_site(REPOSITORY)
