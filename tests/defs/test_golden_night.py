"""A golden night as a Dagster run: its partition, its metadata, its check on the suite."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest
from golden_shop import BAD, DAY, GOOD, SUITE, GoldenShop, materializations

from dagster_project.regression.nights import newest_nights
from dagster_project.store.database import open_database


def checks(result: dg.ExecuteInProcessResult) -> list[dg.AssetCheckEvaluation]:
    return list(result.get_asset_check_evaluations())


def test_a_green_night_is_one_materialization_and_a_passed_check(golden_shop: GoldenShop) -> None:
    """One partition, one materialization with figures and tables, one check on the suite."""
    result = golden_shop.night()
    assert result.success
    (metadata,) = materializations(result, "golden_night")
    assert (metadata["colour"], metadata["cases"], metadata["passed"]) == ("green", 2, 2)
    assert metadata["pass_rate"] == 1.0
    assert "2 of 2 (100.0%)" in metadata["summary"]
    assert "cannot see" in metadata["verdict"] or "too few" in metadata["verdict"]
    assert metadata["chart"].startswith("![nights](data:image/svg+xml;base64,")
    assert "worst_cases" not in metadata
    (check,) = checks(result)
    assert (check.asset_key, check.check_name) == (dg.AssetKey(["golden", "machines"]), "verdict")
    assert check.passed
    (event,) = result.get_asset_materialization_events()
    assert event.partition == f"{DAY}|machines"


def test_the_night_of_the_run_is_kept_with_the_run_and_the_day(golden_shop: GoldenShop) -> None:
    """The store's night names the run, the partition's date and who wanted it."""
    result = golden_shop.night(by="operator")
    with open_database(golden_shop.settings) as database:
        (night,) = newest_nights(database, "machines")
    assert (night.run_id, str(night.day), night.by) == (result.run_id, DAY, "operator")
    assert night.started_by == "manual"
    assert golden_shop.tags(result)["canvas/night"] == str(night.id)


def test_a_red_night_fails_its_check_and_not_its_run(golden_shop: GoldenShop) -> None:
    """The run succeeds, the check fails as an error, the worst cases lead to their traces, and the
    culprit is named."""
    golden_shop.night(day="2026-02-02")
    golden_shop.edit(GOOD, BAD)
    golden_shop.publish()
    result = golden_shop.night()
    assert result.success
    (check,) = checks(result)
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    (metadata,) = materializations(result, "golden_night")
    assert metadata["colour"] == "red"
    assert "pump-one" in metadata["worst_cases"]
    assert "`canvas trace" in metadata["worst_cases"]
    assert "query:machine_status: 1 → 2" in metadata["culprits"]
    assert golden_shop.tags(result)["canvas/verdict"] == "red"


def test_only_the_failed_cases_run_again_and_the_verdict_stays(golden_shop: GoldenShop) -> None:
    """A rerun of what failed asks nothing else, and does not turn the suite's check green."""
    golden_shop.night(day="2026-02-02")
    golden_shop.edit(GOOD, "WHERE id = %(machine)s AND id <> 'P-2'")
    golden_shop.publish()
    golden_shop.night()
    golden_shop.edit(" AND id <> 'P-2'", "")
    golden_shop.publish()
    again = golden_shop.night(only_failed=True)
    (metadata,) = materializations(again, "golden_night")
    assert (metadata["cases"], metadata["colour"]) == (1, "green")
    assert checks(again) == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"only_failed": True}, "Nothing failed"),
        ({"only": ["no-such"]}, "no case 'no-such'"),
        ({"only": ["pump-one"], "only_failed": True}, "exclude each other"),
    ],
)
def test_a_wish_that_cannot_be_met_fails_the_run_and_says_why(
    golden_shop: GoldenShop, config: dict[str, Any], told: str
) -> None:
    """No night is kept of it."""
    result = golden_shop.night(**config)
    assert not result.success
    assert told in str(result.failure_data_for_node("golden_night"))
    with open_database(golden_shop.settings) as database:
        assert newest_nights(database, "machines") == ()


def test_a_refused_file_fails_its_night_with_the_place(golden_shop: GoldenShop) -> None:
    """A suite that cannot be read must not go unseen: its run fails and names file and line."""
    golden_shop.write_suite(
        "broken", SUITE.replace("machines", "broken").replace("expect", "expct")
    )
    result = golden_shop.night("broken")
    assert not result.success
    assert "golden_sets/broken.yaml:" in str(result.failure_data_for_node("golden_night"))
    assert golden_shop.night().success


def test_a_check_run_by_itself_reads_the_newest_whole_night(golden_shop: GoldenShop) -> None:
    """It asks no case: the store's verdict is what it shows."""
    golden_shop.night()
    location = golden_shop.location()
    job = location.resolve_implicit_global_asset_job_def()
    keys = {dg.AssetCheckKey(dg.AssetKey(["golden", "machines"]), "verdict")}
    subset = job.get_subset(asset_check_selection=keys, asset_selection=set())
    result = subset.execute_in_process(instance=golden_shop.instance)
    (check,) = checks(result)
    assert check.passed
    with open_database(golden_shop.settings) as database:
        assert len(newest_nights(database, "machines")) == 1


def test_dates_and_suites_backfill_as_one_run_each(golden_shop: GoldenShop) -> None:
    """Three dates of two suites are six partitions, each materialized by its own run."""
    golden_shop.write_suite("again", SUITE.replace("suite: machines", "suite: again"))
    days = ("2026-01-30", "2026-01-31", "2026-02-01")
    for day in days:
        for suite in ("machines", "again"):
            assert golden_shop.night(suite, day).success
    done = golden_shop.instance.get_materialized_partitions(dg.AssetKey("golden_night"))
    assert done == {f"{day}|{suite}" for day in days for suite in ("machines", "again")}
