"""empty_result: an assumed window is widened, a search loosened, a window outside asked about.

A true zero is an answer: the loop never argues with it.
"""

from __future__ import annotations

import pytest

from control_loop.asking import (
    Asking,
    blocks,
    decisions,
    last_rows,
    only_event,
    patched_places,
    said,
    stages,
)
from control_loop.failing_lab import FailingLab


@pytest.mark.parametrize(
    "question",
    [
        "faults of SC-02",
        "SC-02 고장",
        "faults of SC-02 in the last 24 hours",
        "how many faults did SC-02 have?",
        "2026년 3월 12일 고장",
        "humidity of SC-02 in the last 24 hours",
        "repairs mentioning banana",
        "critical faults of CF-01",
    ],
)
def test_a_true_zero_is_never_argued_with(asking: Asking, question: str) -> None:
    """It was asked, the source covers it, there is none: one round, no event, an answer."""
    trace = asking(question)
    assert trace.replan_events == ()
    assert stages(trace).count("execute") == 1
    (result,) = last_rows(trace).values()
    assert result.empty == "true_zero"
    assert (trace.status, trace.answer.error) == ("success", None)


@pytest.mark.parametrize(
    ("question", "windows", "value"),
    [
        ("humidity of SC-02", ["7d"], 33.0),
        ("SC-02 습도", ["7d"], 33.0),
        ("temperature of SC-01", ["7d", "30d"], 19.0),
        ("temperature of SC-02", ["7d", "30d", "365d"], 18.0),
    ],
)
def test_an_assumed_window_is_widened(
    asking: Asking, question: str, windows: list[str], value: float
) -> None:
    """Step by step until there is something; each step is an event with its patch on the plan."""
    trace = asking(question)
    assert decisions(trace) == [("empty_result", "auto_retry")] * len(windows)
    for number, (event, window) in enumerate(zip(trace.replan_events, windows, strict=True), 1):
        assert (event.scope, event.attempt, event.max_attempts) == ("execute", number, 3)
        texts = [c["value"] for c in event.patch if str(c["path"]).endswith("/text")]
        whole = [c["value"]["text"] for c in event.patch if isinstance(c.get("value"), dict)]  # pyright: ignore
        assert window in [*texts, *whole]
        assert any(p.startswith("/steps/0/table_plan/time") for _, p in patched_places(event))
    (result,) = last_rows(trace).values()
    assert result.rows[-1][-1] == value
    assert stages(trace).count("execute") == len(windows) + 1
    assert stages(trace).count("route_plan") == 1


def test_the_answer_says_which_window_was_used(asking: Asking) -> None:
    """C7: a reader sees that the usual window gave nothing and what stands in for it."""
    trace = asking("humidity of SC-02")
    assert "7 days" in said(trace)
    korean = asking("SC-02 습도")
    assert "7일" in said(korean)
    for answered in (trace, korean):
        levels = [getattr(b, "level", "") for b in blocks(answered, "notice")]
        assert levels == ["warning"]


def test_only_the_window_in_force_is_told_as_given_up(asking: Asking) -> None:
    """After two steps nobody is told that 7 days were used: they were not."""
    trace = asking("temperature of SC-01")
    notices = [str(getattr(b, "text", "")) for b in blocks(trace, "notice")]
    assert sum("30 days" in text for text in notices) == 1
    assert not any("last 7 days was used" in text for text in notices)


def test_what_was_never_there_stays_a_zero(asking: Asking) -> None:
    """When every window is empty it ends as a true zero, not as an error."""
    trace = asking("humidity of SC-01")
    assert decisions(trace) == [("empty_result", "auto_retry")] * 3
    (result,) = last_rows(trace).values()
    assert result.empty == "true_zero"
    assert trace.status == "success"


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (0, []),
        (1, ["auto_retry", "stop_with_guidance"]),
        (2, ["auto_retry", "auto_retry", "stop_with_guidance"]),
    ],
)
def test_no_more_than_max_replans(asking: Asking, most: int, expected: list[str]) -> None:
    """At the limit it stops and says so; with none allowed it does not begin."""
    trace = asking("temperature of SC-02", replan={"max_replans": most})
    assert [d for _, d in decisions(trace)] == expected
    assert stages(trace).count("execute") == most + 1
    assert trace.answer.ok


