"""Materializing does the kind's real work and leaves metadata, a data version and one check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from shop import load_shop

from dagster_project.canvas import Canvas
from dagster_project.canvas.scans import approve, scan_catalog
from dagster_project.defs.config_assets import CHECKS, MODELS_CHECK
from dagster_project.defs.location import code_location
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings

Edit = Callable[[str, str, str], None]


@pytest.fixture
def live(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Settings, Database]]:
    """The shop with its data, its first release published."""
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
        sync(database, load_site(site).require_good(), "tests")
        publish(database, None, "tests", "first")
        with Canvas.open(settings) as canvas:
            scan_catalog(canvas, "shop", "tests")
            approve(canvas, "shop", "tests", "as loaded")
        yield settings, database


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def refresh(
    settings: Settings, instance: dg.DagsterInstance, tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    job = code_location(settings).resolve_job_def("refresh_config")
    return job.execute_in_process(instance=instance, tags=tags or {})


def metadata_of(result: dg.ExecuteInProcessResult, key: str) -> dict[str, object]:
    wanted = dg.AssetKey(key.split("/"))
    for event in result.get_asset_materialization_events():
        if event.asset_key == wanted:
            found = event.materialization.metadata
            return {name: value.value for name, value in found.items()}
    raise AssertionError(f"{key} was not materialized")


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """By asset; that of a policy's models is tested apart."""
    return {
        found.asset_key.to_user_string(): found
        for found in result.get_asset_check_evaluations()
        if found.check_name != MODELS_CHECK[0]
    }


def test_one_asset_of_each_kind_is_looked_at_and_checked(
    live: tuple[Settings, Database], instance: dg.DagsterInstance
) -> None:
    """Every kind does its work on the live source: what is seen is what the shop holds."""
    result = refresh(live[0], instance)
    assert result.success
    checks = checks_of(result)
    assert {key: c.description for key, c in checks.items() if not c.passed} == {}
    assert {c.check_name for c in checks.values()} == {name for name, _ in CHECKS.values()}
    assert metadata_of(result, "source/shop_db")["engine"] == "postgres"
    assert metadata_of(result, "schema_catalog/shop")["rows"] == 43
    assert "펌프 1호기" in str(metadata_of(result, "query/machine_status")["preview"])
    assert metadata_of(result, "query/faults")["rows"] == 40
    assert str(metadata_of(result, "query/faults")["chart"]).startswith("![chart](data:image/png")
    assert metadata_of(result, "query/machine_check")["steps"] == 1
    assert "table" in str(metadata_of(result, "mapping/machine_status")["preview"])
    assert "table" in str(metadata_of(result, "screen/machine")["preview"])
    assert metadata_of(result, "policy/shop")["examples_tried"] == 6
    assert "Question: P-1 상태" in str(metadata_of(result, "prompt/route")["document"])
    assert metadata_of(result, "resolver/machines")["things_in_the_data"] == 3


def test_a_source_look_is_kept_in_the_store(
    live: tuple[Settings, Database], instance: dg.DagsterInstance
) -> None:
    """The last status of a source is read from the store, not from Dagster's log."""
    refresh(live[0], instance)
    with live[1].pool.connection() as connection:
        kept = connection.execute("select source, status from canvas.source_health").fetchall()
    assert [name for name, _ in kept] == ["shop_db"]


def test_an_edit_is_looked_at_as_a_draft_before_it_is_published(
    live: tuple[Settings, Database], instance: dg.DagsterInstance, edit: Edit
) -> None:
    """The working copy is what runs: an edited statement gives its own rows, named as a draft."""
    edit("queries/machine_status.yaml", "WHERE id = %(machine)s", "WHERE id >= %(machine)s")
    seen = metadata_of(refresh(live[0], instance), "query/machine_status")
    assert seen["rows"] == 2
    assert seen["version"] == "machine_status:draft (draft)"
    assert seen["in_force"] == "machine_status:1"


def test_a_pinned_run_looks_at_its_release_and_not_at_the_files(
    live: tuple[Settings, Database], instance: dg.DagsterInstance, edit: Edit
) -> None:
    """The tag wins over the working copy and over what the process has loaded."""
    before = metadata_of(refresh(live[0], instance), "query/machine_status")
    edit("queries/machine_status.yaml", "WHERE id = %(machine)s", "WHERE id >= %(machine)s")
    pinned = refresh(live[0], instance, {"canvas/release": str(before["release"])})
    assert metadata_of(pinned, "query/machine_status")["rows"] == 1


def test_a_wrong_query_fails_its_own_check_and_no_other(
    live: tuple[Settings, Database], instance: dg.DagsterInstance, edit: Edit
) -> None:
    """A statement the engine refuses is a failing check with the reason; the run goes on."""
    edit("queries/machine_status.yaml", "WHERE id = %(machine)s", "WHERE age = %(machine)s::text")
    result = refresh(live[0], instance)
    assert result.success
    failed = {key for key, check in checks_of(result).items() if not check.passed}
    assert "query/machine_status" in failed
    assert "query/faults" not in failed
    assert "source/shop_db" not in failed


def test_a_refused_file_fails_its_check_with_the_place(
    live: tuple[Settings, Database], instance: dg.DagsterInstance, edit: Edit
) -> None:
    """The check of a refused file says file, line and field, and who answers meanwhile."""
    edit("policies/shop.yaml", "out_of_scope:", "out_of_scop:")
    result = refresh(live[0], instance)
    check = checks_of(result)["policy/shop"]
    assert not check.passed
    assert "assets_config/policies/shop.yaml:" in (check.description or "")
    assert "shop:1 goes on answering" in str(metadata_of(result, "policy/shop")["summary"])


def test_a_check_can_be_run_alone(
    live: tuple[Settings, Database], instance: dg.DagsterInstance
) -> None:
    """A subset is a subset: only what was selected is looked at."""
    location = code_location(live[0])
    only = dg.AssetSelection.assets(dg.AssetKey(["policy", "shop"]))
    job = dg.define_asset_job("one", selection=only)
    result = (
        dg.Definitions.merge(location, dg.Definitions(jobs=[job]))
        .resolve_job_def("one")
        .execute_in_process(instance=instance)
    )
    assert {e.asset_key for e in result.get_asset_materialization_events()} == {
        dg.AssetKey(["policy", "shop"])
    }
    assert set(checks_of(result)) == {"policy/shop"}


def test_after_an_edit_everything_downstream_is_out_of_sync_until_looked_at_again(
    live: tuple[Settings, Database], instance: dg.DagsterInstance, edit: Edit
) -> None:
    """Dagster itself says stale for the edited catalog and all that stands on it, before anything
    is materialized, and fresh again after a refresh."""
    refresh(live[0], instance)
    assert stale_assets(live[0], instance) == set()
    edit("schema_catalogs/shop.yaml", "Machines and faults of the shop.", "Machines, faults.")
    downstream = stale_assets(live[0], instance)
    assert {"schema_catalog/shop", "query/faults", "mapping/machine_status"} <= downstream
    assert {"screen/machine", "resolver/machines", "prompt/route"} <= downstream
    assert not downstream & {"source/shop_db", "policy/shop"}
    refresh(live[0], instance)
    assert stale_assets(live[0], instance) == set()


def stale_assets(settings: Settings, instance: dg.DagsterInstance) -> set[str]:
    graph = code_location(settings).resolve_asset_graph()
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    keys = graph.materializable_asset_keys
    return {key.to_user_string() for key in keys if resolver.get_status(key) == StaleStatus.STALE}
