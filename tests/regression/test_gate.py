"""The gate on the shipped site: what passes, what is refused, and that nothing else happens."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from demo_data import load_demo

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.golden import Expectation, GoldenCase, Suite
from dagster_project.contracts.value import AssetId, Text
from dagster_project.registry.load import load_site
from dagster_project.registry.releases import current_release_id
from dagster_project.registry.versions import acts, publish, sync
from dagster_project.regression.baselines import baselines
from dagster_project.regression.gate import try_publish
from dagster_project.regression.gate_report import GateReport
from dagster_project.store.audit import audit_rows
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces import find

from .own_site import REPOSITORY, OwnSite, own_site

EVENTS = "queries/ci_open_events.yaml"
SUITE = Suite(
    suite="gate",
    title=Text(ko="문", en="Gate"),
    source="plant_db",
    cases=(
        GoldenCase(id="status", question="GT-01 상태 알려줘", expect=Expectation(intent="lookup")),
        GoldenCase(
            id="open",
            question="SW-07 미해제 알람 있어?",
            expect=Expectation(queries=("ci_open_events",)),
        ),
        GoldenCase(id="count", question="서버 몇 대야?"),
        GoldenCase(id="hello", question="안녕하세요", expect=Expectation(rule="greeting")),
        GoldenCase(id="wrong", question="펌프 몇 대야?", expect=Expectation(route="reject")),
    ),
)
SUITES = {"gate": SUITE}


@pytest.fixture(scope="module")
def shared(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnSite]:
    with own_site(make_settings, tmp_path_factory.mktemp("gate")) as site:
        yield site


@pytest.fixture
def site(shared: OwnSite) -> Iterator[OwnSite]:
    """As shipped, before and after."""
    yield shared
    shutil.rmtree(shared.home / "assets_config")
    shutil.copytree(REPOSITORY / "assets_config", shared.home / "assets_config")
    shared.publish()


def attempt(site: OwnSite, *ids: str, **more: object) -> GateReport:
    wanted = [AssetId(i) for i in ids] or None
    given = {"suites": SUITES, **more}
    return try_publish(site.canvas, wanted, "engineer", "a better answer", **given)  # pyright: ignore


def no_alarms(site: OwnSite) -> None:
    site.edit(EVENTS, "where ci_id = ", "where ci_id <> ")


def test_a_draft_that_makes_no_case_worse_is_published(site: OwnSite) -> None:
    """By name, in the audit, with what was asked; a case that fails in force too does not count."""
    before = site.canvas.release().id
    site.edit(EVENTS, "Events of one machine", "All events of one machine")

    report = attempt(site)

    assert report.decision == "published", report
    assert report.release_id == current_release_id(site.canvas.database) != before
    assert set(report.changed) == {"query:ci_open_events"}
    assert report.cases == len(SUITE.cases)
    assert report.worse == ()
    (row,) = audit_rows(site.canvas.database, f"release:{report.release_id}")
    assert (row.act, row.by, row.after["id"]) == ("publish", "engineer", report.id)
    assert attempt(site).decision == "nothing"


def test_a_draft_that_makes_a_case_worse_is_refused_with_the_difference(site: OwnSite) -> None:
    """Nothing comes into force; the audit says who tried."""
    before = current_release_id(site.canvas.database)
    no_alarms(site)

    report = attempt(site)

    assert report.decision == "refused"
    assert current_release_id(site.canvas.database) == before
    assert {one.name for one in report.worse} == {"gate/status", "gate/open"}
    worse = next(one for one in report.worse if one.case_id == "open")
    assert any(check.name == "baseline.rows" for check in worse.checks)
    assert any("ci_open_events" in line for line in worse.lines)
    for trace_id in (worse.before_trace_id, worse.after_trace_id):
        assert trace_id is not None
        assert find.get(site.canvas.database, trace_id).question == worse.question
    (row,) = audit_rows(site.canvas.database, f"release:{report.tested_release_id}")
    assert (row.act, row.before) == ("refuse", {"release": before})


def test_only_what_is_named_is_tested_and_published(site: OwnSite) -> None:
    """A bad draft of another asset waits."""
    no_alarms(site)
    site.edit("screens/default.yaml", "Notices first", "The notices first")

    report = attempt(site, "screen:default")

    assert report.decision == "published"
    assert set(report.changed) == {"screen:default"}
    assert attempt(site, dry_run=True).decision == "refused"


def test_a_dry_run_publishes_nothing_and_audits_nothing(site: OwnSite) -> None:
    """It only says what would happen."""
    before = current_release_id(site.canvas.database)
    audited = audit_rows(site.canvas.database)
    site.edit(EVENTS, "Events of one machine", "All events of one machine")

    report = attempt(site, dry_run=True)

    assert report.decision == "passed"
    assert current_release_id(site.canvas.database) == before
    assert audit_rows(site.canvas.database) == audited


def test_an_accepted_difference_is_published_and_becomes_the_baseline(site: OwnSite) -> None:
    """By the same name and reason; one that was not accepted keeps the gate shut."""
    no_alarms(site)
    assert attempt(site, accept=("open",)).decision == "refused"

    report = attempt(site, accept=("gate/open", "status"))

    assert report.decision == "published", report
    assert set(report.blessed) == {"gate/open", "gate/status"}
    known = baselines(site.canvas.database, "gate")
    assert known["open"].release_id == report.release_id
    assert find.get(site.canvas.database, known["open"].trace_id).release_id == report.release_id
    bless = next(r for r in audit_rows(site.canvas.database, "suite:gate") if r.act == "bless")
    assert (bless.by, bless.reason) == ("engineer", "a better answer")


def test_what_a_case_demands_cannot_be_accepted_away(site: OwnSite) -> None:
    """The golden set itself must be changed: else the next night is red."""
    site.edit("policies/default.yaml", "ko: [안녕, 안녕하세요, ", "ko: [안녕, ")
    site.edit("policies/default.yaml", "examples: [안녕하세요, 안녕,", "examples: [안녕,")

    report = attempt(site, accept=("all",))

    assert report.decision == "refused"
    assert not next(one for one in report.worse if one.case_id == "hello").accepted


def test_the_first_release_of_a_site_is_held_to_the_cases_alone(
    make_settings: Callable[..., Settings],
) -> None:
    """There is nothing to compare with: a case that fails keeps it out, good ones let it in."""
    settings = make_settings()
    with open_database(settings) as database, Canvas.open(settings) as canvas:
        load_demo(database)
        site = OwnSite(canvas, settings.home)
        bad = attempt(site)
        good = SUITE.model_copy(update={"cases": SUITE.cases[:-1]})
        report = attempt(site, suites={"gate": good})

    assert (bad.decision, bad.base_release_id) == ("refused", None)
    assert [one.case_id for one in bad.worse] == ["wrong"]
    assert report.decision == "published"


def test_without_suites_it_publishes_and_says_that_nothing_guards_it(site: OwnSite) -> None:
    """A site may start without golden cases."""
    no_alarms(site)

    report = attempt(site, suites={})

    assert report.decision == "published"
    assert any("no golden case" in note for note in report.notes)


def test_a_release_that_comes_between_test_and_publish_is_tested_anew(site: OwnSite) -> None:
    """What is published is what was tested, over what was in force when it was."""
    site.edit(EVENTS, "Events of one machine", "All events of one machine")
    database = site.canvas.database
    between = threading.Event()

    def progress(stage: str, message: str, elapsed_ms: float) -> None:
        if not between.is_set():
            between.set()
            site.edit("screens/default.yaml", "Notices first", "The notices first")
            sync(database, load_site(site.home), by="somebody")
            publish(database, [AssetId("screen:default")], "somebody", "in between")

    report = attempt(site, progress=progress)

    assert report.decision == "published"
    assert any("in between" in note for note in report.notes)
    newest, other, _ = acts(database, limit=3)
    assert newest.by == "engineer"
    assert other.by == "somebody"
    assert report.base_release_id == other.after_release
    assert site.canvas.release().versions[AssetId("screen:default")].number == 2


def test_an_act_without_a_name_or_of_an_unknown_case_is_refused_at_once(site: OwnSite) -> None:
    """Before anything is asked."""
    with pytest.raises(InvalidRequest):
        try_publish(site.canvas, None, " ", "why", SUITES)
    with pytest.raises(AssetNotFound, match="opne"):
        attempt(site, accept=("opne",))
    with pytest.raises(AssetNotFound):
        attempt(site, "query:not_there")
