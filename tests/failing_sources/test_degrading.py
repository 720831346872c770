"""How asks degrade is the policy's: retries, needed and optional parts, sources left alone."""

from __future__ import annotations

import time

import pytest

from dagster_project.canvas import Canvas
from dagster_project.canvas.scans import scan_catalog
from dagster_project.contracts.trace import Trace
from failing_sources import rules
from failing_sources.faults import api, silent
from failing_sources.rules import ask, notices, results
from failing_sources.yard import Yard
from tests.sources.http_api.scripted import answer


def _decisions(trace: Trace) -> list[tuple[str, str]]:
    return [(event.trigger, event.decision) for event in trace.replan_events]


def _codes(trace: Trace, step: str) -> list[str | None]:
    """Of each call of a step, in order."""
    return [c.error.code if c.error else None for c in trace.tool_calls if c.step == step]


def test_what_may_pass_is_retried_as_often_as_the_policy_says(canvas: Canvas, yard: Yard) -> None:
    """Once here; then the answer is given without it, and says that it gave up."""
    rules.warmed(canvas)
    with api(lambda _: answer({"message": "it broke"}, 500))(yard):
        trace = ask(canvas, "look over P-2")
    assert _codes(trace, "orders") == ["UPSTREAM_UNAVAILABLE"] * 2
    assert _decisions(trace) == [
        ("tool_error_retryable", "auto_retry"),
        ("tool_error_retryable", "stop_with_guidance"),
    ]
    assert _codes(trace, "state") == [None]


def test_a_retry_that_succeeds_leaves_nothing_missing(canvas: Canvas, yard: Yard) -> None:
    """A source that was away for a moment is not seen in the answer, but in the record."""
    rules.warmed(canvas)
    well, broken = yard.orders.script, iter([answer({"message": "it broke"}, 503)])
    with api(lambda asked: next(broken, None) or well(asked))(yard):
        trace = ask(canvas, "look over P-2")
    assert (trace.status, trace.answer.missing) == ("success", ())
    assert _codes(trace, "orders") == ["UPSTREAM_UNAVAILABLE", None]
    assert _decisions(trace) == [("tool_error_retryable", "auto_retry")]


def test_a_refusal_is_not_retried(canvas: Canvas, yard: Yard) -> None:
    """A right that is missing will not come back by asking again."""
    rules.warmed(canvas)
    with api(lambda _: answer({"message": "not you"}, 403))(yard):
        trace = ask(canvas, "look over P-2")
    assert _codes(trace, "orders") == ["PERMISSION_DENIED"]
    assert _decisions(trace) == [("tool_error_fatal", "stop_with_guidance")]


def test_a_source_that_keeps_failing_is_not_waited_for(canvas: Canvas, yard: Yard) -> None:
    """After a few failures asks go on without it at once; a health check that passes brings it
    back at once."""
    rules.warmed(canvas)
    with silent("db")(yard):
        while _codes(ask(canvas, "look over P-2"), "state")[-1] != "CIRCUIT_OPEN":
            pass
        started = time.monotonic()
        trace = ask(canvas, "look over P-2")
        assert time.monotonic() - started < 0.7
        assert _codes(trace, "state") == ["CIRCUIT_OPEN"]
        assert results(trace)["state"].empty == "source_down"
        assert results(trace)["feeds"].rows
    still = ask(canvas, "look over P-2")
    assert _codes(still, "state") == ["CIRCUIT_OPEN"]
    assert canvas.source("yard_db").health().status != "error"
    assert ask(canvas, "look over P-3").status == "success"


def test_a_table_that_is_locked(canvas: Canvas, yard: Yard) -> None:
    """The source is well and a scan does not wait, but its answer does not come in time."""
    rules.warmed(canvas)
    with yard.owner() as owner, owner.transaction():
        owner.execute("lock table yard.machine in access exclusive mode")
        assert canvas.source("yard_db").health().status != "error"
        assert scan_catalog(canvas, "yard", "test", timeout_seconds=2.0).report.error == ""
        trace = ask(canvas, "look over P-2")
    assert trace.status == "partial"
    assert _codes(trace, "state") == ["TOOL_TIMEOUT"] * 2
    assert {notice.empty for notice in notices(trace)} == {"source_down"}
    assert ask(canvas, "look over P-3").status == "success"


@pytest.mark.parametrize("source", ["yard_db", "yard_docs", "yard_api"])
def test_a_source_that_is_late(canvas: Canvas, yard: Yard, source: str) -> None:
    """Health warns with the time it took; in time is in time, so nothing is missing."""
    rules.warmed(canvas)
    relay = getattr(yard, source.removeprefix("yard_"))
    relay.delay_seconds = 0.06
    try:
        health = canvas.source(source).health(5.0)
        trace = ask(canvas, "look over P-2")
    finally:
        relay.delay_seconds = 0.0
    found = {finding.name: finding for finding in health.findings}
    assert (health.status, found["latency"].status) == ("warn", "warn")
    assert "more than 100 ms" in found["latency"].detail
    assert health.latency_ms > 100
    assert (trace.status, trace.answer.missing) == ("success", ())


def test_a_secret_that_is_not_there(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ask goes on without that source, the scan is on record, and both name the variable."""
    with monkeypatch.context() as patch, yard.canvas() as canvas:
        patch.delenv("YARD_API_TOKEN")
        trace = ask(canvas, "look over P-2")
        told = scan_catalog(canvas, "yard_api", "test").report
    assert (trace.status, trace.answer.missing) == ("degraded", ("Orders",))
    error = results(trace)["orders"].error
    assert error is not None
    assert "YARD_API_TOKEN" in error.error
    assert "YARD_API_TOKEN" in told.error
    assert told.digest is not None
    assert told.quarantine == ("operation:spares",)
