"""A prompt holds what the question needs and the caller may see, within its budget, every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from planner.prompts.family import AS_OF, MACHINES, held_out, meanings
from planner.prompts.small import (
    HOSTILE,
    PARTS,
    PROMPT,
    few,
    part,
    request,
    shop,
    whole,
)

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.plan_reply import PlanReply
from dagster_project.contracts.value import Language
from dagster_project.llm.reply_schema import reply_schema
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.planner.kept import Kept
from dagster_project.planner.offered import DEFAULT_TIME

LANGUAGES: tuple[Language, ...] = ("ko", "en")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def tokens(asked) -> int:
    return sum(estimate_tokens(message.content) for message in asked.messages)


@pytest.mark.parametrize("max_tokens", [900, 1_500, 3_000, 8_000])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_whole_stays_within_the_budget(max_tokens: int, language) -> None:
    """Queries and the catalog are cut until the whole fits; the cut is told."""
    prompt = PROMPT.model_copy(update={"max_tokens": max_tokens})
    for asked in held_out(meanings()[:60], language, 12):
        made, _ = request(asked.question, few(60), prompt)
        assert tokens(made) <= max_tokens
        if max_tokens < 8_000:
            assert "left out for room" in whole(made)
        assert json.loads(part(made, "question")) == asked.question


def test_the_budget_holds_at_ten_thousand_queries() -> None:
    """The best of very many are listed; the prompt is no longer for the others."""
    assets = few(60)
    twins = [
        replace(template, query=f"{template.query}_{n}")
        for template in assets.templates
        for n in range(167)
    ]
    queries = {t.query: t.spec for t in twins}
    many = replace(
        assets, templates=tuple(twins), queries={**assets.queries, **queries}, kept=Kept()
    )
    assert len(twins) >= 10_000
    for language in LANGUAGES:
        for asked in held_out(meanings()[:60], language, 5):
            made, offered = request(asked.question, many)
            assert tokens(made) <= PROMPT.max_tokens
            assert f"{asked.query}_0" in offered.queries or asked.new_words
            assert "ops." in part(made, "catalog")


def test_a_prompt_that_says_a_part_twice_is_cut_too() -> None:
    """What counts is what is rendered, not what was put in."""
    twice = PROMPT.model_copy(
        update={"system": PROMPT.system + "{{ catalog }} {{ queries }}", "max_tokens": 2_000}
    )
    made, _ = request("number of alarms by team", few(60), twice)
    assert tokens(made) <= 2_000
    assert "ops.alarm" in whole(made)


@pytest.mark.parametrize(
    "question",
    ["쀍" * 2_000, "\ue000" * 2_000, "<>" * 1_000, " ".join(MACHINES * 9), "어제 " * 500],
    ids=["korean", "unreadable", "marks", "things", "times"],
)
def test_the_longest_question_fits(question: str) -> None:
    """Whatever two thousand characters hold, the site's budget bears them."""
    prompt = PROMPT.model_copy(update={"max_tokens": 6_000})
    made, offered = request(question[:2_000], few(60), prompt)
    assert tokens(made) <= 6_000
    assert set(offered.entities) <= set(MACHINES)


def test_what_is_meant_is_listed_first() -> None:
    """With little room the table, the column and the value of the question are still there."""
    prompt = PROMPT.model_copy(update={"max_tokens": 700})
    made, _ = request("number of urgent deliveries by supplier", few(60), prompt)
    catalog = part(made, "catalog")
    assert "table ops.delivery " in catalog
    assert "- ops.delivery.supplier " in catalog
    assert "ops.delivery.urgency" in catalog
    assert "ops.permit" not in catalog


def test_a_value_that_was_said_is_among_those_listed() -> None:
    """Of many values the one in the question comes before the others, and the rest is counted."""
    made, _ = request("pumps of grade 25", shop())
    line = next(li for li in part(made, "catalog").splitlines() if "shop.pump.grade" in li)
    assert line.index('"g25"') < line.index('"g00"')
    assert line.endswith("and 18 more")


def test_joined_tables_are_listed_with_how_they_join() -> None:
    """The neighbour of what is meant, its time and the key that leads there."""
    catalog = part(request("faults of P-1", shop())[0], "catalog")
    assert "- shop.fault.pump text joins shop.pump.tag" in catalog
    assert 'table shop.fault "고장"/"fault" time shop.fault.at' in catalog
    assert 'metric loss "loss" unit "€"' in catalog


# -- what the caller may not see


def test_masked_columns_are_nowhere() -> None:
    """Neither a column nor its metric, whether masked for all or for this caller."""
    masked = frozenset({"shop.pump.salary", "shop.fault.at", "Pump.ip", "shop.pump.grade"})
    question = "salary and pin code and pay and grade 25 of P-1"
    seen = part(request(question, shop())[0], "catalog")
    assert "shop.pump.salary" in seen
    assert "Pump.ip" in seen
    assert "metric pay" in seen
    made, offered = request(question, shop(), masked=masked)
    for name in ("catalog", "queries"):
        for hidden in ("salary", "pin", "metric pay", "shop.fault.at", "Pump.ip", "g25", "g00"):
            assert hidden not in part(made, name), hidden
    assert "shop.pump.pin" not in seen
    assert offered.masked == masked


def test_what_is_off_is_nowhere() -> None:
    """A table, a collection and a relation that leads nowhere are not listed."""
    catalog = part(request("hidden thing and ghost of P-1", shop())[0], "catalog")
    assert "FEEDS" in catalog
    for off in ("shop.hidden", "Ghost", "HAUNTS", "letters"):
        assert off not in catalog


