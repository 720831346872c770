"""An approved request is applied once and its effect checked once, whatever breaks in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.contracts.value import AssetId
from dagster_project.registry import versions
from dagster_project.regression.golden_files import load_suites
from dagster_project.regression.nights import get_night
from dagster_project.regression.requests import decide, file_request, get_request
from dagster_project.regression.rollback import apply_request, check_effect
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.audit import audit_rows
from regression.kill_at import KILLED, killed_at
from regression.rollback_site import ALARMS, PROFILE, Site, site

__all__ = ["site"]
_ROLLBACK = "dagster_project.regression.rollback"
_ACTS = "select count(*) from canvas.registry_act where act = 'rollback' and reason like %s"
_CHECKS = "select count(*) from canvas.golden_night where started_by = 'rollback' and id > %s"


def approved(site: Site) -> RollbackRequest:
    """A request of a red night that is new, with a person's yes."""
    request = file_request(site.canvas, site.red().id)
    assert request is not None
    return decide(site.canvas.database, request.id, "approved", "operator-1", "wrong rows")


def acts_of(site: Site, request: RollbackRequest) -> int:
    """Acts of the registry that the request made."""
    return site.count(_ACTS, f"request {request.id}:%")


def suites(site: Site) -> dict[str, Suite]:
    return load_suites(site.home).suites


def test_an_approved_request_is_applied(site: Site) -> None:
    """The targets are in force by one act with name and reason; the audit has before and after."""
    request = approved(site)
    before = site.canvas.release().id
    applied = apply_request(site.canvas, request.id, "operator")
    after = site.canvas.release()
    assert (applied.status, applied.applied_release_id) == ("applied", after.id)
    assert after.versions[ALARMS].number == request.targets[ALARMS]
    (act,) = versions.acts(site.canvas.database, limit=1)
    assert (act.act, act.by, act.reason) == (
        "rollback",
        "operator",
        f"request {request.id}: wrong rows",
    )
    (row, *_) = audit_rows(site.canvas.database, f"request:{request.id}")
    assert (row.act, row.by, row.reason) == ("rollback", "operator", "wrong rows")
    assert row.before == {"status": "approved", "release": before}
    assert (row.after["status"], row.after["release"]) == ("applied", after.id)


def test_it_is_applied_once(site: Site) -> None:
    """Eight threads at once and one more later: one act, one row of the audit, one answer."""
    request = approved(site)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: apply_request(site.canvas, request.id, f"p{n}"), range(8)))
    assert len({applied.model_dump_json() for applied in found}) == 1
    assert found[0].status == "applied"
    site.bad()
    newer = site.canvas.release().id
    assert apply_request(site.canvas, request.id, "late") == found[0]
    assert site.canvas.release().id == newer
    assert acts_of(site, request) == 1
    assert site.acts(f"request:{request.id}") == ["request", "approve", "rollback"]


def test_only_an_approved_request_is_applied(site: Site) -> None:
    """A pending or a declined one moves nothing."""
    request = file_request(site.canvas, site.red().id)
    assert request is not None
    before = site.canvas.release().id
    with pytest.raises(InvalidRequest, match=f"Request {request.id} is pending"):
        apply_request(site.canvas, request.id, "operator")
    decide(site.canvas.database, request.id, "declined", "operator-1", "no")
    with pytest.raises(InvalidRequest, match=f"Request {request.id} is declined"):
        apply_request(site.canvas, request.id, "operator")
    with pytest.raises(InvalidRequest, match="no effect to check"):
        check_effect(site.canvas, request.id, suites(site), "operator")
    assert site.canvas.release().id == before


def test_a_newer_version_is_not_taken_away(site: Site) -> None:
    """Somebody published a fix after the yes: nothing moves, the request failed, and says why."""
    request = approved(site)
    fix = site.good()
    failed = apply_request(site.canvas, request.id, "operator")
    assert (failed.status, site.canvas.release().id) == ("failed", fix.id)
    target = request.targets[ALARMS] or 0
    assert f"{ALARMS} stands at version {target + 2}" in failed.error
    assert f"blames version {target + 1} and goes back to version {target}" in failed.error
    assert apply_request(site.canvas, request.id, "operator") == failed
    assert site.acts(f"request:{request.id}") == ["request", "approve", "fail"]


