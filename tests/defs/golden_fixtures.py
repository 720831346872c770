"""The fixture `golden_shop`, for the tests of golden nights and rollbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from golden_shop import GoldenShop
from shop import load_shop

from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings


@pytest.fixture
def golden_shop(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[GoldenShop]:
    """The shop with its data and its suite, the first release published."""
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        reader_url = database.reader_url
    monkeypatch.setenv("SHOP_READER_URL", reader_url)
    with dg.DagsterInstance.ephemeral() as instance:
        shop = GoldenShop(settings, instance, reader_url)
        shop.write_suite()
        shop.publish()
        yield shop
