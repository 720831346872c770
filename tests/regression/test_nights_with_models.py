"""R10: nights with a model tell apart config, data and model, and cost nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from model_server import server_error

from dagster_project.contracts.golden import Expectation, Fact, GoldenCase, Relation, Suite
from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.night import CaseResult, Culprit, Night
from dagster_project.contracts.value import Text
from dagster_project.regression import nights
from dagster_project.regression.baselines import bless
from dagster_project.regression.culprit import search_culprits
from dagster_project.regression.gate import try_publish
from dagster_project.regression.model_part import Spent
from dagster_project.regression.rollback_targets import rollback_targets
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.settings import Settings
from dagster_project.traces import find

from .modelled_site import ModelledSite, modelled_site

DAY = date(2026, 2, 4)
EVENTS = "queries/ci_recent_events.yaml"
PROMPT = "prompts/route_plan.yaml"
CATALOG = "schema_catalogs/plant.yaml"
MESSAGES = ("- name: message\n          type: text\n", "          names: {ko: [메시지,")
"""Texts that people wrote go to no model; as names of alarms they do."""
EVENTS_OF = "GT-02 최근 이벤트 보여줘"
ASKED = ("GT-01 상태 알려줘", "how is GT-01", EVENTS_OF, "서버 몇 대야?")
OTHER = "GT-02 미해제 알람 있어?"
"""What a model that changed its mind looks up in place of recent events."""
SUITE = Suite(
    suite="modelled",
    title=Text(ko="모델", en="With a model"),
    source="plant_db",
    cases=(
        GoldenCase(
            id="status",
            question="GT-01 상태 알려줘",
            expect=Expectation(
                queries=("ci_profile", "ci_latest_metrics"),
                relations=(Relation(kind="same_plan", question="how is GT-01"),),
            ),
        ),
        GoldenCase(
            id="events",
            question=EVENTS_OF,
            expect=Expectation(queries=("ci_recent_events",)),
        ),
        GoldenCase(
            id="count",
            question="서버 몇 대야?",
            expect=Expectation(
                facts=(Fact(sql="select count(*) m_n from plant.ci where ci_class='server'"),)
            ),
        ),
        GoldenCase(id="hello", question="안녕하세요", expect=Expectation(route="direct")),
    ),
)


@pytest.fixture
def site(
    make_settings: Callable[..., Settings], open_folder: Callable[[str], Path]
) -> Iterator[ModelledSite]:
    with modelled_site(make_settings, open_folder("modelled"), ASKED) as site:
        yield site


def run(site: ModelledSite, mode: ModelMode = "fill", suite: Suite = SUITE) -> Night:
    suite = suite.model_copy(update={"model": mode})
    return run_suite(site.canvas, suite, day=DAY, started_by="manual", by="tester")


def results(site: ModelledSite, night: Night) -> dict[str, CaseResult]:
    return {r.case_id: r for r in nights.results(site.canvas.database, night.id)}


def blessed(site: ModelledSite, mode: ModelMode = "fill") -> Night:
    """A green night whose answers are the baselines."""
    night = run(site, mode)
    assert night.verdict.colour == "green", night.verdict
    bless(site.canvas.database, night.id, "tester", "first baselines")
    return night


def test_a_second_night_costs_nothing(site: ModelledSite) -> None:
    """The first asks once for each question, relations too; then nothing is asked any more, in
    `fill` as in `replay`, and the answers are the same."""
    first, asked = site.spent_on(lambda: blessed(site))
    assert asked == len(ASKED)
    found = results(site, first)
    assert first.summary.tokens == sum(r.tokens for r in found.values()) > 0
    assert first.summary.cost_usd == pytest.approx(sum(r.cost_usd for r in found.values()))
    assert found["status"].tokens > found["count"].tokens > found["hello"].tokens == 0
    for mode in ("fill", "replay"):
        night, asked = site.spent_on(lambda mode=mode: run(site, mode))
        assert (night.verdict.colour, night.verdict.notes, asked) == ("green", (), 0)
        assert (night.summary.tokens, night.summary.cost_usd, night.model) == (0, 0.0, mode)
    trace = find.get(site.canvas.database, str(results(site, night)["events"].trace_id))
    assert trace.plan_raw.planned_by == "model"
    assert [c.replayed for o in trace.stage_outputs for c in o.model_calls] == [True]


def test_an_edited_prompt_is_stale_in_replay_and_asked_in_fill(site: ModelledSite) -> None:
    """Replay says which part moved and is red, as nothing was tested; no rollback is asked for.
    Fill asks anew, once."""
    blessed(site)
    site.edit(PROMPT, "You plan how one operations question", "You plan how a question")
    site.publish()
    night, asked = site.spent_on(lambda: run(site, "replay"))
    assert (night.verdict.colour, asked) == ("red", 0)
    (reason,) = [r for r in night.verdict.reasons if r.name == "stale"]
    assert set(reason.cases) == {"status", "events", "count"}
    assert "the prompt text part moved; `canvas golden record modelled`" in reason.text
    assert (night.summary.stale, night.summary.ran, night.summary.passed) == (3, 1, 1)
    found = results(site, night)
    assert (found["events"].outcome, found["events"].failures) == ("stale", 0)
    assert found["hello"].outcome == "passed"
    assert [culprit.cause for culprit in night.culprits] == ["stale"]
    assert rollback_targets(site.canvas.database, night) is None
    night, asked = site.spent_on(lambda: run(site))
    assert (night.verdict.colour, asked) == ("green", len(ASKED))
    assert site.spent_on(lambda: run(site, "replay"))[1] == 0


def test_a_worse_query_is_the_configs_doing(site: ModelledSite) -> None:
    """The model holds still meanwhile: neither the night nor its search asks it."""
    blessed(site)
    site.edit(EVENTS, "order by occurred_at desc,", "order by occurred_at,")
    site.publish()
    night, asked = site.spent_on(lambda: run(site))
    assert (night.verdict.colour, asked) == ("red", 0)
    (culprit,) = night.culprits
    assert culprit.cause == "config"
    assert set(culprit.assets) == {"query:ci_recent_events"}
    assert set(culprit.cases) == {"events", "status"}
    assert "tokens" not in culprit.explanation
    assert night.summary.tokens == 0


def test_a_search_that_needs_a_model_says_what_it_cost(site: ModelledSite) -> None:
    """With a prompt that was edited too, a mix of both releases is a prompt nobody answered yet."""
    blessed(site)
    site.edit(EVENTS, "order by occurred_at desc,", "order by occurred_at,")
    site.edit(EVENTS, "newest first.", "newest come first.")
    site.edit(PROMPT, "You plan how one operations question", "You plan how a question")
    site.publish()
    night, asked = site.spent_on(lambda: run(site))
    (culprit,) = night.culprits
    assert (culprit.cause, set(culprit.assets)) == ("config", {"query:ci_recent_events"})
    of_the_cases = sum(r.tokens for r in results(site, night).values())
    assert asked > len(ASKED)
    assert night.summary.tokens > of_the_cases
    assert f"{night.summary.tokens - of_the_cases:,} tokens" in culprit.explanation


def test_a_search_stops_asking_when_its_calls_are_used_up(site: ModelledSite) -> None:
    """What is left is tried with kept replies; the culprit that is found cures, and says so."""
    green = blessed(site)
    site.edit(EVENTS, "order by occurred_at desc,", "order by occurred_at,")
    site.edit(EVENTS, "newest first.", "newest come first.")
    site.edit(PROMPT, "You plan how one operations question", "You plan how a question")
    site.publish()
    (events,) = [case for case in SUITE.cases if case.id == "events"]
    release = site.canvas.release()

    def search(most: int) -> tuple[tuple[Culprit, ...], Spent]:
        now = green.started_at
        return search_culprits(site.canvas, SUITE, [events], release, green, now, None, most)

    (((culprit,), spent), asked) = site.spent_on(lambda: search(1))
    assert (spent.calls, asked) == (1, 1)
    assert "query:ci_recent_events" in culprit.assets
    assert culprit.explanation.endswith(f"the search took {spent} and was cut short there")
    (((culprit,), spent), asked) = site.spent_on(lambda: search(20))
    assert spent.calls == asked >= 1
    assert set(culprit.assets) == {"query:ci_recent_events"}


def test_phrases_are_kept_too_and_no_night_is_judged_by_them(
    make_settings: Callable[..., Settings], open_folder: Callable[[str], Path]
) -> None:
    """A summary is phrased over rows: where they moved it is asked anew in fill, and shown plain in
    replay. Controls and searches phrase nothing."""
    with modelled_site(make_settings, open_folder("phrased"), ASKED, phrase=True) as site:
        site.edit(CATALOG, f"{MESSAGES[0]}          role: text\n{MESSAGES[1]}", "".join(MESSAGES))
        site.publish()
        _, asked = site.spent_on(lambda: blessed(site))
        assert asked > len(ASKED)
        for mode in ("fill", "replay"):
            night, asked = site.spent_on(lambda mode=mode: run(site, mode))
            assert (night.verdict.colour, asked) == ("green", 0)
        with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
            owner.execute("update plant.event set message = message || '.' where ci_id = 'GT-02'")
        night, asked = site.spent_on(lambda: run(site, "replay"))
        assert (night.verdict.colour, night.summary.stale, asked) == ("green", 0, 0)
        assert [note.name for note in night.verdict.notes] == ["data_changed"]
        night, asked = site.spent_on(lambda: run(site))
        assert (night.verdict.colour, asked) == ("green", 1)
        site.edit(EVENTS, "order by occurred_at desc,", "order by occurred_at,")
        site.publish()
        night, asked = site.spent_on(lambda: run(site))
        phrases = (
            r for r in site.server.requests[-asked:] if "<facts>" in r.messages[1]["content"]
        )
        assert asked == len(list(phrases)) <= 3 * 2  # three summaries, each repaired at most once
        assert [(c.cause, set(c.assets)) for c in night.culprits] == [
            ("config", {"query:ci_recent_events"})
        ]


def test_data_that_moves_is_the_datas_doing(site: ModelledSite) -> None:
    """Other rows from the same plan are noted; a fact that they break names no asset."""
    right = _count(site)
    fact = Fact(rows=((right,),), columns=("m_n",), match="value")
    typed = GoldenCase(id="typed", question="서버 몇 대야?", expect=Expectation(facts=(fact,)))
    suite = SUITE.model_copy(update={"cases": (*SUITE.cases, typed)})
    night = run(site, suite=suite)
    assert night.verdict.colour == "green", night.verdict
    bless(site.canvas.database, night.id, "tester", "first")
    with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
        owner.execute("update plant.event set message = message || '.' where ci_id = 'GT-02'")
    night, asked = site.spent_on(lambda: run(site, suite=suite))
    assert ([note.name for note in night.verdict.notes], asked) == (["data_changed"], 0)
    with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
        owner.execute("update plant.ci set ci_class = 'switch' where ci_id = 'SRV-014'")
    night, asked = site.spent_on(lambda: run(site, suite=suite))
    assert (night.verdict.colour, asked) == ("red", 0)
    assert [(c.cause, c.cases, c.assets) for c in night.culprits] == [("data", ("typed",), {})]


def _count(site: ModelledSite) -> int:
    with psycopg.connect(site.canvas.database.owner_url) as owner:
        row = owner.execute("select count(*) from plant.ci where ci_class = 'server'").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("mode", ["live", "record"])
def test_a_model_that_answers_otherwise_is_named(site: ModelledSite, mode: ModelMode) -> None:
    """The same prompt, another reply: the case passes with the one that was kept before."""
    blessed(site)
    site.brain.instead = {EVENTS_OF: OTHER}
    night = run(site, mode)
    assert night.verdict.colour == "red"
    (culprit,) = night.culprits
    assert (culprit.cause, culprit.cases, culprit.assets) == ("model", ("events",), {})
    assert "what main/main answers now" in culprit.explanation
    assert "the reply of main/main" in culprit.explanation
    assert "ci_recent_events" in culprit.explanation
    found = results(site, night)
    assert (found["events"].model_changed, found["status"].model_changed) == (True, False)
    assert [n.cases for n in night.verdict.notes if n.name == "model_changed"] == [("events",)]
    assert rollback_targets(site.canvas.database, night) is None


def test_a_worse_reply_that_was_recorded_stays_the_models_doing(site: ModelledSite) -> None:
    """Nights after it replay it, and still know the one that it took the place of."""
    blessed(site)
    site.brain.instead = {EVENTS_OF: OTHER}
    run(site, "record")
    night, asked = site.spent_on(lambda: run(site, "replay"))
    assert (night.verdict.colour, asked) == ("red", 0)
    assert [(c.cause, c.cases) for c in night.culprits] == [("model", ("events",))]


def test_a_difference_from_the_baseline_alone_shows_the_model(site: ModelledSite) -> None:
    """Nothing that the case says is broken, the versions are the same, and the rows are others:
    with the baseline's own reply they would be the same."""
    free = GoldenCase(id="events", question=EVENTS_OF)
    suite = SUITE.model_copy(update={"cases": (free,)})
    night = run(site, "live", suite)
    bless(site.canvas.database, night.id, "tester", "first")
    assert run(site, "live", suite).verdict.colour == "green"
    site.brain.instead = {free.question: OTHER}
    night = run(site, "live", suite)
    assert [(c.cause, c.cases) for c in night.culprits] == [("model", ("events",))], night.verdict
    site.brain.instead = {}
    with psycopg.connect(site.canvas.database.owner_url, autocommit=True) as owner:
        owner.execute("update plant.event set message = message || '.' where ci_id = 'GT-02'")
    night = run(site, "live", suite)
    assert (night.verdict.colour, [n.name for n in night.verdict.notes]) == (
        "green",
        ["data_changed"],
    )