def test_what_was_rolled_back_by_hand_stays(site: Site) -> None:
    """All targets in force already: the request is applied without an act of its own."""
    request = approved(site)
    target = request.targets[ALARMS]
    assert target is not None
    by_hand = versions.roll_back(site.canvas.database, ALARMS, target, "lee", "quick")
    applied = apply_request(site.canvas, request.id, "operator")
    assert (applied.status, applied.applied_release_id) == ("applied", by_hand.id)
    assert acts_of(site, request) == 0


def test_a_release_that_would_not_hold_together_fails(site: Site) -> None:
    """The registry's refusal is the request's error; nothing moved."""
    request = approved(site)
    needed = AssetId("schema_catalog:plant")
    with site.canvas.database.pool.connection() as connection:
        connection.execute(
            "update canvas.rollback_request set body = jsonb_set(body, '{targets}', %s::jsonb)"
            " where id = %s",
            (f'{{"{needed}": null}}', request.id),
        )
    before = site.canvas.release().id
    failed = apply_request(site.canvas, request.id, "operator")
    assert (failed.status, site.canvas.release().id) == ("failed", before)
    assert "CFG030" in failed.error


def test_other_assets_that_changed_since_stay(site: Site) -> None:
    """Only the targets go back; what somebody published beside them stays in force."""
    request = approved(site)
    site.publish(site.texts[PROFILE], PROFILE)
    # The file of the alarms still holds the bad text, so only the profile is new.
    newer = site.number(PROFILE)
    assert apply_request(site.canvas, request.id, "operator").status == "applied"
    assert (site.number(), site.number(PROFILE)) == (request.targets[ALARMS], newer)


# -------------------------------------------------------------------------------------------------


def test_the_effect_is_checked_by_a_night(site: Site) -> None:
    """The suite runs in the rollback's release; green is cured, and it is checked once."""
    request = approved(site)
    applied = apply_request(site.canvas, request.id, "operator")
    cured = check_effect(site.canvas, request.id, suites(site), "operator")
    assert cured.status == "cured"
    night = get_night(site.canvas.database, cured.check_night or 0)
    assert (night.started_by, night.suite, night.only) == ("rollback", "small", ())
    assert (night.release_id, night.by) == (applied.applied_release_id, "operator")
    (row, *_) = audit_rows(site.canvas.database, f"request:{request.id}")
    assert (row.act, row.after["status"], row.after["night"]) == ("check", "cured", night.id)
    assert check_effect(site.canvas, request.id, suites(site), "again") == cured


def test_eight_checks_are_one_night(site: Site) -> None:
    """Whoever comes later waits, and gives what the first one found."""
    request = approved(site)
    apply_request(site.canvas, request.id, "operator")
    known = suites(site)
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: check_effect(site.canvas, request.id, known, "me"), range(8))
        )
    assert len({checked.check_night for checked in found}) == 1
    assert site.count(_CHECKS, request.night) == 1


def test_a_rollback_without_effect_is_not_cured(site: Site) -> None:
    """The suite is red in the release that was made: the request says for what reasons."""
    site.bad()
    site.night()
    request = approved_over_bad(site)
    apply_request(site.canvas, request.id, "operator")
    checked = check_effect(site.canvas, request.id, suites(site), "operator")
    assert checked.status == "not_cured"
    assert "fail" in checked.error
    night = get_night(site.canvas.database, checked.check_night or 0)
    assert night.verdict.colour == "red"


def approved_over_bad(site: Site) -> RollbackRequest:
    """A request whose target is as bad as what it leaves."""
    from dagster_project.contracts.night import Culprit

    then = site.number()
    now = site.bad().versions[ALARMS].number
    culprit = Culprit(cause="config", assets={ALARMS: (str(then), str(now))}, cases=("alarms",))
    request = file_request(site.canvas, site.night(["alarms"], [culprit]).id)
    assert request is not None
    return decide(site.canvas.database, request.id, "approved", "operator-1", "let us see")


def test_a_check_needs_its_suite(site: Site) -> None:
    """A suite that left golden_sets/ cannot be run again; the request stays applied."""
    request = approved(site)
    applied = apply_request(site.canvas, request.id, "operator")
    with pytest.raises(InvalidRequest, match=r"Put golden_sets/small\.yaml back"):
        check_effect(site.canvas, request.id, {}, "operator")
    assert get_request(site.canvas.database, request.id) == applied


# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "when", "status"),
    [
        ("dagster_project.registry.acts:_once_published", "after", "approved"),
        ("dagster_project.registry.acts:_put_in_force", "after", "approved"),
        (f"{_ROLLBACK}:save_request", "after", "approved"),
        (f"{_ROLLBACK}:record", "after", "approved"),
        (f"{_ROLLBACK}:_roll_back", "after", "applied"),
    ],
)
def test_killed_while_applying(site: Site, place: str, when: str, status: str) -> None:
    """Killed at any step, all of it happened or nothing did; applied again it is one act."""
    request = approved(site)
    before = site.canvas.release().id
    call = f"{_ROLLBACK}:apply_request"
    assert killed_at(site.canvas.settings, place, when, call, request.id, "operator") == KILLED
    done = status == "applied"
    assert get_request(site.canvas.database, request.id).status == status
    assert (site.canvas.release().id != before) is done
    assert acts_of(site, request) == int(done)
    applied = apply_request(site.canvas, request.id, "operator")
    assert (applied.status, acts_of(site, request)) == ("applied", 1)
    assert site.number() == request.targets[ALARMS]
    assert site.acts(f"request:{request.id}") == ["request", "approve", "rollback"]


@pytest.mark.parametrize(
    ("place", "nights"),
    [(f"{_ROLLBACK}:_run", 1), (f"{_ROLLBACK}:record", 1), (f"{_ROLLBACK}:save_request", 1)],
)
def test_killed_while_checking(site: Site, place: str, nights: int) -> None:
    """Killed between its night and the request's new status: the night is found, not made again."""
    request = approved(site)
    apply_request(site.canvas, request.id, "operator")
    call = f"{_ROLLBACK}:check_effect"
    assert killed_at(site.canvas.settings, place, "after", call, request.id, "me") == KILLED
    assert get_request(site.canvas.database, request.id).status == "applied"
    assert site.count(_CHECKS, request.night) == nights
    checked = check_effect(site.canvas, request.id, suites(site), "me")
    assert checked.status == "cured"
    assert site.count(_CHECKS, request.night) == 1
    assert site.acts(f"request:{request.id}")[-2:] == ["rollback", "check"]


def test_killed_in_the_midst_of_its_night(site: Site) -> None:
    """A night that never ended is no check; a whole one is made, and it alone counts."""
    request = approved(site)
    apply_request(site.canvas, request.id, "operator")
    place = "dagster_project.regression.run_suite:_ask_and_judge"
    call = f"{_ROLLBACK}:check_effect"
    assert killed_at(site.canvas.settings, place, "after", call, request.id, "me") == KILLED
    checked = check_effect(site.canvas, request.id, suites(site), "me")
    assert checked.status == "cured"
    ended = f"{_CHECKS} and seq is not null"
    assert (site.count(_CHECKS, request.night), site.count(ended, request.night)) == (2, 1)


def test_the_whole_story(site: Site) -> None:
    """Green night, bad edit, red night, culprit, request, yes, rollback, green night: all real."""
    suite, day = suites(site)["other"], site.night().day

    def night() -> int:
        made = run_suite(site.canvas, suite, day=day, started_by="schedule", by="canvas")
        return made.id

    site.good()
    good = site.number()
    assert get_night(site.canvas.database, night()).verdict.colour == "green"
    site.bad()
    red = get_night(site.canvas.database, night())
    assert red.verdict.colour == "red"
    assert [list(culprit.assets) for culprit in red.culprits] == [[ALARMS]]
    request = file_request(site.canvas, red.id)
    assert request is not None
    assert request.targets == {ALARMS: good}
    assert request.evidence.dry_run[0].verdict.colour == "green"
    decide(site.canvas.database, request.id, "approved", "operator-1", "the rows are wrong")
    apply_request(site.canvas, request.id, "operator")
    cured = check_effect(site.canvas, request.id, suites(site), "operator")
    assert (cured.status, site.number()) == ("cured", good)
    assert site.acts(f"request:{request.id}") == ["request", "approve", "rollback", "check"]
