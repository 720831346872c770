"""present_limit: too many points are cut coarser; a cut listing is shown and asked about."""

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

HOURLY = "hourly humidity of OV-02 in the last 3 days"


def test_too_many_points_are_cut_coarser(asking: Asking) -> None:
    """72 hours do not fit in 24 points: days do, and the answer says so."""
    trace = asking(HOURLY)
    event = only_event(trace)
    assert (event.trigger, event.decision, event.scope) == (
        "present_limit",
        "auto_retry",
        "execute",
    )
    assert any("/dimensions/0" in path for _, path in patched_places(event))
    (chart,) = blocks(trace, "timeseries")
    assert not chart.truncated  # pyright: ignore[reportAttributeAccessIssue]
    assert 3 <= len(last_rows(trace)["s1"].rows) <= 4
    assert "hour" in said(trace)
    assert "day" in said(trace)
    assert stages(trace).count("execute") == 2
    assert event.position == len(stages(trace)) - 4


def test_what_fits_is_left_alone(asking: Asking) -> None:
    """24 points in 24 hours give no event."""
    trace = asking("hourly humidity of OV-02 in the last 12 hours")
    assert trace.replan_events == ()
    assert blocks(trace, "timeseries")


@pytest.mark.parametrize(
    "replan", [{"max_replans": 0}, {"trigger_sensitivities": {"present_limit": "off"}}]
)
def test_not_when_it_is_not_allowed(asking: Asking, replan: dict[str, object]) -> None:
    """The chart is cut, and says that it is."""
    trace = asking(HOURLY, replan=replan)
    assert "auto_retry" not in [d for _, d in decisions(trace)]
    assert stages(trace).count("execute") == 1
    (chart,) = blocks(trace, "timeseries")
    assert chart.truncated  # pyright: ignore[reportAttributeAccessIssue]


def test_a_cut_listing_is_asked_about(asking: Asking) -> None:
    """Exactly one event with ways to see all of it; the part that fits is shown."""
    trace = asking("faults of SC-01", limits={"max_rows": 2})
    event = only_event(trace)
    assert (event.trigger, event.decision) == ("present_limit", "ask_user")
    assert event.choices
    assert all(c.label and (c.question or c.patch) for c in event.choices)
    (table,) = blocks(trace, "table")
    assert len(table.rows) == 2  # pyright: ignore[reportAttributeAccessIssue]
    assert table.total_rows == 3  # pyright: ignore[reportAttributeAccessIssue]
    assert table.truncated  # pyright: ignore[reportAttributeAccessIssue]
    assert stages(trace).count("execute") == 1
    assert trace.answer.ok
    assert len(trace.answer.cards) == 1


def test_a_listing_of_anything_can_be_narrowed(asking: Asking) -> None:
    """Also a table without listed values offers a way to go on."""
    trace = asking("readings of OV-02")
    assert decisions(trace) == [("present_limit", "ask_user")]
    assert only_event(trace).choices
    (table,) = blocks(trace, "table")
    assert table.total_rows == 242  # pyright: ignore[reportAttributeAccessIssue]


def test_what_was_asked_to_be_short_is_not_cut(asking: Asking) -> None:
    """The newest two were asked for: that is the whole answer."""
    trace = asking("the 2 newest faults")
    assert trace.replan_events == ()