def test_a_model_that_is_down_is_noted(site: ModelledSite) -> None:
    """The built-in planner stands in and does well: nobody is called, the cases are named."""
    blessed(site)
    site.server.always = server_error()
    night = run(site, "live")
    assert night.verdict.colour == "green", night.verdict
    (note,) = [note for note in night.verdict.notes if note.name == "no_model"]
    assert set(note.cases) == {"status", "events", "count"}
    assert "main answered 500" in note.text or "main is left alone" in note.text
    assert results(site, night)["events"].stood_in
    assert run(site, "fill").verdict.notes == ()


def test_what_only_the_model_could_plan_fails_while_it_is_down(site: ModelledSite) -> None:
    """The cause is the model, not the config that moved meanwhile."""
    only = GoldenCase(
        id="only", question=EVENTS_OF, expect=Expectation(queries=("ci_open_events",))
    )
    suite = SUITE.model_copy(update={"cases": (only,)})
    site.brain.instead = {only.question: OTHER}
    assert run(site, suite=suite).verdict.colour == "green"
    site.server.always = server_error()
    night = run(site, "live", suite)
    assert [(c.cause, c.cases) for c in night.culprits] == [("model", ("only",))]
    assert "no model answered (main" in night.culprits[0].explanation
    assert "with the kept reply of main/main" in night.culprits[0].explanation
    site.edit(PROMPT, "You plan how one operations question", "You plan how a question")
    site.publish()
    night = run(site, "fill", suite)
    assert [(c.cause, c.cases) for c in night.culprits] == [("model", ("only",))]
    assert "the built-in planner's answer fails" in night.culprits[0].explanation


def test_the_gate_asks_in_both_and_the_night_after_it_costs_nothing(site: ModelledSite) -> None:
    """A published prompt has its replies already; the report says what they cost."""
    blessed(site)
    site.edit(PROMPT, "You plan how one operations question", "You plan how a question")
    suites = {SUITE.suite: SUITE.model_copy(update={"model": "replay"})}
    report, asked = site.spent_on(
        lambda: try_publish(site.canvas, None, "engineer", "fewer words", suites)
    )
    assert (report.decision, asked) == ("published", len(ASKED))
    assert report.tokens > 0
    assert report.cost_usd > 0
    night, asked = site.spent_on(lambda: run(site, "replay"))
    assert (night.verdict.colour, asked) == ("green", 0)


def test_the_gate_refuses_a_prompt_that_makes_answers_worse(site: ModelledSite) -> None:
    """The model's new reply to it is the draft's doing."""
    blessed(site)
    site.edit(PROMPT, "You plan how one operations question", "You plan badly how a question")
    site.brain.instead = {EVENTS_OF: OTHER}
    report = try_publish(site.canvas, None, "engineer", "worse words", {SUITE.suite: SUITE})
    assert report.decision == "refused"
    assert [one.case_id for one in report.worse] == ["events"]
