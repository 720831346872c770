"""tool_error_retryable: the failed steps again, later and later, within retries and deadline."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

import pytest

from control_loop.asking import Asking, decisions, last_rows, only_event, said, stages
from control_loop.failing_lab import FailingLab

RETRY = ("tool_error_retryable", "auto_retry")
STOP = ("tool_error_retryable", "stop_with_guidance")
GRACE_SECONDS = 0.4


@pytest.mark.parametrize(
    ("way", "question", "table", "code"),
    [
        ("slow", "faults of SC-01", "lab.fault", "TOOL_TIMEOUT"),
        ("locked", "repairs of SC-01", "lab.repair", "TOOL_TIMEOUT"),
        ("stopped", "repairs of SC-01", "lab.repair", "UPSTREAM_UNAVAILABLE"),
        ("out_of_connections", "repairs of SC-01", "lab.repair", "UPSTREAM_UNAVAILABLE"),
    ],
)
def test_a_source_that_stays_away(
    asking: Asking, failing_lab: FailingLab, way: str, question: str, table: str, code: str
) -> None:
    """First call and two retries, the same plan each time; then it stops and names the gap."""
    failing: AbstractContextManager[object] = getattr(failing_lab, way)()
    with failing:
        trace = asking(question)
    assert decisions(trace) == [RETRY, RETRY, STOP]
    assert [e.patch for e in trace.replan_events] == [(), (), ()]
    assert [e.scope for e in trace.replan_events] == ["execute"] * 3
    assert [(e.attempt, e.max_attempts) for e in trace.replan_events[:2]] == [(1, 2), (2, 2)]
    calls = asking.calls.on(table)
    assert [c.code for c in calls] == [code] * 3
    assert len({c.statement for c in calls}) == 1
    assert trace.status == "failed"
    assert trace.answer.error is not None
    assert trace.answer.error.code == code
    assert trace.answer.missing
    assert last_rows(trace)["s1"].empty == "source_down"
    assert [c.error.code for c in trace.tool_calls if c.error] == [code] * 3


def test_the_wait_grows_with_jitter(asking: Asking, failing_lab: FailingLab) -> None:
    """Each wait is in the next, twice as long range, is kept, and is really waited."""
    waits: list[list[float]] = [[], []]
    for _ in range(4):
        with failing_lab.slow():
            trace = asking("faults of SC-01", limits={"step_timeout_seconds": 0.1})
        assert asking.canvas.source("lab_db").health().status == "ok"  # closes the circuit
        failing_lab.set_delay(0)
        events = trace.replan_events[:2]
        calls = asking.calls.on("lab.fault")
        for number, event in enumerate(events):
            assert event.decision == "auto_retry"
            gap = calls[number + 1].started - calls[number].ended
            assert gap >= event.wait_ms / 1000 * 0.99
            assert gap < event.wait_ms / 1000 + GRACE_SECONDS
            waits[number].append(event.wait_ms)
    assert max(waits[0]) <= 2 * min(waits[1]) + 100
    assert sum(waits[1]) > sum(waits[0])
    assert len(set(waits[0])) > 1


def test_a_slow_source_that_recovers(asking: Asking, failing_lab: FailingLab) -> None:
    """The second call is answered: one event, a whole answer, no gap."""
    with failing_lab.slow():
        trace = asking("faults of SC-01", after={1: lambda: failing_lab.set_delay(0)})
    event = only_event(trace)
    assert (event.trigger, event.decision) == RETRY
    assert len(asking.calls.on("lab.fault")) == 2
    assert (trace.status, trace.answer.missing, trace.answer.error) == ("success", (), None)
    assert len(last_rows(trace)["s1"].rows) == 3
    assert stages(trace) == ["route_plan", "validate", "execute", "execute", "compose", "present"]
    assert event.position == 3


def test_a_server_that_is_started_again(asking: Asking, failing_lab: FailingLab) -> None:
    """A stopped server that comes back between two calls costs one retry."""
    failing_lab.stop()
    try:
        trace = asking("repairs of SC-01", after={1: failing_lab.start})
    finally:
        failing_lab.start()
    assert decisions(trace) == [RETRY]
    assert trace.status == "success"


def test_connections_that_become_free(asking: Asking, failing_lab: FailingLab) -> None:
    """No session left, then one: answered on the second try."""
    with failing_lab.out_of_connections():
        trace = asking("repairs of SC-01", after={1: failing_lab.open_door})
    assert decisions(trace) == [RETRY]
    assert trace.status == "success"


def test_a_lock_that_is_let_go(asking: Asking, failing_lab: FailingLab) -> None:
    """A table that another session held is read once it lets go."""
    with failing_lab.locked() as holder:
        trace = asking("repairs of SC-01", after={1: holder.rollback})
    assert decisions(trace) == [RETRY]
    assert trace.status == "success"


def test_a_session_that_is_ended_midway(asking: Asking, failing_lab: FailingLab) -> None:
    """A connection lost while it answered is unavailable, and tried again on a new one."""
    with failing_lab.slow():
        killer = threading.Timer(0.15, failing_lab.end_sessions)
        killer.start()
        trace = asking("faults of SC-01", after={1: lambda: failing_lab.set_delay(0)})
        killer.join()
    assert asking.calls.made[0].code == "UPSTREAM_UNAVAILABLE"
    assert decisions(trace) == [RETRY]
    assert trace.status == "success"


def test_only_the_failed_step_runs_again(asking: Asking, failing_lab: FailingLab) -> None:
    """What was fetched in the first round is kept; an optional part degrades the answer."""
    with failing_lab.locked():
        trace = asking("full diagnosis of SC-01")
    assert decisions(trace) == [RETRY, RETRY, STOP]
    assert len(asking.calls.on("lab.instrument")) == 1
    assert len(asking.calls.on("lab.repair")) == 3
    assert trace.status == "degraded"
    assert trace.answer.missing == ("Repair notes",)
    assert "Repair notes" in said(trace)
    assert last_rows(trace)["profile"].rows[0][0] == "SC-01"
    assert len(trace.answer.references) == 1


def test_a_required_part_makes_it_partial(asking: Asking, failing_lab: FailingLab) -> None:
    """The rest is answered and the missing part named."""
    with failing_lab.slow():
        trace = asking("SC-01 상태 점검")
    assert decisions(trace) == [RETRY, RETRY, STOP]
    assert trace.status == "partial"
    assert trace.answer.ok
    assert "최근 고장" in trace.answer.missing
    assert last_rows(trace)["profile"].rows


@pytest.mark.parametrize(
    ("replan", "expected"),
    [
        ({"max_internal_retries": 0}, [STOP]),
        ({"max_internal_retries": 1}, [RETRY, STOP]),
        ({"trigger_sensitivities": {"tool_error_retryable": "low"}}, [RETRY, STOP]),
        ({"trigger_sensitivities": {"tool_error_retryable": "off"}}, []),
    ],
)
def test_no_more_than_the_policy_allows(
    asking: Asking,
    failing_lab: FailingLab,
    replan: dict[str, object],
    expected: list[tuple[str, str]],
) -> None:
    """Retries are counted; off means none and no event."""
    with failing_lab.locked():
        trace = asking("repairs of SC-01", replan=replan)
    assert decisions(trace) == expected
    assert len(asking.calls.made) == 1 + expected.count(RETRY)
    assert trace.status == "failed"


@pytest.mark.parametrize(
    ("replan", "limits"),
    [
        ({"max_internal_retries": 50, "deadline_seconds": 1.0}, {}),
        ({"max_internal_retries": 50}, {"ask_timeout_seconds": 1.0}),
    ],
)
def test_never_beyond_the_deadline(
    asking: Asking, failing_lab: FailingLab, replan: dict[str, object], limits: dict[str, object]
) -> None:
    """However many retries are left, the ask ends at its deadline and says why."""
    with failing_lab.locked():
        trace = asking("repairs of SC-01", replan=replan, limits=limits)
    assert asking.seconds < 1.0 + GRACE_SECONDS
    assert decisions(trace)[-1] in (STOP, ("tool_error_fatal", "stop_with_guidance"))
    assert [d for t, d in decisions(trace)].count("stop_with_guidance") == 1
    assert trace.status == "failed"


def test_a_dead_source_does_not_cost_the_others(asking: Asking) -> None:
    """A mirror that is down is retried alone; the profile is asked once."""
    trace = asking("full audit of SC-01")
    by_source = [c.source for c in asking.calls.made]
    assert by_source.count("mirror_db") == 3
    assert len(asking.calls.on("lab.instrument")) == 1
    assert len(asking.calls.on("lab.broken")) == 1
    assert RETRY in decisions(trace)
    assert STOP in decisions(trace)
    assert trace.answer.missing == ("Broken look", "Copy of the rooms")


def test_both_kinds_of_error_are_told(asking: Asking) -> None:
    """A part that cannot be mended by retrying is said even while another is retried."""
    trace = asking("full audit of SC-01")
    assert ("tool_error_fatal", "stop_with_guidance") in decisions(trace)


def test_an_open_circuit_is_not_retried(asking: Asking, failing_lab: FailingLab) -> None:
    """After three failures in a row the next ask is told at once, without a retry or a wait."""
    with failing_lab.stopped():
        asking("repairs of SC-01")
        trace = asking("repairs of SC-01")
    assert [c.code for c in asking.calls.made] == ["CIRCUIT_OPEN"]
    assert [d for _, d in decisions(trace)] == ["stop_with_guidance"]
    assert asking.seconds < GRACE_SECONDS
    assert trace.status == "failed"
    assert trace.answer.error is not None
    assert trace.answer.error.code == "CIRCUIT_OPEN"
    assert "tried again at" in trace.answer.error.error
    assert last_rows(trace)["s1"].empty == "source_down"


def test_a_good_health_check_opens_the_way(asking: Asking, failing_lab: FailingLab) -> None:
    """When the server is back and its health was looked at, the next ask is answered."""
    with failing_lab.stopped():
        asking("repairs of SC-01")
    opened = asking.canvas._opened
    assert opened.circuit("lab_db").state == "open"
    assert opened.circuit("never_asked").state == "closed"
    assert asking.canvas.source("lab_db").health().status == "ok"
    assert opened.circuit("lab_db").state == "closed"
    trace = asking("repairs of SC-01")
    assert (trace.status, trace.replan_events) == ("success", ())
