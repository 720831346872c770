"""A collection is an asset: materialising indexes its folder, its check says what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.canvas import Canvas
from dagster_project.canvas.documents import ensure_documents
from dagster_project.catalog.shelves import shelves_of
from dagster_project.defs.canvas_resource import bench_resource
from dagster_project.defs.config_assets import config_assets
from dagster_project.defs.document_index import document_assets, document_key
from dagster_project.defs.entries import site_entries
from dagster_project.inspection.documents import compare_shelf
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from sources.protocol import BoundQuery

SOURCE = """kind: source
name: library
description: Guides.
owner: team:operations
spec:
  engine: vector
  environment: mock
  permissions: {read_only: true, allowed_tables: [guides], allowed_operations: [search]}
  embedder: {kind: offline, dimension: 128}
"""
CATALOG = """kind: schema_catalog
name: library
description: Guides of the site.
owner: team:operations
spec:
  source: library
  document_collections:
    - name: guides
      folder: guides
      names: {ko: [안내서], en: [guides]}
      tags: [site]
    - name: later
      folder: later
      enabled: false
"""
KEY = document_key("library", "guides")


@dataclass(frozen=True)
class Place:
    """A small site with its database."""

    settings: Settings
    database: Database

    def write(self, name: str, text: str | bytes) -> None:
        file = self.settings.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def definitions(self) -> dg.Definitions:
        entries = site_entries(load_site(self.settings.home))
        return dg.Definitions(
            assets=[*config_assets(entries), *document_assets(entries)],
            resources={"bench": bench_resource(self.settings)},
            executor=dg.in_process_executor,
        )

    def run(self, selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
        job = dg.define_asset_job("run", selection=selection)
        definitions = dg.Definitions.merge(self.definitions(), dg.Definitions(jobs=[job]))
        with dg.instance_for_test() as instance:
            return definitions.resolve_job_def("run").execute_in_process(
                instance=instance, raise_on_error=False
            )


@pytest.fixture
def place(make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[Place]:
    home = tmp_path / "site"
    for name, text in (
        ("assets_config/sources/library.yaml", SOURCE),
        ("assets_config/schema_catalogs/library.yaml", CATALOG),
        ("guides/pump.md", "# Pump\n\nChange the filter when it clogs.\n"),
        ("guides/ko/switch.md", "# 스위치 장애\n\n펌웨어를 되돌린다.\n"),
        ("guides/broken.md", ""),
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    settings = make_settings(home)
    with open_database(settings) as database:
        yield Place(settings, database)


def _checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {found.check_name: found.passed for found in result.get_asset_check_evaluations()}


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_each_enabled_collection_is_an_asset_below_its_catalog(place: Place) -> None:
    """Its key, its upstream and its check; nothing is connected to while loading."""
    graph = place.definitions().resolve_asset_graph()
    assert dg.AssetKey(["documents", "library", "guides"]) == KEY
    assert [k for k in graph.get_all_asset_keys() if k.path[0] == "documents"] == [KEY]
    assert graph.get(KEY).parent_keys == {dg.AssetKey(["schema_catalog", "library"])}
    assert {check.name for check in graph.get(KEY).check_keys} == {"index"}


def test_materialising_indexes_and_tells(place: Place) -> None:
    """Counts, what was left out, the embedder, and a passage to look at."""
    first = place.run(dg.AssetSelection.assets(KEY))
    assert first.success
    told = _metadata(first)
    assert (told["documents"], told["added"], told["failed"]) == (2, 2, 1)
    assert told["embedder"] == "offline/jamo-ngrams/128"
    assert "broken.md" in str(told["preview"])
    assert "펌웨어를 되돌린다." in str(told["document"])
    assert _checks(first) == {"index": True}
    again = _metadata(place.run(dg.AssetSelection.assets(KEY)))
    assert (again["unchanged"], again["added"], again["embedded_texts"]) == (2, 0, 0)


def test_the_reader_searches_what_was_indexed(place: Place) -> None:
    """Through the composed product's own way to open the source."""
    place.run(dg.AssetSelection.assets(KEY))
    with Canvas.open(place.settings) as canvas:
        source = canvas.source("library")
        rows = source.run(
            BoundQuery(
                '{"collections": ["guides"], "tags": ["site"]}',
                {"words": "clogged filter"},
                allowed_tables=frozenset({"guides"}),
            )
        )
        health = source.health()
    assert rows.rows[0][0] == "pump.md"
    assert health.status == "ok", health


