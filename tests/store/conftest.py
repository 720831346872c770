"""A supervisor of the test's own, to stop, kill and damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dagster_project.store.embedded import EmbeddedPostgres


@pytest.fixture
def own_server(open_folder: Callable[[str], Path]) -> Iterator[EmbeddedPostgres]:
    """Not started, in an empty folder; stopped afterwards."""
    server = EmbeddedPostgres(open_folder("own") / "postgres")
    yield server
    server.down()
