"""Assets leave a site as canonical YAML and come in as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.contracts.errors import ConfigError, InvalidRequest
from dagster_project.contracts.value import AssetId
from dagster_project.registry import versions
from dagster_project.registry.exchange import export_release, import_files
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database
from registry.conftest import WriteSite
from registry.good_site import QUERY


def test_an_exported_release_is_the_same_site(
    database: Database, write_site: WriteSite, tmp_path: Path
) -> None:
    """Exported, loaded and synced again it makes no new version."""
    home = write_site()
    versions.sync(database, load_site(home), "engineer-1")
    release = versions.publish(database, None, by="engineer-1", reason="start")
    paths = export_release(release, tmp_path / "out")
    assert len(paths) == 16
    exported = load_site(tmp_path / "out").require_good()
    assert versions.sync(database, exported, "engineer-1").created == {}
    with pytest.raises(InvalidRequest, match="exists already"):
        export_release(release, tmp_path / "out")
    with pytest.raises(InvalidRequest, match="Did you mean 'query:batches'"):
        export_release(release, tmp_path / "more", [AssetId("query:batchs")])


def test_an_import_keeps_the_text(write_site: WriteSite, tmp_path: Path) -> None:
    """A file lands in its kind's folder with its comments; the same file again changes nothing."""
    home = write_site({"queries/batches.yaml": None})
    source = tmp_path / "anything.yaml"
    source.write_text(f"# ours\n{QUERY}".replace("name: batches", "name: anything"))
    assert import_files(home, source).written == ("query:anything",)
    landed = home / "assets_config/queries/anything.yaml"
    assert landed.read_text() == source.read_text()
    assert import_files(home, source).unchanged == ("query:anything",)


def test_an_import_overwrites_only_when_told(write_site: WriteSite, tmp_path: Path) -> None:
    """Other content under the same name stops the import, before anything is written."""
    home, other = write_site(), write_site(folder="other")
    changed = other / "assets_config/queries/batches.yaml"
    changed.write_text(QUERY.replace("What an", "All an"))
    (other / "assets_config/queries/fresh.yaml").write_text(
        QUERY.replace("name: batches", "name: fresh")
    )
    with pytest.raises(InvalidRequest, match="query:batches: the site holds other content"):
        import_files(home, other)
    assert not (home / "assets_config/queries/fresh.yaml").exists()
    done = import_files(home, other, replace=True)
    assert set(done.written) == {"query:batches", "query:fresh"}
    assert len(done.unchanged) == 15


def test_a_broken_file_stops_an_import(write_site: WriteSite, tmp_path: Path) -> None:
    """All or nothing, with the findings of every broken file."""
    home = write_site()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "fine.yaml").write_text(QUERY.replace("name: batches", "name: fine"))
    (folder / "kind.yaml").write_text("kind: qury\n")
    (folder / "form.yaml").write_text(QUERY.replace("batches", "form").replace("template", "tmpl"))
    with pytest.raises(ConfigError) as refused:
        import_files(home, folder)
    assert [(f.code, f.line) for f in refused.value.findings] == [("CFG023", 5), ("CFG010", 1)]
    assert not (home / "assets_config/queries/fine.yaml").exists()
