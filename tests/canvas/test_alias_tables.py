"""Alias tables in the state folder: one version per content, whole or not there."""

from __future__ import annotations

import csv
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.canvas import alias_tables
from dagster_project.canvas.alias_tables import (
    current_version,
    entity_index,
    name_table,
    write_alias_table,
)
from dagster_project.contracts.assets.resolver import AliasGroup, ResolverSpec
from dagster_project.resolver.alias_rows import COLUMNS, alias_rows
from dagster_project.resolver.name_table import NamesInMemory
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.on_disk import NamesOnDisk

TODAY = date(2026, 1, 20)
NAMES = [
    EntityName("machine", "P-1", "펌프 1호기", "Pump 1", ("old faithful",)),
    EntityName("machine", "F-1", "팬 1호기", "Fan 1"),
]
SPEC = ResolverSpec(
    alias_groups=(
        AliasGroup(entity="machine", key="P-1", aliases=("Big One",), owner="team:ops"),
        AliasGroup(entity="machine", key="F-1", aliases=("선풍기",), expires=date(2026, 1, 19)),
    )
)


def test_rows_tell_where_each_name_comes_from() -> None:
    """Keys and labels, alias columns, alias groups, and what people accepted of proposals."""
    columns, rows = alias_rows(SPEC, NAMES, {("big one", "machine", "P-1")})
    assert columns == COLUMNS
    told = {row.alias: (row.key, row.origin, row.owner, row.expires, row.language) for row in rows}
    assert told == {
        "P-1": ("P-1", "name", None, None, "en"),
        "펌프 1호기": ("P-1", "name", None, None, "ko"),
        "Pump 1": ("P-1", "name", None, None, "en"),
        "old faithful": ("P-1", "alias_column", None, None, "en"),
        "F-1": ("F-1", "name", None, None, "en"),
        "팬 1호기": ("F-1", "name", None, None, "ko"),
        "Fan 1": ("F-1", "name", None, None, "en"),
        "Big One": ("P-1", "accepted_proposal", "team:ops", None, "en"),
        "선풍기": ("F-1", "alias_group", None, "2026-01-19", "ko"),
    }


def test_a_table_is_kept_with_its_counts(tmp_path: Path) -> None:
    """The file holds every row; counts say by entity and origin, and what has expired."""
    table = write_alias_table(tmp_path, "shop", SPEC, NAMES, (), TODAY)
    with (table.folder / "aliases.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert (rows[0], len(rows) - 1) == (list(COLUMNS), table.rows)
    assert table.by_entity == {"machine": 9}
    assert table.by_origin == {"name": 6, "alias_column": 1, "alias_group": 2}
    assert table.expired == 1
    version = current_version(tmp_path, "shop")
    assert version is not None
    assert version[0] == table.digest
    assert 0 <= table.age_seconds(datetime.now(UTC) + timedelta(seconds=60)) - 60 < 30


def test_the_same_content_is_written_once(tmp_path: Path) -> None:
    """A digest is its content: the same rows touch no file, other rows make a new version."""
    first = write_alias_table(tmp_path, "shop", SPEC, NAMES)
    written = (first.folder / "aliases.csv").stat().st_mtime_ns
    again = write_alias_table(tmp_path, "shop", SPEC, NAMES)
    assert (again.folder, (again.folder / "aliases.csv").stat().st_mtime_ns) == (
        first.folder,
        written,
    )
    other = write_alias_table(tmp_path, "shop", SPEC, NAMES[:1])
    assert other.digest != first.digest


def test_old_versions_and_half_made_ones_are_deleted(tmp_path: Path) -> None:
    """The newest two stay, and the one in use; what a killed process left goes after an hour."""
    tables = [
        write_alias_table(tmp_path, "shop", SPEC, [*NAMES, EntityName("machine", f"X-{n}", "", "")])
        for n in range(4)
    ]
    home = tables[0].folder.parent
    old, young = home / ".half.1", home / ".half.2"
    for half in (old, young):
        half.mkdir()
    os.utime(old, (0, time.time() - 7_200))
    write_alias_table(tmp_path, "shop", SPEC, NAMES)
    kept = {path.name for path in home.iterdir() if path.is_dir()}
    assert len(kept - {".half.2"}) == 2
    assert young.exists()
    assert not old.exists()


def test_many_names_are_looked_up_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few names stay in memory; many go to disk, once for the same names, whoever asks first."""
    assert isinstance(name_table(tmp_path, ["shop"], NAMES), NamesInMemory)
    monkeypatch.setattr(alias_tables, "MANY_NAMES", 1)
    write_alias_table(tmp_path, "shop", SPEC, NAMES)
    (made,) = (tmp_path / "alias_tables" / "shop").glob("names-*/names.bin")
    stamp = made.stat().st_mtime_ns
    assert isinstance(name_table(tmp_path, ["shop"], NAMES), NamesOnDisk)
    assert made.stat().st_mtime_ns == stamp
    index = entity_index(tmp_path, {"shop": SPEC}, NAMES, typo_score=0.78, today=TODAY)
    found = [c.key for m in index.find("old fiathful와 Big One, 선풍기") for c in m.candidates]
    assert found == ["P-1", "P-1"]


def test_a_reader_keeps_a_version_that_was_cleaned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ask under way goes on with the names it opened."""
    monkeypatch.setattr(alias_tables, "MANY_NAMES", 0)
    opened = name_table(tmp_path, ["shop"], NAMES)
    for n in range(3):
        name_table(tmp_path, ["shop"], [*NAMES, EntityName("machine", f"X-{n}", "", "")])
    assert len(list((tmp_path / "alias_tables" / "shop").glob("names-*"))) == 2
    assert opened.get("pump 1") == (0,)
