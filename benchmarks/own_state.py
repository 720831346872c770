"""A state folder for one benchmark: a server of its own, stopped and removed afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings, load_settings


@contextmanager
def own_state(name: str) -> Iterator[Settings]:
    """Settings of the shipped site; the account that runs Postgres reaches the folder."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as scratch:
        Path(scratch).chmod(0o755)
        settings = load_settings(environ={**os.environ, "CANVAS_STATE": scratch})
        try:
            yield settings
        finally:
            EmbeddedPostgres(settings.embedded_dir).down()
