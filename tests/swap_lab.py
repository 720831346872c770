"""The laboratory with a second, unpublished version of a query, a mapping and a screen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab import SCHEMA, SITE, load_lab

from dagster_project.canvas import Canvas
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

EDITS = {
    # Wrong: whoever asks for one instrument gets all the others.
    "queries/instrument_profile.yaml": ("where i.id = %(", "where i.id <> %("),
    "mappings/instrument_profile.yaml": ("cost {price}.", "was bought for {price}."),
    "mappings/lab_explore.yaml": ("max_rows: 3", "max_rows: 2"),
    "screens/profile.yaml": (
        "[{block: table}, {block: markdown}]",
        "[{block: markdown}, {block: table, folded: true}]",
    ),
}
QUERY = {"query:instrument_profile": "instrument_profile:draft"}
MAPPING = {"mapping:instrument_profile": "instrument_profile:draft"}
EXPLORE = {"mapping:lab_explore": "lab_explore:draft"}
SCREEN = {"screen:profile": "profile:draft"}


FEWER_ROWS = {"policies/default.yaml": ("max_rows: 50", "max_rows: 5")}
"""So that the seven faults are cut, and the loop asks back."""
_OLD_READING = (
    "insert into lab.reading values"
    " (101, 'SC-02', 'temperature', timestamptz '2026-02-20 09:00+09', 18.0)"
)
"""Older than an assumed window: the loop widens it."""


def edit_site(site: Path, edits: dict[str, tuple[str, str]]) -> Path:
    for name, (old, new) in edits.items():
        path = site / "assets_config" / name
        text = path.read_text()
        assert text.count(old) == 1, name
        path.write_text(text.replace(old, new))
    return site


@contextmanager
def swap_settings(make_settings: Callable[..., Settings], folder: Path) -> Iterator[Settings]:
    """Version 1 of everything is published; version 2 of the edited ones is a draft."""
    site = edit_site(shutil.copytree(SITE, folder / "site"), FEWER_ROWS)
    settings = make_settings(home=site)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load_lab(database.owner_url)
        database.grant_read(SCHEMA)
        patch.setenv("CANVAS_LAB_URL", database.reader_url)
        with database.pool.connection() as connection:
            connection.execute(_OLD_READING)
        versions.sync(database, load_site(site).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
        versions.sync(database, load_site(edit_site(site, EDITS)).require_good(), by="test")
        yield settings


@contextmanager
def swap_canvas(make_settings: Callable[..., Settings], folder: Path) -> Iterator[Canvas]:
    with swap_settings(make_settings, folder) as settings, Canvas.open(settings) as canvas:
        yield canvas
