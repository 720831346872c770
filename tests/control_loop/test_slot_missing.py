"""slot_missing: what a plan needs and the question leaves open is asked back, never guessed."""

from __future__ import annotations

import pytest

from control_loop.asking import Asking, blocks, choices, decisions, only_event, stages
from control_loop.failing_lab import FailingLab


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("faults of the little one", {"faults of SC-01", "faults of CF-01"}),
        ("faults of SC-99", {"faults of SC-01", "faults of SC-02"}),
        ("SC-99 고장", {"SC-01 고장", "SC-02 고장"}),
        ("faults of SC-01 since forever", {"faults of SC-01 last 7 days"}),
        ("SC-01 고장 며칠 전", {"SC-01 고장 지난 7일"}),
    ],
)
def test_it_asks_back_with_choices(asking: Asking, question: str, offered: set[str]) -> None:
    """One event, nothing sent to a source, and choices that are ready to send back."""
    trace = asking(question)
    event = only_event(trace)
    assert (event.trigger, event.scope) == ("slot_missing", "full_pipeline")
    assert (event.decision, event.attempt, event.patch) == ("ask_user", 1, ())
    assert asking.calls.made == []
    assert trace.status == "partial"
    assert offered <= set(choices(trace))
    assert [c.question for c in trace.answer.cards[0].choices] == choices(trace)


@pytest.mark.parametrize("question", ["profile", "check-up", "상태 점검"])
def test_a_missing_parameter_is_asked_for(asking: Asking, question: str) -> None:
    """A query that needs an instrument and got none says so; it does not take any."""
    trace = asking(question)
    assert decisions(trace) == [("slot_missing", "ask_user")]
    assert asking.calls.made == []
    assert any("instrument" in str(b) or "장비" in str(b) for b in blocks(trace, "notice"))


def test_a_missing_parameter_comes_with_things_to_choose(asking: Asking) -> None:
    """C4: the top candidates are offered, not just a request to ask again."""
    trace = asking("profile")
    assert len(choices(trace)) >= 2
    answered = asking(choices(trace)[0])
    assert answered.replan_events == ()
    assert answered.status == "success"


def test_two_open_slots_are_one_question_back(asking: Asking) -> None:
    """All that is open is asked at once: one event with the choices of both."""
    trace = asking("faults of SC-99 and the little one")
    event = only_event(trace)
    assert len(event.choices) >= 4
    assert [c.number for c in trace.answer.cards[0].choices] == list(
        range(1, len(event.choices) + 1)
    )


def test_a_choice_answers(asking: Asking) -> None:
    """Sending a choice back needs no further question."""
    asked_back = asking("faults of the little one")
    for question in choices(asked_back):
        answered = asking(question)
        assert answered.replan_events == ()
        assert answered.status == "success"


def test_it_does_not_retry_and_asks_no_source(asking: Asking, failing_lab: FailingLab) -> None:
    """Also with the source gone it is the same question back: no source is needed for it."""
    with failing_lab.stopped():
        trace = asking("faults of the little one", replan={"max_replans": 5})
    assert decisions(trace) == [("slot_missing", "ask_user")]
    assert stages(trace).count("execute") <= 1
    assert asking.calls.made == []


def test_off_keeps_the_choices(asking: Asking) -> None:
    """Without the trigger there is no event; what is open is still said and not guessed."""
    trace = asking(
        "faults of the little one", replan={"trigger_sensitivities": {"slot_missing": "off"}}
    )
    assert trace.replan_events == ()
    assert asking.calls.made == []
    assert len(choices(trace)) == 2


def test_a_policy_may_name_another_scope(asking: Asking) -> None:
    """scope_rules override what the loop would say."""
    trace = asking("faults of SC-99", replan={"scope_rules": {"slot_missing": "execute"}})
    assert only_event(trace).scope == "execute"
