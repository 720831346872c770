"""Requests are decided, rolled back and checked as Dagster runs; drafts pass the gate as one."""

from __future__ import annotations

import dagster as dg
import pytest
from golden_shop import BAD, GOOD, GoldenShop, materializations
from test_golden_sensors import break_it, filed

from dagster_project.registry.releases import current_release_id
from dagster_project.regression.nights import newest_nights
from dagster_project.store.database import open_database


def decide(shop: GoldenShop, decision: str) -> dg.ExecuteInProcessResult:
    config = {"request": 1, "decision": decision, "by": "operator", "reason": "it was right before"}
    return shop.run("decide_rollback", {"ops": {"decide": {"config": config}}})


def launched(shop: GoldenShop) -> dg.ExecuteInProcessResult:
    """What the sensor launches, run."""
    (request,) = shop.tick("rollback_approved").run_requests
    return shop.run("rollback", dict(request.run_config), tags=dict(request.tags))


def in_force(shop: GoldenShop) -> str | None:
    with open_database(shop.settings) as database:
        return current_release_id(database)


@pytest.fixture
def requested(golden_shop: GoldenShop) -> GoldenShop:
    """A red night with its request filed."""
    break_it(golden_shop)
    golden_shop.tick("regression_failed")
    return golden_shop


def test_an_approved_request_is_rolled_back_and_cured(requested: GoldenShop) -> None:
    """Decision, rollback and check are runs that a person can open, with before and after."""
    bad = in_force(requested)
    result = decide(requested, "approved")
    assert result.success
    (shown,) = materializations(result, "rollback_requests")
    assert "approved" in shown["requests"]
    rolled = launched(requested)
    assert rolled.success
    (request,) = filed(requested)
    assert request.status == "cured"
    assert in_force(requested) == request.applied_release_id != bad
    with open_database(requested.settings) as database:
        newest = newest_nights(database, "machines", 1)[0]
    assert (newest.id, newest.verdict.colour) == (request.check_night, "green")
    (check,) = rolled.get_asset_check_evaluations()
    assert check.passed
    assert check.asset_key == dg.AssetKey(["golden", "machines"])
    assert "cured" in materializations(rolled, "rollback_requests")[-1]["newest"]


def test_a_declined_request_launches_nothing(requested: GoldenShop) -> None:
    """The release stays, and the reason is kept."""
    bad = in_force(requested)
    assert decide(requested, "declined").success
    tick = requested.tick("rollback_approved")
    assert tick.run_requests == []
    assert tick.skip_message == "no approved request"
    assert in_force(requested) == bad
    assert filed(requested)[0].decision_reason == "it was right before"


def test_a_decision_that_cannot_be_taken_fails_its_run(requested: GoldenShop) -> None:
    """A decided request stays as it was decided, and the run says by whom."""
    decide(requested, "declined")
    again = decide(requested, "approved")
    assert not again.success
    assert "was declined by operator" in str(again.failure_data_for_node("decide"))


def test_a_rollback_that_broke_off_is_launched_again_and_acts_once(requested: GoldenShop) -> None:
    """A run that died between applying and checking leaves an applied request: the sensor makes a
    second attempt, which applies nothing more and checks."""
    decide(requested, "approved")
    tick = requested.tick("rollback_approved")
    (first,) = tick.run_requests
    assert first.run_key == "rollback-1-1"
    broken_off = requested.instance.create_run_for_job(
        requested.location().resolve_job_def("rollback"),
        run_config=first.run_config,
        tags=first.tags,
        status=dg.DagsterRunStatus.STARTED,
    )
    waiting = requested.tick("rollback_approved")
    assert "is under way" in waiting.skip_message
    requested.run(
        "rollback", dict(first.run_config), op_selection=["apply_request"], tags=dict(first.tags)
    )
    requested.instance.report_run_failed(broken_off)
    applied = in_force(requested)
    assert filed(requested)[0].status == "applied"
    (second,) = requested.tick("rollback_approved").run_requests
    assert second.run_key == "rollback-1-3"
    assert requested.run("rollback", dict(second.run_config), tags=dict(second.tags)).success
    assert in_force(requested) == applied
    assert filed(requested)[0].status == "cured"
    assert requested.tick("rollback_approved").run_requests == []


def test_after_three_broken_attempts_a_person_is_told(requested: GoldenShop) -> None:
    """It does not go on for ever."""
    decide(requested, "approved")
    job = requested.location().resolve_job_def("rollback")
    for _ in range(3):
        (request,) = requested.tick("rollback_approved").run_requests
        requested.instance.create_run_for_job(
            job,
            run_config=request.run_config,
            tags=request.tags,
            status=dg.DagsterRunStatus.FAILURE,
        )
    tick = requested.tick("rollback_approved")
    assert tick.run_requests == []
    assert "3 runs broke off" in tick.skip_message


def publish(shop: GoldenShop, **more: object) -> dg.ExecuteInProcessResult:
    config = {"by": "editor", "reason": "an edit", **more}
    return shop.run("publish", {"ops": {"pass_the_gate": {"config": config}}})


def test_a_bad_draft_is_refused_with_what_is_worse(golden_shop: GoldenShop) -> None:
    """The run fails, nothing is published, and its metadata names the worse cases."""
    before = in_force(golden_shop)
    golden_shop.edit(GOOD, BAD)
    result = publish(golden_shop)
    assert not result.success
    assert in_force(golden_shop) == before
    failure = result.failure_data_for_node("pass_the_gate")
    assert failure is not None
    assert failure.user_failure_data is not None
    assert "machines/pump-one" in str(failure.user_failure_data.metadata["worse_cases"].value)
    event = golden_shop.instance.get_latest_materialization_event(dg.AssetKey("publish_gate"))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.metadata["decision"].value == "refused"


def test_a_draft_that_changes_no_answer_is_published(golden_shop: GoldenShop) -> None:
    """The gate's figures stay with the run."""
    before = in_force(golden_shop)
    golden_shop.edit("One machine.", "One machine of the shop.")
    result = publish(golden_shop)
    assert result.success
    assert in_force(golden_shop) != before
    (shown,) = materializations(result, "publish_gate")
    assert (shown["decision"], shown["worse"]) == ("published", 0)
    assert golden_shop.tags(result)["canvas/decision"] == "published"
