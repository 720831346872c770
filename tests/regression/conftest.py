"""The shipped site over the demo plant, once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from demo_data import allow_demo

from dagster_project.canvas import Canvas
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings


@pytest.fixture(scope="session")
def plant_settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings of the shipped site, with the plant loaded and readable."""
    settings = make_settings(plant=True)
    with open_database(settings) as database:
        allow_demo(database)
    return settings


@pytest.fixture(scope="session")
def plant(plant_settings: Settings) -> Iterator[Canvas]:
    """The shipped site, open."""
    with Canvas.open(plant_settings) as canvas:
        yield canvas