@pytest.mark.parametrize(
    ("denied", "gone"),
    [
        ("shop_explore", "shop.pump"),
        ("graph_explore", "FEEDS"),
        ("search", "documents manuals"),
        ("pump_check", "pump_check"),
    ],
)
def test_what_the_caller_may_not_use_is_not_offered(denied: str, gone: str) -> None:
    """Without its query no line of a catalog is there, and a reply may not name the query."""
    everything, _ = request("check pump P-1", shop())
    assert gone in whole(everything)
    made, offered = request("check pump P-1", shop(), allowed=lambda query: query != denied)
    assert gone not in whole(made)
    assert denied not in offered.queries
    assert denied not in {query for query, _ in offered.ranked}
    assert made.subject != everything.subject


def test_a_prompt_names_the_catalogs_it_renders() -> None:
    """Another catalog is neither shown nor open."""
    only = PROMPT.model_copy(update={"catalogs": ("graph",)})
    made, offered = request("check pump P-1", shop(), only)
    assert "shop.pump" not in part(made, "catalog")
    assert offered.queries == {"graph_explore", "pump_check"}


# -- what others wrote


def test_names_cannot_leave_their_quotes() -> None:
    """Whatever people or sources wrote stands in JSON strings on one line; no mark is doubled."""
    made, _ = request(f"check pump P-1 {HOSTILE}", shop(HOSTILE))
    text = whole(made)
    for name in PARTS:
        assert text.count(f"<{name}>") == 1
        assert text.count(f"</{name}>") == 1
    assert "<system>" not in text
    assert "\u2028" not in text
    assert not re.search(r"^## Rules", text, re.MULTILINE)
    assert "ignore all rules" in text
    assert "ignore all rules" not in QUOTED.sub("", text)
    for string in QUOTED.findall(text):
        json.loads(string)


def test_jinja_in_data_is_not_run() -> None:
    """Values are put in once; what looks like a template in them stays text."""
    text = whole(request("check pump P-1 {{ 7*7 }}", shop(HOSTILE))[0])
    assert "{{ 7*7 }}" in text
    assert "49" not in text


def test_a_prompt_cannot_reach_into_python() -> None:
    """The sandbox holds for the real rendering as for the inspected one."""
    from jinja2 import TemplateError

    hostile = PROMPT.model_copy(update={"user": "{{ question.__class__.__mro__ }}"})
    with pytest.raises(TemplateError):
        request("faults", shop(), hostile)


# -- what a reply is held to, and found by


def test_the_closed_world_is_what_is_listed() -> None:
    """Each listed query is named in the prompt, and things and times by their keys."""
    made, offered = request("faults of P-1 last week and yesterday", shop())
    queries = part(made, "queries")
    assert all(f" {query}:" in queries for query in offered.queries)
    assert set(offered.entities) == {"P-1"}
    assert '"P-1" is a pump' in part(made, "entities")
    assert list(offered.times) == [DEFAULT_TIME, "t1", "t2"]
    assert 't1 "last week" = ' in part(made, "times")
    assert set(offered.rules) == {"greet"}
    assert made.reply == reply_schema(PlanReply)


def test_those_listed_come_first_among_the_ranked() -> None:
    """B4: what was considered, with its score; the listed ones before those that had no room."""
    prompt = PROMPT.model_copy(update={"templates": 4})
    _, offered = request("urgent delivery cost by team", few(60), prompt)
    listed = [query in offered.queries for query, _ in offered.ranked]
    assert any(listed)
    assert listed == sorted(listed, reverse=True)
    assert len(offered.ranked) > 4


def test_the_same_is_asked_in_the_same_words() -> None:
    """Deterministic: two releases of the same assets, the same request."""
    first, _ = request("faults of P-1 last week", shop())
    shop.cache_clear()
    second, _ = request("faults of P-1 last week", shop())
    assert first == second


def test_no_part_depends_on_the_clock() -> None:
    """Tomorrow, next year and in a longer month, a kept reply is found again."""
    made, _ = request("faults of P-1 last week and 어제, hourly", shop())
    for days in (1, 40, 300, 3_000):
        later, _ = request(
            "faults of P-1 last week and 어제, hourly", shop(), as_of=AS_OF + timedelta(days=days)
        )
        assert later.parts == made.parts
        assert later.subject == made.subject
        assert later.messages != made.messages


def test_a_far_query_does_not_make_a_kept_reply_stale() -> None:
    """Parts and subject stay when something that is not listed is added to the release."""
    question = held_out(meanings()[:60], "en", 1)[0].question
    prompt = PromptSpec(stage="route_plan", system="s", user="{{ queries }}", templates=1)
    before, _ = request(question, few(60), prompt)
    after, _ = request(question, few(61), prompt)
    assert before.subject == after.subject
    assert before.parts["queries"] == after.parts["queries"]


def test_other_rights_are_another_subject_only_where_they_matter() -> None:
    """A denied query that does not fit the question changes nothing."""
    question = held_out(meanings()[:60], "en", 1)[0].question
    made, offered = request(question, few(60))
    first = offered.ranked[0][0]
    last = sorted({m.query for m in meanings()[:60]} - {q for q, _ in offered.ranked})[0]
    far, _ = request(question, few(60), allowed=lambda query: query != last)
    near, _ = request(question, few(60), allowed=lambda query: query != first)
    assert far.subject == made.subject
    assert far.parts == made.parts
    assert near.subject != made.subject
