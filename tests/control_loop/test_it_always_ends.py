"""Whatever the policy and whatever a source does: an ask ends in time, within its limits, kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_loop.asking import hold_to_contract
from control_loop.scripted import Happening, ScriptedSource
from dagster_project.canvas import Canvas
from dagster_project.canvas.open_sources import read_watermark
from dagster_project.contracts.assets.policy import PolicySpec, ReplanPolicy
from dagster_project.contracts.replan import Trigger
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.ask import answer
from dagster_project.pipeline.desk import Desk
from dagster_project.store.settings import Settings
from dagster_project.traces import find
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep

STEP_SECONDS = 0.15
GRACE_SECONDS = 0.35
RETRYABLE = ("TOOL_TIMEOUT", "UPSTREAM_UNAVAILABLE")
QUESTIONS = (
    "faults of SC-01",  # a listing
    "humidity of SC-02",  # an assumed window
    "faults in January 2025",  # an asked window
    "repairs mentioning heater pump banana",  # a search
    "hourly humidity of OV-02 in the last 3 days",  # a series
    "full diagnosis of SC-01",  # required and optional
    "full guestbook of SC-01",  # a look-up that evidence can be added to
    "SC-01 상태 점검",  # one step feeds the next
    "full audit of SC-01",  # two sources
    "repairs of the instrument with the most faults",  # a chain
    "faults of the little one",  # asks back
    "delete the faults",  # a reject
)
TRIGGERS: tuple[Trigger, ...] = (
    "slot_missing",
    "empty_result",
    "tool_error_retryable",
    "tool_error_fatal",
    "policy_blocked",
    "low_evidence",
    "present_limit",
)
HAPPENINGS: tuple[Happening, ...] = (
    "rows", "empty", "one", "cut", "slow", "late", "gone", "wrong", "denied", "blocked", "open",
)  # fmt: skip
policies = st.builds(
    ReplanPolicy,
    max_replans=st.integers(0, 5),
    max_internal_retries=st.integers(0, 4),
    trigger_sensitivities=st.dictionaries(
        st.sampled_from(TRIGGERS), st.sampled_from(["off", "low", "normal", "high"]), max_size=4
    ),
    scope_rules=st.dictionaries(
        st.sampled_from(TRIGGERS),
        st.sampled_from(["execute", "compose", "present", "full_pipeline"]),
        max_size=3,
    ),
    deadline_seconds=st.floats(0.1, 3.0),
)


@pytest.fixture(scope="module")
def canvas(failing_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(failing_settings) as canvas:
        canvas.desk(canvas.release())
        yield canvas
    _desk.cache_clear()


@lru_cache(maxsize=4)
def _desk(canvas: Canvas) -> Desk:
    return canvas.desk(canvas.release())


def scripted_desk(
    canvas: Canvas, replan: ReplanPolicy, ask_seconds: float, source: ScriptedSource
) -> Desk:
    """The desk as `canvas.desks` builds it, with the policy and the sources of this run."""
    desk = _desk(canvas)
    held = desk.planner.policy
    limits = held.limits.model_copy(
        update={"step_timeout_seconds": STEP_SECONDS, "ask_timeout_seconds": ask_seconds}
    )
    policy: PolicySpec = held.model_copy(update={"replan": replan, "limits": limits})
    return replace(
        desk,
        planner=replace(desk.planner, policy=policy),
        source=lambda _name: source,
        watermark=lambda table, column, *left: read_watermark(
            source, desk.allowed_tables("lab_db"), table, column, *left
        ),
    )


def run(
    canvas: Canvas,
    question: str,
    replan: ReplanPolicy,
    script: list[Happening],
    ask_seconds: float = 8.0,
) -> tuple[Trace, ScriptedSource, float]:
    """Ask once, keep the trace, read it back."""
    source = ScriptedSource(script)
    desk = scripted_desk(canvas, replan, ask_seconds, source)
    now = datetime.now(UTC)
    started = time.monotonic()
    trace = answer(Ask(question=question), desk, new_trace_id(now), now)
    seconds = time.monotonic() - started
    keep(canvas.database, trace)
    kept = find.get(canvas.database, TraceId(trace.trace_id))
    assert kept.answer.model_dump(mode="json") == trace.answer.model_dump(mode="json")
    assert kept.replan_events == trace.replan_events
    return trace, source, seconds


def hold_to_limits(trace: Trace, replan: ReplanPolicy) -> None:
    """Events within what the policy allows, by trigger and in sum."""
    by = Counter((e.trigger, e.decision) for e in trace.replan_events)
    retries = by[("tool_error_retryable", "auto_retry")]
    replans = sum(n for (t, d), n in by.items() if d == "auto_retry") - retries
    assert retries <= replan.max_internal_retries
    assert replans <= replan.max_replans
    assert by[("low_evidence", "auto_retry")] <= 1
    assert len(trace.replan_events) <= retries + replans + len(TRIGGERS)
    for (trigger, decision), count in by.items():
        sensitivity = replan.trigger_sensitivities.get(trigger)
        assert sensitivity != "off"
        if sensitivity == "low" and decision == "auto_retry":
            assert count <= 1
        if decision != "auto_retry":
            assert count == 1
    never = {"slot_missing", "policy_blocked", "tool_error_fatal"}
    assert not any(t in never and d == "auto_retry" for t, d in by)
    for event in trace.replan_events:
        assert replan.scope_rules.get(event.trigger, event.scope) == event.scope


def hold_to_calls(trace: Trace, source: ScriptedSource, replan: ReplanPolicy) -> None:
    """No failing call is sent again beyond the retries; what is final is not sent again at all."""
    steps = [
        c for c in source.calls if not c[0].lower().startswith(("select min(", "select count("))
    ]
    failed = Counter((text, values) for text, values, code in steps if code in RETRYABLE)
    final = Counter(
        (text, values) for text, values, code in steps if code and code not in RETRYABLE
    )
    assert all(n <= 1 + replan.max_internal_retries for n in failed.values())
    assert all(n == 1 for n in final.values())


def hold_to_status(trace: Trace) -> None:
    """The status follows from what the last round could not do."""
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    if not results or not results[-1].steps:
        return
    steps = results[-1].steps
    failed = [s for s in steps if s.error is not None]
    if not failed:
        asked = any(e.decision == "ask_user" for e in trace.replan_events)
        assert trace.status in (("partial", "success") if asked else ("success",))
        assert trace.answer.error is None
    elif len(failed) == len(steps):
        assert trace.status == "failed"
        assert trace.answer.error is not None
    elif any(not s.optional for s in failed):
        assert trace.status == "partial"
    else:
        assert trace.status == "degraded"
    assert bool(trace.answer.missing) == bool(failed)


@given(
    question=st.sampled_from(QUESTIONS),
    replan=policies,
    script=st.lists(st.sampled_from(HAPPENINGS), min_size=1, max_size=8),
    ask_seconds=st.floats(0.1, 3.0),
)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_it_always_ends(
    canvas: Canvas,
    question: str,
    replan: ReplanPolicy,
    script: list[Happening],
    ask_seconds: float,
) -> None:
    """In time, within the limits, with a trace that is kept, without a call too many."""
    trace, source, seconds = run(canvas, question, replan, script, ask_seconds)
    allowed = min(replan.deadline_seconds, ask_seconds)
    assert seconds <= allowed + STEP_SECONDS + GRACE_SECONDS
    hold_to_contract(trace)
    hold_to_limits(trace, replan)
    hold_to_calls(trace, source, replan)
    hold_to_status(trace)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("happening", HAPPENINGS)
def test_what_goes_on_for_ever_ends(canvas: Canvas, question: str, happening: Happening) -> None:
    """The same trouble at every call, with generous limits and half a second."""
    replan = ReplanPolicy(max_replans=5, max_internal_retries=50, deadline_seconds=0.5)
    trace, _, seconds = run(canvas, question, replan, [happening])
    assert seconds <= 0.5 + STEP_SECONDS + GRACE_SECONDS
    hold_to_contract(trace)
    hold_to_limits(trace, replan)
    hold_to_status(trace)


@pytest.mark.parametrize(
    ("question", "script"),
    [
        # what the source holds is asked, slowly
        ("faults in January 2025", ["empty", "slow"]),
        ("humidity of SC-02", ["empty", "slow"]),
        ("faults of SC-01", ["cut", "slow"]),  # the full count is asked, slowly
        ("full diagnosis of SC-01", ["cut", "cut", "slow"]),
    ],
)
def test_questions_beside_the_steps_keep_the_deadline_too(
    canvas: Canvas, question: str, script: list[Happening]
) -> None:
    """Counts and watermarks are bounded like the steps they belong to."""
    replan = ReplanPolicy(max_internal_retries=2, deadline_seconds=0.5)
    trace, _, seconds = run(canvas, question, replan, script)
    assert seconds <= 0.5 + STEP_SECONDS + GRACE_SECONDS
    hold_to_contract(trace)


def test_many_at_once_keep_to_their_own_limits(canvas: Canvas) -> None:
    """Sixteen asks of a source that is slow for ever share threads, not deadlines."""
    replan = ReplanPolicy(max_internal_retries=4, deadline_seconds=0.6)
    taken: list[float] = []

    def ask(question: str) -> None:
        taken.append(run(canvas, question, replan, ["slow"])[2])

    threads = [
        threading.Thread(target=ask, args=(QUESTIONS[n % len(QUESTIONS)],)) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(taken) == 16
    assert max(taken) <= 0.6 + STEP_SECONDS + 2 * GRACE_SECONDS
