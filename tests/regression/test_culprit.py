"""The search for culprits on the shipped site: who is named, for which cases, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.screen import ScreenSpec
from dagster_project.contracts.golden import Expectation, Fact, GoldenCase, Suite
from dagster_project.contracts.night import Culprit, Night
from dagster_project.contracts.value import AssetId, Text, base_release_id
from dagster_project.regression.baselines import bless
from dagster_project.regression.changed import changed_assets
from dagster_project.regression.culprit import find_culprits
from dagster_project.regression.run_suite import run_suite
from dagster_project.regression.trials import Trials
from dagster_project.store.settings import Settings

from .edited import described, edited, without
from .own_site import OwnSite, own_site

DAY = date(2026, 2, 4)
NOW = datetime(2026, 2, 4, tzinfo=UTC)
_COUNT = "select count(*) as m_count from plant.ci where ci_class = 'server'"
CASES = {
    case.id: case
    for case in (
        GoldenCase(
            id="status",
            question="GT-01 상태 알려줘",
            expect=Expectation(intent="lookup", min_references=3),
        ),
        GoldenCase(
            id="open",
            question="SW-07 미해제 알람 있어?",
            expect=Expectation(queries=("ci_open_events",), blocks=("table",)),
        ),
        GoldenCase(
            id="profile",
            question="GT-02 상태 알려줘",
            expect=Expectation(queries=("ci_profile",), blocks=("table",)),
        ),
        GoldenCase(
            id="count",
            question="서버 몇 대야?",
            expect=Expectation(facts=(Fact(sql=_COUNT, match="value"),)),
        ),
        GoldenCase(
            id="severity",
            question="지난 24시간 심각도별 이벤트 수",
            expect=Expectation(queries=("events_by_severity",), blocks=("chart",)),
        ),
        GoldenCase(id="hello", question="안녕하세요", expect=Expectation(route="direct")),
    )
}
SUITE = Suite(
    suite="culprit",
    title=Text(ko="원인", en="Culprits"),
    source="plant_db",
    cases=tuple(CASES.values()),
)


@pytest.fixture(scope="module")
def site(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnSite]:
    with own_site(make_settings, tmp_path_factory.mktemp("culprit")) as site:
        yield site


@pytest.fixture(scope="module")
def night(site: OwnSite) -> Night:
    """A green night whose answers are the baselines."""
    night = run_suite(site.canvas, SUITE, day=DAY, started_by="manual", by="test")
    assert night.verdict.colour == "green", night.verdict
    bless(site.canvas.database, night.id, "test", "the first answers")
    return night


@pytest.fixture(scope="module")
def green(site: OwnSite, night: Night) -> Release:
    return site.canvas.release(base_release_id(night.release_id))


@pytest.fixture
def culprits(site: OwnSite, night: Night) -> Callable[..., tuple[Culprit, ...]]:
    def find(now: Release, *cases: str, suite: Suite = SUITE) -> tuple[Culprit, ...]:
        failed = [case for case in suite.cases if case.id in (cases or CASES)]
        return find_culprits(site.canvas, suite, failed, now, night, NOW)

    return find


def statement(release: Release, query: str, old: str, new: str) -> Release:
    """The query with other SQL."""
    spec = release.versions[AssetId(f"query:{query}")].asset.spec
    assert isinstance(spec, QuerySpec)
    assert spec.text is not None
    assert old in spec.text
    return edited(release, f"query:{query}", text=spec.text.replace(old, new))


def no_alarms(release: Release) -> Release:
    """Standing alarms are looked for on every other machine."""
    return statement(release, "ci_open_events", "where ci_id = ", "where ci_id <> ")


def harmless(release: Release, most: int = 19, but: str = "") -> Release:
    """So many assets with other words."""
    for asset_id in [i for i in sorted(release.versions) if i != but][:most]:
        release = described(release, asset_id, "Said in other words.")
    return release


def test_one_guilty_asset_among_twenty_is_named_in_a_few_tries(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """With the version then and now, its cases, and no others."""
    guilty = "query:ci_open_events"
    now = no_alarms(harmless(green, but=guilty))
    assert len(changed_assets(green, now)) == 20

    (found,) = culprits(now, "status", "open")

    assert found.cause == "config"
    assert found.assets == {guilty: ("1", "2")}
    assert found.cases == ("status", "open")
    assert found.tried <= 7
    assert f"{guilty} back at version 1 (now 2)" in found.explanation


def test_two_faults_with_cases_of_their_own_are_two_culprits(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """The one with more cases comes first."""
    now = no_alarms(green)
    now = edited(now, "policy:default", quick_rules=())

    found = culprits(now, "hello", "open", "status")

    assert [set(c.assets) for c in found] == [{"query:ci_open_events"}, {"policy:default"}]
    assert [c.cases for c in found] == [("status", "open"), ("hello",)]


def test_faults_that_only_together_cure_a_case_are_named_together(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """The status check reads both statements: either alone leaves it wrong."""
    now = statement(no_alarms(harmless(green, 12)), "ci_profile", "ci_id = ", "ci_id <> ")

    (found,) = culprits(now, "status")

    assert set(found.assets) == {"query:ci_open_events", "query:ci_profile"}


def test_a_query_that_draws_questions_to_itself_is_found(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """The green answer never read it; the failing one did."""
    spec = green.versions[AssetId("query:ci_open_work")].asset.spec
    assert isinstance(spec, QuerySpec)
    more = spec.examples.model_copy(update={"ko": ("SW-07 미해제 알람 있어?",)})
    calmer = green.versions[AssetId("query:ci_open_events")].asset.spec
    assert isinstance(calmer, QuerySpec)
    fewer = calmer.examples.model_copy(update={"ko": ("GT-01 미해제 이벤트 보여줘",)})
    now = edited(harmless(green, 15), "query:ci_open_work", examples=more)
    now = edited(now, "query:ci_open_events", examples=fewer)

    (found,) = culprits(now, "open")

    assert found.cause == "config"
    assert set(found.assets) <= {"query:ci_open_work", "query:ci_open_events"}


def test_a_query_that_was_taken_out_is_put_back(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """Its version now is none; what went with it need not come back."""
    gone = ("query:events_by_severity", "mapping:events_by_severity")
    screen = green.versions[AssetId("screen:default")].asset.spec
    assert isinstance(screen, ScreenSpec)
    kept = tuple(name for name in screen.mappings if name != "events_by_severity")
    now = edited(without(green, *gone), "screen:default", mappings=kept)

    (found,) = culprits(now, "severity")

    assert found.assets == {gone[0]: ("1", None)}
    assert "put back" in found.explanation


def test_what_fails_in_the_green_release_too_is_the_datas_doing(
    site: OwnSite, green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """A row that vanished is not the config's fault, whatever was edited meanwhile."""
    wrong = Fact(columns=("m_count",), rows=((99_999,),), match="value")
    case = GoldenCase(id="count", question="서버 몇 대야?", expect=Expectation(facts=(wrong,)))
    suite = SUITE.model_copy(update={"cases": (case,)})

    (found,) = culprits(harmless(green), suite=suite)

    assert found.cause == "data"
    assert found.cases == ("count",)
    assert found.assets == {}
    (unchanged,) = culprits(green, suite=suite)
    assert unchanged.cause == "data"


