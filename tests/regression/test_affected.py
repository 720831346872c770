"""Which golden cases a change can touch, by what their newest answers read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.value import AssetId, Text
from dagster_project.regression.affected import Selection, affected
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.settings import Settings

from .edited import edited, without
from .own_site import OwnSite, own_site

SUITE = Suite(
    suite="touched",
    title=Text(ko="닿는 것", en="Touched"),
    source="plant_db",
    cases=(
        GoldenCase(id="open", question="SW-07 미해제 알람 있어?"),
        GoldenCase(id="count", question="서버 몇 대야?"),
        GoldenCase(id="status", question="GT-01 상태 알려줘"),
        GoldenCase(id="hello", question="안녕하세요"),
        GoldenCase(id="asleep", question="펌프 몇 대야?", skip="not today"),
    ),
)
RAN = {"open", "count", "status", "hello"}


@pytest.fixture(scope="module")
def site(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnSite]:
    with own_site(make_settings, tmp_path_factory.mktemp("touched")) as site:
        run_suite(site.canvas, SUITE, day=date(2026, 2, 4), started_by="manual", by="test")
        yield site


@pytest.fixture(scope="module")
def green(site: OwnSite) -> Release:
    return site.canvas.release()


@pytest.fixture
def select(site: OwnSite, green: Release) -> Callable[..., Selection]:
    def of(
        asset_id: str, now: Release, control: int = 0, seed: int = 1, suite: Suite = SUITE
    ) -> Selection:
        suites = {suite.suite: suite}
        wanted = [AssetId(asset_id)]
        return affected(site.canvas.database, suites, wanted, green, now, control, seed)

    return of


def ids(selection: Selection) -> set[str]:
    return {case.id for case in selection.cases.get("touched", ())}


def test_a_statement_touches_the_cases_that_read_its_query(
    green: Release, select: Callable[..., Selection]
) -> None:
    """Alone or as a step of a recipe; greetings and counts are left alone."""
    now = edited(green, "query:ci_open_events", text="select 1")

    assert ids(select("query:ci_open_events", now)) == {"open", "status"}


def test_what_shapes_plans_touches_every_case(
    green: Release, select: Callable[..., Selection]
) -> None:
    """An example can draw any question to its query; so can a new query."""
    spec = green.versions[AssetId("query:ci_open_events")].asset.spec
    assert isinstance(spec, QuerySpec)
    more = spec.examples.model_copy(update={"en": ("how is GT-01",)})

    for now, asset_id in (
        (edited(green, "query:ci_open_events", examples=more), "query:ci_open_events"),
        (without(green, "query:ci_recent_work"), "query:ci_recent_work"),
        (edited(green, "resolver:plant", cache_ttl_seconds=1), "resolver:plant"),
        (edited(green, "policy:default", quick_rules=()), "policy:default"),
        (without(green, "prompt:compose"), "prompt:compose"),
        (without(green, "screen:status_check"), "screen:status_check"),
    ):
        assert ids(select(asset_id, now)) == RAN, asset_id


def test_a_mapping_touches_the_cases_of_its_query_also_when_it_is_new(
    green: Release, select: Callable[..., Selection]
) -> None:
    """No answer has read it yet, but they would now."""
    mapping = "mapping:ci_open_events"
    changed = edited(green, mapping, rules=())

    assert ids(select(mapping, changed)) == {"open", "status"}
    assert ids(select(mapping, without(green, mapping))) == {"open", "status"}


def test_a_control_sample_of_the_others_is_added(
    green: Release, select: Callable[..., Selection]
) -> None:
    """The same for a seed, and told apart."""
    now = edited(green, "query:ci_open_events", text="select 1")

    def one(seed: int) -> Selection:
        return select("query:ci_open_events", now, control=1, seed=seed)

    found = one(3)
    assert found == one(3)
    assert found.controls == 1
    assert found.control["touched"] < {"count", "hello"}
    assert ids(found) == {"open", "status"} | found.control["touched"]
    assert len({one(seed).control["touched"] for seed in range(20)}) == 2
    assert select("query:ci_open_events", now, control=99).total == len(RAN)


def test_a_case_that_never_ran_always_runs(
    green: Release, select: Callable[..., Selection]
) -> None:
    """Nobody knows yet what it reads."""
    new = GoldenCase(id="new", question="GT-02 최근 이벤트 보여줘")
    suite = SUITE.model_copy(update={"cases": (*SUITE.cases, new)})
    now = edited(green, "query:ci_open_events", text="select 1")

    found = select("query:ci_open_events", now, suite=suite)

    assert ids(found) == {"open", "status", "new"}
    assert found.never_ran == {"touched": frozenset(("new",))}
