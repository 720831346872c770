"""The azure_pdm site on a database of its own, with its tables loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dagster_project.canvas import Canvas
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from sites.azure_pdm.loader import DATA, SITE, load


@pytest.fixture(scope="session")
def pdm_settings(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    """Settings of the site; its source reads as the SELECT-only role."""
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not there")
    settings = make_settings(home=SITE)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load(database.owner_url)
        database.grant_read("pdm")
        patch.setenv("CANVAS_PDM_URL", database.reader_url)
        yield settings


@pytest.fixture(scope="session")
def pdm_owner_url(pdm_settings: Settings) -> str:
    return str(pdm_settings.database_url)


@pytest.fixture(scope="session")
def pdm(pdm_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(pdm_settings) as canvas:
        yield canvas
