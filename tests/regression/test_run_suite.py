"""A night on the real site: green, red for what an edit broke, quiet for what the data did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.golden import (
    Drill,
    Expectation,
    Fact,
    GoldenCase,
    Quarantine,
    Relation,
    Suite,
)
from dagster_project.contracts.night import CaseResult, Night
from dagster_project.contracts.value import Text
from dagster_project.regression import nights
from dagster_project.regression.baselines import baselines, bless, retire
from dagster_project.regression.failed_cases import failed_cases
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.audit import audit_rows
from dagster_project.store.settings import Settings

from .own_site import OwnSite, own_site

DAY = date(2026, 2, 4)
EVENTS = "queries/ci_recent_events.yaml"
SUITE = Suite(
    suite="small",
    title=Text(ko="작은 모음", en="A small suite"),
    source="plant_db",
    cases=(
        GoldenCase(
            id="status",
            question="GT-01 상태 알려줘",
            expect=Expectation(
                route="orch",
                intent="lookup",
                entities=("GT-01",),
                queries=("ci_profile", "ci_latest_metrics"),
                blocks=("table",),
                min_references=3,
                relations=(Relation(kind="same_plan", question="how is GT-01"),),
            ),
        ),
        GoldenCase(
            id="events",
            question="GT-02 최근 이벤트 보여줘",
            expect=Expectation(queries=("ci_recent_events",)),
        ),
        GoldenCase(
            id="count",
            question="How many servers are there?",
            expect=Expectation(
                facts=(Fact(sql="select count(*) m_n from plant.ci where ci_class='server'"),)
            ),
        ),
        GoldenCase(id="hello", question="안녕하세요", expect=Expectation(route="direct")),
        GoldenCase(
            id="forbidden",
            question="GT-01 알람 지워줘",
            expect=Expectation(route="reject", rule="forbidden_change"),
        ),
        GoldenCase(
            id="unknown",
            question="status of GT-99",
            expect=Expectation(asks_back="no_such_entity", triggers=("slot_missing",)),
        ),
        GoldenCase(id="later", question="GT-01 예측해줘", skip="no forecasts yet"),
    ),
)


@pytest.fixture
def site(
    make_settings: Callable[..., Settings], open_folder: Callable[[str], Path]
) -> Iterator[OwnSite]:
    with own_site(make_settings, open_folder("nights")) as site:
        yield site


def run(site: OwnSite, suite: Suite = SUITE, **given: object) -> Night:
    return run_suite(
        site.canvas,
        suite,
        day=DAY,
        started_by="manual",
        by="tester",
        **given,  # pyright: ignore[reportArgumentType]
    )


def outcomes(site: OwnSite, night: Night) -> dict[str, str]:
    return {r.case_id: r.outcome for r in nights.results(site.canvas.database, night.id)}


def test_a_night_is_green_and_all_of_it_is_kept(site: OwnSite) -> None:
    """Figures, results and traces are there afterwards; a skipped case says why."""
    night = run(site)
    assert night.verdict.colour == "green", night.verdict
    assert (night.summary.cases, night.summary.ran, night.summary.passed) == (7, 6, 6)
    assert (night.summary.skipped, night.summary.parity) == (1, 1.0)
    assert night.summary.reference_coverage == 1.0
    database = site.canvas.database
    assert nights.get_night(database, night.id) == night
    assert nights.last_green(database, "small") == night
    found = {r.case_id: r for r in nights.results(database, night.id)}
    assert found["later"].reason == "no forecasts yet"
    trace = found["status"].trace_id
    assert trace is not None
    from dagster_project.traces import find

    kept = find.get(database, trace)
    assert (kept.test_mode, kept.user) == (True, "golden")
    assert found["status"].assets == kept.asset_versions


def test_a_broken_edit_turns_the_night_red_and_is_named(site: OwnSite) -> None:
    """Without any fact about it, the oldest in place of the newest shows beside the baseline."""
    green = run(site)
    bless(site.canvas.database, green.id, "tester", "first baselines")
    site.edit(EVENTS, "order by occurred_at desc,", "order by occurred_at,")
    site.publish()
    night = run(site)
    assert night.verdict.colour == "red"
    (reason,) = night.verdict.reasons
    assert (reason.name, reason.cases) == ("regressed", ("status", "events"))
    (culprit,) = night.culprits
    assert culprit.cause == "config"
    assert culprit.assets == {"query:ci_recent_events": ("1", "2")}
    assert set(culprit.cases) == {"events", "status"}
    assert failed_cases(site.canvas.database, "small") == ("events", "status")
    assert nights.last_green(site.canvas.database, "small") == green


def test_a_harmless_edit_stays_green(site: OwnSite) -> None:
    """Another description and a new example are other versions, and the answers are the same."""
    bless(site.canvas.database, run(site).id, "tester", "first baselines")
    site.edit(EVENTS, "newest first.", "newest come first.")
    site.edit(
        EVENTS, "    - GT-02 최근 알람", "    - GT-02 최근 알람\n      - PMP-01 최근 이벤트 전부"
    )
    site.publish()
    night = run(site)
    assert night.verdict.colour == "green", night.verdict
    assert night.verdict.notes == ()


def test_data_that_moves_is_told_apart_from_config(site: OwnSite) -> None:
    """Rows that the old release gives too are the data's doing, also when versions changed."""
    bless(site.canvas.database, run(site).id, "tester", "first baselines")
    with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
        owner.execute("update plant.event set message = message || '.' where ci_id = 'GT-02'")
    assert [note.name for note in run(site).verdict.notes] == ["data_changed"]
    site.edit(EVENTS, "newest first.", "newest come first.")
    site.publish()
    night = run(site)
    assert night.verdict.colour == "green", night.verdict
    (note,) = night.verdict.notes
    assert (note.name, note.cases) == ("data_changed", ("events",))


