"""low_evidence: a look-up that found no row gets what the site keeps as evidence of the thing."""

from __future__ import annotations

import pytest

from control_loop.asking import Asking, blocks, decisions, last_rows, only_event, stages


@pytest.mark.parametrize("question", ["full guestbook of SC-01", "SC-01 전체 방명록"])
def test_evidence_is_added_once(asking: Asking, question: str) -> None:
    """The patch adds a step of a query tagged `evidence`; both results are in the answer."""
    trace = asking(question)
    event = only_event(trace)
    assert (event.trigger, event.decision) == ("low_evidence", "auto_retry")
    assert (event.scope, event.attempt) == ("full_pipeline", 1)
    (added,) = [c for c in event.patch if str(c["path"]).startswith("/steps")]
    assert (added["op"], added["value"]["query"]) == ("add", "instrument_profile")  # pyright: ignore
    results = last_rows(trace)
    assert results["visitors_book"].empty == "true_zero"
    (profile,) = [r for name, r in results.items() if name != "visitors_book"]
    assert profile.rows[0][0] == "SC-01"
    assert blocks(trace, "table")
    assert len(asking.calls.on("lab.visit")) == 1, "what was fetched is kept"
    assert stages(trace).count("validate") == 2
    assert trace.status == "success"


def test_the_zero_is_still_said(asking: Asking) -> None:
    """What stands beside it does not hide that nothing was found."""
    trace = asking("full guestbook of SC-01")
    assert any(getattr(b, "empty", None) == "true_zero" for b in blocks(trace, "notice"))


@pytest.mark.parametrize(
    "replan",
    [{"max_replans": 0}, {"trigger_sensitivities": {"low_evidence": "off"}}],
)
def test_not_when_it_is_not_allowed(asking: Asking, replan: dict[str, object]) -> None:
    """No replans, or off: the zero stands alone."""
    trace = asking("full guestbook of SC-01", replan=replan)
    assert trace.replan_events == ()
    assert list(last_rows(trace)) == ["visitors_book"]


def test_not_for_what_has_rows_or_is_no_look_up(asking: Asking) -> None:
    """A look-up with rows needs none; a listing's zero is an answer of its own."""
    for question in ("profile of SC-01", "SC-01 상태 점검", "faults of SC-02", "SC-02 상태 점검"):
        assert asking(question).replan_events == ()


def test_what_is_added_passes_the_same_walls(asking: Asking) -> None:
    """A step that the caller's role refuses is refused also when the loop adds it."""
    trace = asking("full guestbook of SC-01", roles=("guest",))
    assert decisions(trace)[:1] == [("policy_blocked", "stop_with_guidance")]
    assert asking.calls.on("lab.visit") == []
