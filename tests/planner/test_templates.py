"""Verified queries are taken when a question means what their examples mean."""

from __future__ import annotations

import pytest
from lab.planning import decide, feature_names, plan_of
from lab.rows import seoul

from dagster_project.contracts.table_plan import TimeRange


def chosen(question: str) -> list[str]:
    return [c.query for c in decide(question).candidates if c.chosen]


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("SC-01 프로필 알려줘", "instrument_profile"),
        ("profile of OV-02", "instrument_profile"),
        ("OV-01 프로필", "instrument_profile"),
        ("회화로 프로필 보여줘", "instrument_profile"),
        ("show me the profile of the ash furnace", "instrument_profile"),
        ("CF-01 상태 점검", "instrument_check"),
        ("CF-01 상태 점검해줘", "instrument_check"),
        ("check-up of spinner", "instrument_check"),
        ("how is the floor scale doing?", "instrument_check"),
        ("SC-02 종합 감사", "audit"),
        ("full audit of SC-02", "audit"),
    ],
)
def test_another_thing_in_other_words(question: str, query: str) -> None:
    """Examples stand for all things of their kind, by whatever name."""
    assert chosen(question) == [query]


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("SC-01 프로필", "profile of SC-01"),
        ("SC-01 상태 점검", "check-up of SC-01"),
        ("SC-01 종합 감사", "full audit of SC-01"),
    ],
)
def test_both_languages_choose_the_same(korean: str, english: str) -> None:
    """The Korean and the English form of a question run the same query with the same values."""
    one, other = plan_of(korean).steps, plan_of(english).steps
    assert [(s.id, s.query, s.depends_on) for s in one] == [
        (s.id, s.query, s.depends_on) for s in other
    ]
    values = [{k: v for k, v in s.params.items() if not isinstance(v, TimeRange)} for s in one]
    assert values == [
        {k: v for k, v in s.params.items() if not isinstance(v, TimeRange)} for s in other
    ]


@pytest.mark.parametrize(
    ("question", "cannot_take"),
    [
        ("profile of SC-01 and OV-01", "OV-01"),
        ("how many profiles of SC-01", "how many"),
        ("SC-01 프로필 방별", "별"),
        ("SC-01과 OV-01 프로필 비교", "OV-01"),
        ("check-up of SC-01 with minor faults", "minor"),
        ("SC-01 온도 상태 점검", "온도"),
    ],
)
def test_what_a_query_cannot_take_rules_it_out(question: str, cannot_take: str) -> None:
    """A second machine, a grouping, a filter: however alike the words, it would be ignored."""
    (name,) = chosen(question)
    assert name.startswith("lab_explore(")
    why = {c.query: c.reason for c in decide(question).candidates if not c.chosen}
    assert all(f"'{cannot_take}'" in reason for reason in why.values()), why


def test_parameters_are_filled_from_the_question() -> None:
    """The machine and the window that were said; the window hands down to the steps."""
    faults = next(s for s in plan_of("지난주 SC-01 상태 점검").steps if s.id == "faults")
    window = faults.params["window"]
    assert isinstance(window, TimeRange)
    assert (window.start, window.end) == (seoul(3, 9), seoul(3, 16))
    assert plan_of("지난주 SC-01 상태 점검").time_assumed is False


def test_a_default_window_is_said_to_be_assumed() -> None:
    """Without a time the parameter's own span before the clock is used, and the plan says so."""
    plan = plan_of("check-up of SC-01")
    assert plan.time_assumed
    assert plan.time_range is not None
    assert plan.time_range.text == "7d"
    assert plan.time_range.start == seoul(3, 11, 12)


def test_a_recipe_becomes_steps_that_feed_each_other() -> None:
    """A `$step.column` is a feed, and what it comes from must run before."""
    profile, faults = plan_of("check-up of SC-01").steps
    assert profile.params == {"instrument": "SC-01"}
    assert [(f.step, f.column, f.param) for f in faults.feeds] == [("profile", "id", "instrument")]
    assert faults.depends_on == ("profile",)


def test_a_missing_parameter_is_asked_for() -> None:
    """Nothing is guessed: which machine is asked back, and nothing runs."""
    for question, slot in (("프로필 알려줘", "장비"), ("the profile please", "instrument")):
        plan = plan_of(question)
        assert [(s.slot, s.reason) for s in plan.open_slots] == [(slot, "missing")]
        assert plan.steps == ()


def test_features_are_the_same_in_both_languages() -> None:
    """What a question says does not depend on the language it says it in."""
    left = feature_names("fault count by severity")
    for names in feature_names("심각도별 고장 건수"):
        left.remove(next(other for other in left if other & names))
    assert left == []


def test_every_query_that_was_considered_is_listed() -> None:
    """The path not taken: scores between 0 and 1, one chosen, a reason for each."""
    candidates = decide("SC-01 상태 점검").candidates
    assert sum(c.chosen for c in candidates) == 1
    assert all(0 <= c.score <= 1 and c.reason for c in candidates)
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)