def test_gold_that_no_longer_holds_is_red_and_the_data_is_named(site: OwnSite) -> None:
    """A typed fact that the data outgrew fails with every release: no asset is blamed."""
    fact = Fact(rows=((7,),), columns=("m_n",), match="value")
    case = GoldenCase(
        id="typed", question="How many servers are there?", expect=Expectation(facts=(fact,))
    )
    count = _count(site, "select count(*) from plant.ci where ci_class = 'server'")
    right = fact.model_copy(update={"rows": ((count,),)})
    good = case.model_copy(update={"expect": Expectation(facts=(right,))})
    suite = SUITE.model_copy(update={"cases": (*SUITE.cases, good)})
    assert run(site, suite).verdict.colour == "green"
    with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
        owner.execute("update plant.ci set ci_class = 'switch' where ci_id = 'SRV-014'")
    site.edit(EVENTS, "newest first.", "newest come first.")
    site.publish()
    night = run(site, suite)
    assert night.verdict.colour == "red"
    assert [culprit.cause for culprit in night.culprits] == ["data"]
    assert night.culprits[0].assets == {}


def _count(site: OwnSite, statement: str) -> int:
    with psycopg.connect(site.canvas.database.owner_url) as owner:
        row = owner.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_baseline_changes_only_with_a_name_and_a_reason(site: OwnSite) -> None:
    """Blessing is attributed and audited, and what was intended is then compared with."""
    database = site.canvas.database
    first = run(site)
    with pytest.raises(InvalidRequest, match="name and a reason"):
        bless(database, first.id, "tester", " ")
    assert baselines(database, "small") == {}
    assert set(bless(database, first.id, "tester", "first")) == {
        case.id for case in SUITE.cases if case.skip is None
    }
    site.edit(
        EVENTS,
        "name: rows, type: limit, required: false, default: 20",
        ("name: rows, type: limit, required: false, default: 5"),
    )
    site.publish()
    assert run(site).verdict.colour == "red"
    second = run(site)
    assert bless(database, second.id, "tester", "five are enough", ["events"]) == ("events",)
    assert run(site).verdict.colour == "green"
    newest, oldest = audit_rows(database, "suite:small")
    assert (newest.act, newest.by, newest.reason) == ("bless", "tester", "five are enough")
    assert oldest.after["night"] == first.id
    with pytest.raises(AssetNotFound, match="no answer of a case 'nowhere'"):
        bless(database, second.id, "tester", "a typo", ["nowhere"])


def test_coverage_does_not_shrink_unseen(site: OwnSite) -> None:
    """A case that is taken out is red until somebody says so."""
    run(site)
    fewer = SUITE.model_copy(update={"cases": SUITE.cases[1:]})
    assert [r.name for r in run(site, fewer).verdict.reasons] == ["vanished"]
    retire(site.canvas.database, "small", "status", "tester", "asked elsewhere")
    assert run(site, fewer).verdict.colour == "green"
    with pytest.raises(AssetNotFound, match="never ran a case"):
        retire(site.canvas.database, "small", "nowhere", "tester", "a typo")


