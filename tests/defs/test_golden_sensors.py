"""Suites get their keys, red nights their requests, and nothing is lost or done twice."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg
import pytest
from golden_shop import BAD, GOOD, SUITE, GoldenShop

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import StoreError
from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.golden_suites import suite_files
from dagster_project.regression import requests as request_module
from dagster_project.regression.golden_files import load_suites
from dagster_project.regression.requests import requests
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.database import open_database


def filed(shop: GoldenShop) -> tuple[RollbackRequest, ...]:
    with open_database(shop.settings) as database:
        return requests(database)


def break_it(shop: GoldenShop) -> None:
    """A green night, a bad edit past the gate, a red night."""
    shop.night(day="2026-02-02")
    shop.edit(GOOD, BAD)
    shop.publish()
    shop.night()


def test_a_new_file_gets_its_partition_key_and_a_vanished_one_is_told(
    golden_shop: GoldenShop,
) -> None:
    """Nobody has to add keys; a key whose file is gone stays, and is named."""
    golden_shop.instance.add_dynamic_partitions("golden_suite", ["lost"])
    found = golden_shop.tick("golden_suites")
    (request,) = found.dynamic_partitions_requests
    assert request.partition_keys == ["machines"]
    assert "gone of: lost" in found.skip_message


def test_the_schedule_asks_for_every_suite_of_the_day(golden_shop: GoldenShop) -> None:
    """One run per suite, with a key per date and suite; refused files and lost ones run too, so
    that they are seen to fail."""
    golden_shop.write_suite("broken", "suite: [")
    repository = golden_shop.location().get_repository_def()
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("golden_suite", ["lost"])
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 2, 3, 2, 0, tzinfo=UTC),
            repository_def=repository,
            resources={"canvas": CanvasResource(golden_shop.settings)},
        )
        tick = repository.get_schedule_def("nightly_regression").evaluate_tick(context)
        known = instance.get_dynamic_partitions("golden_suite")
    found = tick.run_requests or []
    assert [request.run_key for request in found] == [
        "2026-02-03|broken",
        "2026-02-03|lost",
        "2026-02-03|machines",
    ]
    assert found[2].partition_key == "2026-02-03|machines"
    assert set(known) == {"broken", "lost", "machines"}


def test_a_red_night_is_filed_once_and_then_the_cursor_moves(golden_shop: GoldenShop) -> None:
    """The tick tells what it read and filed; the same tick made twice files nothing more."""
    break_it(golden_shop)
    first = golden_shop.tick("regression_failed")
    assert first.skip_message == (
        "2 nights read, 1 request filed: request 1 (query:machine_status 2 → 1)"
    )
    assert first.cursor == "2"
    shown = [event.asset_key.to_user_string() for event in first.asset_events]
    assert shown == ["rollback_requests"]
    again = golden_shop.tick("regression_failed", cursor=None)
    assert (again.skip_message, again.cursor) == (first.skip_message, "2")
    assert len(filed(golden_shop)) == 1
    nothing = golden_shop.tick("regression_failed", cursor="2")
    assert (nothing.skip_message, nothing.cursor) == ("no night ended since night number 2", "2")


def test_one_red_night_per_tick_and_none_is_skipped(golden_shop: GoldenShop) -> None:
    """The second red night waits for the next tick, and is then said to be red again."""
    break_it(golden_shop)
    golden_shop.night(day="2026-02-04")
    first = golden_shop.tick("regression_failed")
    second = golden_shop.tick("regression_failed", cursor=first.cursor)
    assert (first.cursor, second.cursor) == ("2", "3")
    assert "night 3 is red again, as request 1" in second.skip_message
    assert len(filed(golden_shop)) == 1


@pytest.mark.parametrize("after_filing", [False, True])
def test_a_tick_killed_before_or_after_filing_is_made_good(
    golden_shop: GoldenShop, monkeypatch: pytest.MonkeyPatch, after_filing: bool
) -> None:
    """Nothing moves the cursor but the end of the tick; the next one files, or finds it filed."""
    break_it(golden_shop)
    real = request_module.file_request

    def killed(canvas: Canvas, night_id: int) -> None:
        if after_filing:
            real(canvas, night_id)
        raise StoreError("killed here", "make the tick again")

    monkeypatch.setattr(request_module, "file_request", killed)
    with pytest.raises(StoreError, match="killed here"):
        golden_shop.tick("regression_failed")
    assert len(filed(golden_shop)) == int(after_filing)
    monkeypatch.undo()
    monkeypatch.setenv("SHOP_READER_URL", golden_shop.reader_url)
    made_again = golden_shop.tick("regression_failed")
    assert "request 1 (query:machine_status 2 → 1)" in made_again.skip_message
    assert len(filed(golden_shop)) == 1


def test_a_night_run_by_command_shows_on_its_suite_too(golden_shop: GoldenShop) -> None:
    """Dagster did not run it, so the sensor reports its figures and its verdict."""
    with Canvas.open(golden_shop.settings) as canvas:
        suite = load_suites(golden_shop.settings.home).suites["machines"]
        run_suite(
            canvas, suite, day=datetime(2026, 2, 3).date(), started_by="manual", by="operator"
        )
    found = golden_shop.tick("regression_failed")
    assert found.skip_message == "1 night read, no request filed"
    observed, check = found.asset_events
    assert observed.asset_key == check.asset_key == dg.AssetKey(["golden", "machines"])
    assert check.passed


def test_a_refused_file_is_an_asset_with_its_findings(golden_shop: GoldenShop) -> None:
    """It stays in the graph, says where it is wrong, and keeps nothing else from loading."""
    golden_shop.write_suite(
        "broken", SUITE.replace("machines", "broken").replace("expect", "expct")
    )
    location = golden_shop.location()
    dg.Definitions.validate_loadable(location)
    node = location.resolve_asset_graph().get(dg.AssetKey(["golden", "broken"]))
    assert node.tags["canvas/state"] == "refused"
    assert "golden_sets/broken.yaml:" in (node.description or "")
    assert [file.name for file in suite_files(golden_shop.settings.home)] == ["broken", "machines"]


def test_a_suite_stands_below_what_its_cases_name(golden_shop: GoldenShop) -> None:
    """The lineage goes on from assets to suites, and from suites to nights (D1)."""
    graph = golden_shop.location().resolve_asset_graph()
    suite = graph.get(dg.AssetKey(["golden", "machines"]))
    assert {key.to_user_string() for key in suite.parent_keys} == {
        "answer",
        "query/machine_status",
        "source/shop_db",
    }
    assert {key.to_user_string() for key in suite.child_keys} == {"golden_night"}
