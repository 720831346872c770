"""tool_error_fatal: what would fail the same way again is not tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from control_loop.asking import Asking, decisions, last_rows, only_event, said
from control_loop.failing_lab import FailingLab


@contextmanager
def nothing() -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    ("way", "question", "code", "status"),
    [
        ("without_column", "repairs of SC-01", "TOOL_BAD_REQUEST", "failed"),
        ("without_column", "full diagnosis of SC-01", "TOOL_BAD_REQUEST", "degraded"),
        ("without_rights", "repairs of SC-01", "PERMISSION_DENIED", "failed"),
        ("without_rights", "full diagnosis of SC-01", "PERMISSION_DENIED", "degraded"),
        (None, "stamped look at SC-01", "SQL_BLOCKED", "partial"),
    ],
)
def test_it_stops_at_once(
    asking: Asking,
    failing_lab: FailingLab,
    way: str | None,
    question: str,
    code: str,
    status: str,
) -> None:
    """One call, one event, the gap named with its error; what else was asked is answered."""
    with getattr(failing_lab, way)() if way else nothing():
        trace = asking(question)
    event = only_event(trace)
    assert (event.trigger, event.decision) == ("tool_error_fatal", "stop_with_guidance")
    assert (event.scope, event.attempt, event.max_attempts, event.patch) == ("execute", 1, 1, ())
    assert [c.code for c in asking.calls.made if c.code] == [code]
    assert trace.status == status
    assert trace.answer.missing
    assert trace.answer.missing[0] in said(trace)
    errors = [r.error.code for r in last_rows(trace).values() if r.error]
    assert errors == [code]


def test_rights_are_not_permitted_not_down(asking: Asking, failing_lab: FailingLab) -> None:
    """The reader learns that it may not be seen, not that the source is down."""
    with failing_lab.without_rights():
        denied = asking("repairs of SC-01")
    with failing_lab.without_column():
        broken = asking("repairs of SC-01")
    assert last_rows(denied)["s1"].empty == "not_permitted"
    assert last_rows(broken)["s1"].empty == "source_down"


def test_any_number_of_retries_changes_nothing(asking: Asking, failing_lab: FailingLab) -> None:
    """The policy's retries are for errors that may pass."""
    with failing_lab.without_column():
        trace = asking("repairs of SC-01", replan={"max_internal_retries": 5, "max_replans": 5})
    assert decisions(trace) == [("tool_error_fatal", "stop_with_guidance")]
    assert len(asking.calls.made) == 1


def test_fatal_errors_open_no_circuit(asking: Asking, failing_lab: FailingLab) -> None:
    """A source that says no is alive: five refusals later it still answers."""
    with failing_lab.without_column():
        for _ in range(5):
            asking("repairs of SC-01")
    assert asking("repairs of SC-01").status == "success"


def test_off(asking: Asking, failing_lab: FailingLab) -> None:
    """No event; the answer is just as honest."""
    with failing_lab.without_column():
        trace = asking(
            "full diagnosis of SC-01", replan={"trigger_sensitivities": {"tool_error_fatal": "off"}}
        )
    assert trace.replan_events == ()
    assert (trace.status, trace.answer.missing) == ("degraded", ("Repair notes",))