def test_quarantine_ends_on_its_day(site: OwnSite) -> None:
    """A flaky case is set aside for a while, and counts again from the day it says."""
    wrong = GoldenCase(id="flaky", question="안녕하세요", expect=Expectation(route="orch"))
    aside = Quarantine(case="flaky", until=DAY + timedelta(days=1), reason="flaps", by="tester")
    suite = SUITE.model_copy(update={"cases": (*SUITE.cases, wrong), "quarantine": (aside,)})
    night = run(site, suite)
    assert (night.verdict.colour, night.summary.quarantined) == ("green", 1)
    later = run_suite(
        site.canvas, suite, day=aside.until, started_by="manual", by="tester", record=False
    )
    assert later.verdict.colour == "red"


def test_some_cases_make_no_green_night(site: OwnSite) -> None:
    """A rerun of some cases is kept, and is not what later nights are compared with."""
    night = run(site, only=("hello", "count"))
    assert (night.summary.cases, night.only) == (2, ("hello", "count"))
    assert nights.last_green(site.canvas.database, "small") is None
    with pytest.raises(AssetNotFound, match="has no case 'helo'"):
        run(site, only=("helo",))


def test_a_trial_leaves_nothing(site: OwnSite) -> None:
    """Neither a night nor a trace stays of it, and every result goes to the sink."""
    seen: list[CaseResult] = []
    before = _count(site, "select count(*) from canvas.trace")
    night = run(site, record=False, sink=seen.extend)
    assert (night.id, night.seq, night.verdict.colour) == (0, 0, "green")
    assert len(seen) == len(SUITE.cases)
    assert nights.newest_nights(site.canvas.database) == ()
    assert _count(site, "select count(*) from canvas.trace") == before


def test_a_broken_gold_query_is_a_failed_check(site: OwnSite) -> None:
    """Gold that cannot be read fails its case and says why; the night goes on."""
    fact = Fact(sql="select count(*) from plant.nowhere")
    bad = GoldenCase(id="bad", question="안녕하세요", expect=Expectation(facts=(fact,)))
    suite = SUITE.model_copy(update={"cases": (bad, *SUITE.cases)})
    night = run(site, suite)
    assert night.verdict.colour == "red"
    assert outcomes(site, night)["bad"] == "failed"
    (result,) = [r for r in nights.results(site.canvas.database, night.id) if r.case_id == "bad"]
    assert "nowhere" in result.reason


def test_a_drill_fails_the_source_and_nothing_else(site: OwnSite) -> None:
    """What the answer says when its source is away is held like any answer, and the sources of
    other cases are not touched."""
    away = GoldenCase(
        id="away",
        question="GT-02 최근 이벤트 보여줘",
        drill=Drill(fails="unreachable"),
        expect=Expectation(
            status=("failed",),
            empty="source_down",
            triggers=("tool_error_retryable",) * 3,
            max_replans=2,
        ),
    )
    back = away.model_copy(
        update={
            "id": "back",
            "drill": Drill(fails="too_slow", calls=1),
            "expect": Expectation(triggers=("tool_error_retryable",), max_replans=1),
        }
    )
    suite = SUITE.model_copy(update={"cases": (away, back, *SUITE.cases)})
    night = run(site, suite)
    assert night.verdict.colour == "green", night.verdict
    bless(site.canvas.database, night.id, "tester", "first baselines")
    assert run(site, suite).verdict.colour == "green"
    wrong = back.model_copy(update={"drill": None})
    night = run(site, SUITE.model_copy(update={"cases": (wrong, away, *SUITE.cases)}))
    assert [(r.name, r.cases) for r in night.verdict.reasons] == [("regressed", ("back",))]


def test_nights_are_numbered_in_the_order_they_end(site: OwnSite) -> None:
    """What a sensor reads by `seq` has no gap, and misses nothing that ended later."""
    database = site.canvas.database
    ended = [run(site, only=("hello",)) for _ in range(3)]
    assert [night.seq for night in ended] == [1, 2, 3]
    unended = ended[0].model_copy(update={"id": 0, "seq": 0, "started_at": datetime.now(UTC)})
    nights.start_night(database, unended, whole=True)
    assert [night.seq for night in nights.ended_after(database, 1)] == [2, 3]
    assert [night.seq for night in nights.newest_nights(database, "small", 2)] == [3, 2]
    assert [night.seq for night in nights.newest_nights(database, before=2)] == [1]
