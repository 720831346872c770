"""Catalog syncs and suites of expectations as Dagster sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from shop import load_shop

from dagster_project.canvas import Canvas
from dagster_project.canvas.scans import approve, known_scan, scan_catalog
from dagster_project.defs.canvas_resource import bench_resource
from dagster_project.defs.catalog_sync import catalog_schedules, catalog_sync_job
from dagster_project.defs.config_assets import config_assets
from dagster_project.defs.entries import Entry, site_entries
from dagster_project.defs.expectation_checks import expectation_checks
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

SUITES = """
  auto_sync: true
  sync_schedule: "15 4 * * 1-5"
  expectation_suites:
    - name: machines
      table: shop.machine
      blocking: true
      expectations:
        - {type: expect_column_values_to_be_unique, kwargs: {column: id}}
        - type: expect_column_values_to_be_between
          kwargs: {column: age, max_value: 5}
          severity: warning
    - name: faults
      table: shop.fault
      max_rows: 10
      expectations:
        - {type: expect_table_row_count_to_equal, kwargs: {value: 10}}
"""
ALIASES = """
  expectation_suites:
    - name: aliases
      expectations:
        - {type: expect_column_values_to_not_be_null, kwargs: {column: alias}}
        - {type: expect_column_values_to_be_in_set, kwargs: {column: entity, value_set: [machine]}}
"""


@pytest.fixture
def entries(site: Path) -> tuple[Entry, ...]:
    for name, text in (("schema_catalogs/shop", SUITES), ("resolvers/machines", ALIASES)):
        path = site / "assets_config" / f"{name}.yaml"
        path.write_text(path.read_text().rstrip() + text)
    return site_entries(load_site(site).require_good())


@pytest.fixture
def live(
    site: Path,
    entries: tuple[Entry, ...],
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Canvas]:
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
        sync(database, load_site(site).require_good(), "tests")
        publish(database, None, "tests", "first")
        with Canvas.open(settings) as canvas:
            yield canvas


def definitions(entries: tuple[Entry, ...], settings: Settings | None = None) -> dg.Definitions:
    job = catalog_sync_job(entries)
    assert job is not None
    nothing = dg.ResourceDefinition.none_resource()
    bench = bench_resource(settings) if settings else nothing
    return dg.Definitions(
        assets=config_assets(entries),
        asset_checks=expectation_checks(entries),
        jobs=[job],
        schedules=catalog_schedules(entries, "Asia/Seoul", job),
        resources={"bench": bench},
        executor=dg.in_process_executor,
    )  # fmt: skip


def test_a_catalog_that_wants_it_has_a_schedule(entries: tuple[Entry, ...]) -> None:
    """Its own cron, in the site's zone, for its own asset alone."""
    found = definitions(entries).resolve_schedule_def("sync_shop")
    assert (found.cron_schedule, found.execution_timezone) == ("15 4 * * 1-5", "Asia/Seoul")
    assert found.default_status == dg.DefaultScheduleStatus.RUNNING
    with (
        dg.instance_for_test() as instance,
        dg.build_schedule_context(instance=instance) as context,
    ):
        data = found.evaluate_tick(context)
    assert [request.asset_selection for request in data.run_requests or []] == [
        [dg.AssetKey(["schema_catalog", "shop"])]
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("auto_sync: true", "auto_sync: false"), ('"15 4 * * 1-5"', '"at noon"')]
)
def test_no_schedule_without_a_wish_or_a_cron(
    entries: tuple[Entry, ...], site: Path, old: str, new: str
) -> None:
    """A catalog switched off, or with a text that is no cron, keeps nothing from loading."""
    path = site / "assets_config/schema_catalogs/shop.yaml"
    path.write_text(path.read_text().replace(old, new))
    assert catalog_schedules(site_entries(load_site(site)), "UTC") == []


def test_each_suite_is_a_check_of_its_own(entries: tuple[Entry, ...]) -> None:
    """Names and blocking are the declared ones, on the asset that declares them."""
    specs = [spec for check in expectation_checks(entries) for spec in check.check_specs]
    assert {(s.asset_key.to_user_string(), s.name, s.blocking) for s in specs} == {
        ("schema_catalog/shop", "expect_machines", True),
        ("schema_catalog/shop", "expect_faults", False),
        ("resolver/machines", "expect_aliases", False),
    }


@pytest.fixture
def run(
    entries: tuple[Entry, ...], live: Canvas
) -> Iterator[Callable[[], dg.ExecuteInProcessResult]]:
    with dg.instance_for_test() as instance:
        job = definitions(entries, live.settings).resolve_job_def("sync_catalogs")
        yield lambda: job.execute_in_process(instance=instance, raise_on_error=False)


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {found.check_name: found for found in result.get_asset_check_evaluations()}


def test_the_job_scans_and_checks(
    live: Canvas, run: Callable[[], dg.ExecuteInProcessResult]
) -> None:
    """A run keeps a scan, judges it against the baseline, and runs the suites on live rows."""
    assert known_scan(live, "shop") is None
    checks = checks_of(run())
    assert "no baseline is approved yet" in (checks["drift"].description or "")
    assert checks["drift"].severity == dg.AssetCheckSeverity.WARN
    assert known_scan(live, "shop") is not None
    machines = checks["expect_machines"]
    assert (machines.passed, machines.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "1 of 3 unexpected" in str(machines.metadata["expectations"].value)
    assert checks["expect_faults"].passed


def test_drift_is_shown_as_a_diff(
    live: Canvas, run: Callable[[], dg.ExecuteInProcessResult]
) -> None:
    """A changed column fails the check as an error: what was, what is, and what it touches."""
    scan_catalog(live, "shop", "tests")
    approve(live, "shop", "tests", "as loaded")
    assert checks_of(run())["drift"].passed
    with live.database.pool.connection() as connection:
        connection.execute("alter table shop.machine rename column name_ko to name_korean")
    result = run()
    check = checks_of(result)["drift"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    events = result.get_asset_materialization_events()
    metadata = events[0].materialization.metadata
    document = str(metadata["document"].value)
    assert "| shop.machine.name_ko | column renamed (proposed," in document
    assert "| name_ko | name_korean | breaking |" in document
    assert "query:machine_status" in document
    assert metadata["quarantined"].value == 1