def test_what_passes_when_it_is_asked_again_is_flaky(
    green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """No asset is blamed for chance."""
    (found,) = culprits(harmless(green), "count", "hello")

    assert (found.cause, found.cases) == ("flaky", ("count", "hello"))


def test_a_green_release_that_is_not_stored_leaves_the_cause_unknown(
    site: OwnSite, green: Release, night: Night
) -> None:
    """Drafts that answered once are stored nowhere."""
    drafts = night.model_copy(update={"release_id": "d-0123456789ab"})

    (found,) = find_culprits(site.canvas, SUITE, [CASES["open"]], no_alarms(green), drafts, NOW)

    assert found.cause == "unknown"
    assert "d-0123456789ab" in found.explanation


def test_nothing_of_the_search_is_kept(
    site: OwnSite, green: Release, culprits: Callable[..., tuple[Culprit, ...]]
) -> None:
    """No trace and no release."""
    counted = "select (select count(*) from canvas.trace), (select count(*) from canvas.release)"
    with psycopg.connect(site.canvas.database.owner_url) as connection:
        before = connection.execute(counted).fetchone()
        culprits(no_alarms(harmless(green, 5)), "open")
        assert connection.execute(counted).fetchone() == before


@pytest.mark.parametrize(
    ("edit", "stage"),
    [
        (no_alarms, "execute"),
        (lambda release: edited(release, "mapping:ci_open_events", rules=()), "compose"),
        (lambda release: edited(release, "screen:default", sections=()), "present"),
        (lambda release: edited(release, "policy:default", quick_rules=()), "route_plan"),
    ],
)
def test_going_on_from_a_later_stage_judges_as_the_whole_pipeline(
    site: OwnSite, green: Release, night: Night, edit: Callable[[Release], Release], stage: str
) -> None:
    """Put back, the case is cured either way; with something else put back, either way not."""
    case, other = CASES["open"], AssetId("screen:status_check")
    now = described(edit(green), other, "Said in other words.")
    trials = Trials(site.canvas, SUITE, now, green, NOW)
    (guilty,) = trials.everything - {other}
    failing = trials.again(case)
    assert failing is not None

    assert trials.stage_of(frozenset((guilty,))) == stage
    for back in (frozenset((guilty,)), frozenset((other,))):
        whole = trials.cures(case, back)
        assert trials.cures(case, back, failing.trace) is whole
        assert whole is (back == {guilty} or not failing.failed)