@pytest.mark.parametrize("sensitivity", ["off", "low"])
def test_sensitivity(asking: Asking, sensitivity: str) -> None:
    """Off: never; low: at most once."""
    trace = asking(
        "temperature of SC-02", replan={"trigger_sensitivities": {"empty_result": sensitivity}}
    )
    retries = [d for _, d in decisions(trace) if d == "auto_retry"]
    assert len(retries) == (0 if sensitivity == "off" else 1)
    if sensitivity == "off":
        assert trace.replan_events == ()


@pytest.mark.parametrize(
    ("question", "as_of", "empty"),
    [
        ("faults in January 2025", None, "filtered_out"),
        ("2025년 1월 고장", None, "filtered_out"),
        ("faults yesterday", "2026-03-25T12:00:00+09:00", "source_stale"),
    ],
)
def test_a_window_outside_the_data_is_asked_about(
    asking: Asking, question: str, as_of: str | None, empty: str
) -> None:
    """It was asked for, so it is not changed: the choices are windows to ask about instead."""
    trace = asking(question, as_of=as_of)
    event = only_event(trace)
    assert (event.trigger, event.decision, event.patch) == ("empty_result", "ask_user", ())
    assert last_rows(trace)["s1"].empty == empty
    assert stages(trace).count("execute") == 1
    assert len(event.choices) >= 2
    assert all(c.question and c.question != question for c in event.choices)


def test_a_zero_whose_window_cannot_be_checked_is_not_outside(
    asking: Asking, failing_lab: FailingLab
) -> None:
    """When the source is gone after it answered, nobody may claim the window lies outside it."""
    try:
        trace = asking("faults of SC-02 in the last 24 hours", after={1: failing_lab.stop})
    finally:
        failing_lab.start()
    assert last_rows(trace)["s1"].empty not in ("filtered_out", "source_stale")
    assert trace.replan_events == ()


def test_the_choices_of_a_window_are_on_a_card(asking: Asking) -> None:
    """What the event offers is what the answer offers, numbered and with its command."""
    trace = asking("faults in January 2025")
    (card,) = trace.answer.cards
    assert card.trigger == "empty_result"
    assert [c.question for c in card.choices] == [c.question for c in only_event(trace).choices]
    assert all(trace.trace_id in c.command for c in card.choices)


def test_a_choice_of_window_answers(asking: Asking) -> None:
    """One of the windows that are offered has rows."""
    trace = asking("faults in January 2025")
    answers = [asking(c.question or "") for c in only_event(trace).choices]
    assert any(last_rows(a)["s1"].rows for a in answers)


def test_a_search_loses_its_last_word(asking: Asking) -> None:
    """Nothing holds all the words: the last is left out, and the answer says which."""
    trace = asking("repairs mentioning heater banana")
    event = only_event(trace)
    assert (event.trigger, event.decision, event.scope) == ("empty_result", "auto_retry", "execute")
    assert any("/search/words" in path for _, path in patched_places(event))
    assert "banana" in said(trace)
    assert [row[0] for row in last_rows(trace)["s1"].rows] == ["OV-01"]
    korean = asking("히터 펌프가 들어간 수리")
    assert decisions(korean) == [("empty_result", "auto_retry")]
    assert "펌프" in said(korean)


def test_a_search_that_never_finds_ends_as_zero(asking: Asking) -> None:
    """With one word left there is nothing more to leave out."""
    trace = asking("repairs mentioning banana apple")
    assert decisions(trace) == [("empty_result", "auto_retry")]
    assert last_rows(trace)["s1"].empty == "true_zero"
    assert trace.status == "success"


def test_a_policy_may_name_another_scope(asking: Asking) -> None:
    """scope_rules override what the loop would say."""
    trace = asking("humidity of SC-02", replan={"scope_rules": {"empty_result": "full_pipeline"}})
    assert only_event(trace).scope == "full_pipeline"
