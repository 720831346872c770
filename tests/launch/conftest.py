"""A site without assets: the quickest to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .installation import Installation


@pytest.fixture
def installation(open_folder: Callable[[str], Path]) -> Iterator[Installation]:
    """An empty site that nothing was started for."""
    home = open_folder("site")
    (home / "assets_config").mkdir()
    installation = Installation.on_own_port(home, home / "state")
    yield installation
    installation.canvas("down")
