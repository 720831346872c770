"""B1: an empty answer says which kind of empty it is, and a zero is an answer."""

from __future__ import annotations

import pytest

from dagster_project.canvas import Canvas
from pipeline.asking import ask, blocks, stage, step


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ("faults of SC-02", "true_zero", "none"),
        ("SC-02 고장", "true_zero", "0건"),
        ("how many faults did SC-02 have?", "true_zero", "none"),
        ("2026년 3월 12일 고장", "true_zero", "0건"),
        ("2025년 1월 고장", "filtered_out", "범위 밖"),
        ("faults in January 2025", "filtered_out", "outside"),
        ("visits yesterday", "filtered_out", "outside"),
        ("humidity of OV-01 between 2026-03-18 10:00 and 2026-03-18 11:00", None, ""),
    ],
)
def test_kinds_of_empty(lab: Canvas, question: str, kind: str | None, said: str) -> None:
    """There is none, or the data does not reach that far: never the one for the other."""
    trace = ask(lab, question)
    if kind is None:
        assert step(trace).empty in ("true_zero", "source_stale")
        return
    assert step(trace).empty == kind
    assert stage(trace, "execute").diagnostics.empty_flags == {"s1": kind}
    assert said in trace.answer.summary
    status = "success" if kind == "true_zero" else "partial"  # a window that has rows is asked for
    assert (trace.status, trace.answer.error) == (status, None)


def test_a_source_that_is_behind(lab: Canvas) -> None:
    """When the asked window begins after the newest row, the source is stale, not empty."""
    later = "2026-03-25T12:00:00+09:00"
    trace = ask(lab, "faults yesterday", as_of=later)
    assert step(trace).empty == "source_stale"
    assert "older than the window" in trace.answer.summary


def test_rows_the_clock_hides_do_not_make_it_fresh(lab: Canvas) -> None:
    """A table whose newest visible row is before the window is stale as of the clock."""
    trace = ask(lab, "faults in the last hour", as_of="2026-03-19T12:00:00+09:00")
    assert step(trace).empty in ("source_stale", "true_zero")


def test_a_name_that_is_not_there(lab: Canvas) -> None:
    """A thing that does not exist is no empty result of something else."""
    trace = ask(lab, "faults of SC-09")
    (notice,) = blocks(trace, "notice")
    assert notice.empty == "no_such_entity"
    assert stage(trace, "route_plan").diagnostics.empty_flags == {"SC-09": "no_such_entity"}
    assert trace.tool_calls == ()


def test_a_source_that_is_down(lab: Canvas) -> None:
    """No connection is source_down with a retryable error, not an empty table."""
    trace = ask(lab, "full audit of SC-01")
    mirror = step(trace, "mirror")
    assert mirror.empty == "source_down"
    assert mirror.error is not None
    assert mirror.error.code == "UPSTREAM_UNAVAILABLE"


def test_a_zero_is_a_number(lab: Canvas) -> None:
    """A count of nothing answers 0, with its reference."""
    trace = ask(lab, "SC-02 고장 몇 건이야?")
    assert step(trace).rows == ((0,),)
    assert trace.references
    assert "0" in trace.answer.summary
