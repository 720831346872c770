"""Alias tables are assets below their resolvers, with counts, collisions and checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from shop import load_shop

from dagster_project.defs.alias_tables import alias_table_assets
from dagster_project.defs.canvas_resource import bench_resource
from dagster_project.defs.entries import site_entries
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

KEY = dg.AssetKey(["alias_table", "machines"])


@pytest.fixture
def shop_settings(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The shop with its data, its first release published."""
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
        sync(database, load_site(site).require_good(), "tests")
        publish(database, None, "tests", "first")
    return settings


def make(settings: Settings, *, fails: bool = False) -> dg.ExecuteInProcessResult:
    assets = alias_table_assets(site_entries(load_site(settings.home)))
    with dg.instance_for_test() as instance:
        return dg.materialize(
            assets,
            instance=instance,
            resources={"bench": bench_resource(settings)},
            raise_on_error=not fails,
        )


def test_a_site_without_resolvers_has_no_alias_tables() -> None:
    """Nothing to show is no asset."""
    assert alias_table_assets([]) == []


def test_each_resolver_has_a_table_below_it(site: Path) -> None:
    """The asset stands on its resolver and has two checks."""
    (assets,) = alias_table_assets(site_entries(load_site(site)))
    assert assets.keys == {KEY}
    assert assets.asset_deps[KEY] == {dg.AssetKey(["resolver", "machines"])}
    assert {check.name for check in assets.check_specs} == {"collisions", "orphans"}


def test_a_table_tells_what_it_holds(shop_settings: Settings) -> None:
    """Counts by entity and origin, a sample, who shares names; data version is the content."""
    result = make(shop_settings)
    (event,) = result.get_asset_materialization_events()
    told = {name: value.value for name, value in event.materialization.metadata.items()}
    assert told["entity machine"] == told["dagster/row_count"]
    assert told["origin alias_group"] == 5
    assert "big one" in str(told["preview"])
    assert "F-1, machine P-1" in str(told["document"])
    assert (Path(str(told["folder"])) / "aliases.csv").is_file()
    assert event.materialization.tags is not None
    assert event.materialization.tags["dagster/data_version"] == told["digest"]
    checks = {found.check_name: found.passed for found in result.get_asset_check_evaluations()}
    assert checks == {"collisions": True, "orphans": True}


def test_checks_tell_what_is_wrong(
    shop_settings: Settings, edit: Callable[[str, str, str], None]
) -> None:
    """An alias that is another machine's key, and an alias of none, are errors that name both."""
    edit("resolvers/machines.yaml", "[팬 1호기, big one]", "[p-1, big one]")
    edit(
        "resolvers/machines.yaml",
        "  pattern_rules:",
        "    - {entity: machine, key: GHOST-9, aliases: [ghost]}\n  pattern_rules:",
    )
    found = {one.check_name: one for one in make(shop_settings).get_asset_check_evaluations()}
    assert not found["collisions"].passed
    assert "'p1'" in str(found["collisions"].description)
    assert found["collisions"].severity == dg.AssetCheckSeverity.ERROR
    assert "machine:GHOST-9" in str(found["orphans"].description)


def test_a_source_that_is_down_fails_the_run(
    shop_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table is made of half the names; the failure names the resolver."""
    monkeypatch.setenv("SHOP_READER_URL", "postgresql://u:p@127.0.0.1:1/none")
    result = make(shop_settings, fails=True)
    assert not result.success
    assert result.get_asset_materialization_events() == []