def test_the_check_alone_says_what_differs_and_writes_nothing(place: Place) -> None:
    """Never indexed; then new, changed and removed files; then another embedder."""
    only_check = dg.AssetSelection.checks_for_assets(KEY)
    assert _checks(place.run(only_check)) == {"index": False}
    place.run(dg.AssetSelection.assets(KEY))
    assert _checks(place.run(only_check)) == {"index": True}
    place.write("guides/new.md", "# New\n\ntext\n")
    place.write("guides/pump.md", "# Pump\n\nother text\n")
    (place.settings.home / "guides/ko/switch.md").unlink()
    site = load_site(place.settings.home)
    (shelf,) = shelves_of(site.assets.values())
    found = compare_shelf(shelf, place.settings.home, place.database)
    told = {finding.name: (finding.status, finding.detail) for finding in found.findings}
    assert told["new files"] == ("warn", "new.md. Materialise this asset.")
    assert told["changed files"][0] == told["removed files"][0] == "warn"
    assert "ko/switch.md" in told["removed files"][1]
    assert _checks(place.run(only_check)) == {"index": False}
    place.run(dg.AssetSelection.assets(KEY))
    assert _checks(place.run(only_check)) == {"index": True}
    place.write("assets_config/sources/library.yaml", SOURCE.replace("128", "64"))
    result = place.run(only_check)
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert "offline/jamo-ngrams/128" in str(evaluation.description)
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR


def test_a_missing_folder_fails_the_run_and_keeps_the_index(place: Place) -> None:
    """Told by name; what was indexed goes on answering."""
    place.run(dg.AssetSelection.assets(KEY))
    (place.settings.home / "guides").rename(place.settings.home / "away")
    assert not place.run(dg.AssetSelection.assets(KEY)).success
    assert _checks(place.run(dg.AssetSelection.checks_for_assets(KEY))) == {"index": False}
    with Canvas.open(place.settings) as canvas:
        source = canvas.source("library")
        query = BoundQuery(
            '{"collections": ["guides"]}', {"words": "filter"}, allowed_tables=frozenset({"guides"})
        )
        assert source.run(query).rows


def test_a_site_indexes_its_mock_collections_when_it_starts(place: Place) -> None:
    """Once; a missing folder is reported and does not stop the start."""
    said: list[str] = []
    site = load_site(place.settings.home)
    ensure_documents(place.settings, place.database, site, said.append)
    assert said == ["making sure of the documents 'library/guides'"]
    (place.settings.home / "guides").rename(place.settings.home / "away")
    ensure_documents(place.settings, place.database, site, said.append)
    assert "is not a folder" in said[-1]


def test_a_real_source_is_left_alone_when_the_site_starts(place: Place) -> None:
    """A customer's database is written when somebody materialises, and by its own reference."""
    real = SOURCE.replace("environment: mock", "environment: real").replace(
        "  permissions", "  connection: {url_ref: 'env:LIBRARY_URL'}\n  permissions"
    )
    place.write("assets_config/sources/library.yaml", real)
    site = load_site(place.settings.home)
    assert len(shelves_of(site.assets.values())) == 1
    said: list[str] = []
    ensure_documents(place.settings, place.database, site, said.append)
    assert said == []


def test_a_real_sources_index_is_made_in_its_own_database(
    place: Place, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The URL behind the reference is where the schema appears, and nowhere else."""
    elsewhere = make_settings()
    monkeypatch.setenv("LIBRARY_URL", str(elsewhere.database_url))
    real = SOURCE.replace("environment: mock", "environment: real").replace(
        "  permissions", "  connection: {url_ref: 'env:LIBRARY_URL'}\n  permissions"
    )
    place.write("assets_config/sources/library.yaml", real)
    assert place.run(dg.AssetSelection.assets(KEY)).success
    schemas = "select count(*) from pg_namespace where nspname = 'docs_library'"
    with open_database(elsewhere) as other, other.pool.connection() as connection:
        assert connection.execute(schemas).fetchone() == (1,)
    with place.database.pool.connection() as connection:
        assert connection.execute(schemas).fetchone() == (0,)
