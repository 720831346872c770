"""A small site of its own, so that these tests say what Dagster shows and not what the demo is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from golden_fixtures import golden_shop  # noqa: F401
from shop import SITE

from dagster_project.defs.location import code_location
from dagster_project.store.settings import Settings


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the shop's site that a test may edit."""
    return shutil.copytree(SITE, tmp_path / "site")


@pytest.fixture
def edit(site: Path) -> Callable[[str, str, str], None]:
    """Replaces a text in a file of the site: `edit("queries/faults.yaml", "old", "new")`."""

    def replace(name: str, old: str, new: str) -> None:
        path = site / "assets_config" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return replace


@pytest.fixture
def load(site: Path, tmp_path: Path) -> Callable[[], dg.Definitions]:
    """Loads the site as Dagster does. There is no database: loading must not need one."""
    nowhere = Settings(site, tmp_path / "state", "postgresql://u:p@127.0.0.1:1/none")
    return lambda: code_location(nowhere)
