"""The laboratory on a database of its own. Import the fixtures into an area's conftest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from dagster_project.canvas import Canvas
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from lab import SCHEMA, SITE, load_lab


@pytest.fixture(scope="session")
def lab_settings(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    """Settings of the site with its rows loaded and its assets published."""
    settings = make_settings(home=SITE)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load_lab(database.owner_url)
        database.grant_read(SCHEMA)
        patch.setenv("CANVAS_LAB_URL", database.reader_url)
        versions.sync(database, load_site(SITE).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
        yield settings


@pytest.fixture(scope="session")
def lab(lab_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(lab_settings) as canvas:
        yield canvas


@pytest.fixture(scope="session")
def lab_rows(lab: Canvas) -> Iterator[psycopg.Connection]:
    """A connection of the role that may only read."""
    with psycopg.connect(lab.database.reader_url, autocommit=True) as connection:
        yield connection
