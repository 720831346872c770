"""policy_blocked: what the caller may not do is not done, and what is allowed is said."""

from __future__ import annotations

import pytest

from control_loop.asking import Asking, decisions, last_rows, only_event, said

GUEST = ("guest",)


@pytest.mark.parametrize(
    "question",
    ["SC-01 상태 점검", "full guestbook of SC-01"],
)
def test_a_refusal_says_what_is_allowed(asking: Asking, question: str) -> None:
    """One event; of what was refused nothing reached a source."""
    trace = asking(question, roles=GUEST)
    event = only_event(trace)
    assert (event.trigger, event.decision) == ("policy_blocked", "stop_with_guidance")
    assert event.patch == ()
    allowed = {"장비 정보", "실험실 조회"} if trace.language == "ko" else {"Profile", "Laboratory"}
    assert all(title in event.expected_impact for title in allowed)
    assert asking.calls.on("lab.fault") == []
    assert asking.calls.on("lab.visit") == []
    assert trace.answer.missing


def test_what_is_allowed_of_it_is_answered(asking: Asking) -> None:
    """A refused optional part does not cost the rest."""
    trace = asking("full diagnosis of SC-01", roles=GUEST)
    assert decisions(trace) == [("policy_blocked", "stop_with_guidance")]
    assert asking.calls.on("lab.repair") == []
    assert last_rows(trace)["profile"].rows[0][0] == "SC-01"
    assert trace.status == "degraded"
    assert "Repair notes" in said(trace)


def test_a_hidden_column_is_not_computed_with(asking: Asking) -> None:
    """Summing what is masked is refused, whatever the loop might try instead."""
    trace = asking("total repair cost of SC-01", roles=GUEST, replan={"max_replans": 5})
    assert decisions(trace) == [("policy_blocked", "stop_with_guidance")]
    assert asking.calls.made == []
    assert not trace.answer.ok


def test_a_write_is_refused_and_never_replanned(asking: Asking) -> None:
    """A rule's reject ends the ask: no source, no retry."""
    trace = asking("delete the faults of SC-01", replan={"max_replans": 5})
    assert asking.calls.made == []
    assert [d for _, d in decisions(trace)] in ([], ["stop_with_guidance"])
    assert trace.route == "reject"
    assert trace.status == "failed"


def test_a_reject_is_an_event_too(asking: Asking) -> None:
    """What a rule refuses is blocked by policy and told as such in the events."""
    trace = asking("delete the faults of SC-01")
    event = only_event(trace)
    assert (event.trigger, event.decision) == ("policy_blocked", "stop_with_guidance")


def test_the_operator_is_not_blocked(asking: Asking) -> None:
    """The same questions without the limits of a guest give no event."""
    for question in ("full diagnosis of SC-01", "SC-01 상태 점검", "total repair cost of SC-01"):
        assert asking(question).replan_events == ()


def test_off(asking: Asking) -> None:
    """No event; it is refused all the same."""
    trace = asking(
        "SC-01 상태 점검", roles=GUEST, replan={"trigger_sensitivities": {"policy_blocked": "off"}}
    )
    assert trace.replan_events == ()
    assert asking.calls.on("lab.fault") == []
    assert trace.answer.missing
