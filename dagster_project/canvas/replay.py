"""B6: the last real asks again from one stage on, with other asset versions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from dagster_project.canvas.swap import release_of
from dagster_project.canvas.swapped_desk import hold_to_stages, record_drafts
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.value import (
    STAGES,
    ReleaseId,
    Stage,
    TraceId,
    Value,
    base_release_id,
)
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.run import Progress
from dagster_project.pipeline.run_stage import run_from
from dagster_project.traces import find
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import lines
from dagster_project.traces.find import MAX_LISTED, TraceFilter, TraceSummary
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep

if TYPE_CHECKING:
    from dagster_project.canvas.canvas import Canvas

Outcome = Literal["same", "changed", "failed"]
_OUTCOMES: tuple[Outcome, ...] = ("same", "changed", "failed")
_THREADS = 4


class Replayed(Value):
    """One stored ask, again."""

    trace_id: TraceId
    """The stored one."""
    question: str
    outcome: Outcome
    verdict: str
    """Of the diff; why, when it failed."""
    first_stage: Stage | None = None
    changed_stages: tuple[Stage, ...] = ()
    lines: tuple[str, ...] = ()
    """The diff for a person, without the swapped assets; none when nothing changed."""
    test_trace_id: TraceId | None = None
    """None when it is not kept."""


class ReplayReport(Value):
    """Which answers change, newest first."""

    stage: Stage
    overrides: dict[str, str]
    asks: tuple[Replayed, ...]
    same: int
    changed: int
    failed: int
    notes: tuple[str, ...] = ()
    seconds: float


def replay(
    canvas: Canvas,
    stage: Stage,
    overrides: dict[str, str],
    last: int,
    wanted: TraceFilter,
    progress: Progress | None,
    *,
    keep_traces: bool,
) -> ReplayReport:
    """Each of the last asks from the stage on, in the release that it was answered with."""
    if last < 1:
        raise InvalidRequest(f"replay of the last {last} asks;", "give a number above zero")
    started = time.perf_counter()
    record_drafts(canvas.settings, canvas.database, overrides)
    found = tuple(_last_asks(canvas, last, wanted))
    desks, notes = _desks(canvas, found, overrides, stage)

    def one(summary: TraceSummary) -> Replayed:
        desk = desks[base_release_id(summary.release_id)]
        try:
            return _replay_one(canvas, summary, stage, desk, overrides, keep_traces=keep_traces)
        except Exception as error:  # one ask that breaks must not cost the other answers
            return _failed(summary, f"{type(error).__name__}: {error}")

    asks: dict[TraceId, Replayed] = {}
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="replay") as pool:
        for done in as_completed([pool.submit(one, summary) for summary in found]):
            replayed = done.result()
            asks[replayed.trace_id] = replayed
            if progress is not None:
                elapsed_ms = (time.perf_counter() - started) * 1000
                progress("replay", f"{len(asks)}/{len(found)}", elapsed_ms)
    in_order = tuple(asks[summary.trace_id] for summary in found)
    counts = {name: sum(a.outcome == name for a in in_order) for name in _OUTCOMES}
    return ReplayReport(
        stage=stage,
        overrides=overrides,
        asks=in_order,
        notes=notes,
        seconds=round(time.perf_counter() - started, 3),
        **counts,
    )


def _last_asks(canvas: Canvas, last: int, wanted: TraceFilter) -> Iterator[TraceSummary]:
    """Real asks that had a plan, newest first."""
    before = wanted.before
    left = last
    while left > 0:
        page = find.search(
            canvas.database,
            wanted.model_copy(
                update={
                    "route": "orch",
                    "test_mode": False,
                    "limit": min(left, MAX_LISTED),
                    "before": before,
                }
            ),
        )
        yield from page
        if len(page) < min(left, MAX_LISTED):
            return
        left -= len(page)
        before = page[-1].trace_id


def _desks(
    canvas: Canvas, found: tuple[TraceSummary, ...], overrides: dict[str, str], stage: Stage
) -> tuple[dict[ReleaseId, Desk], tuple[str, ...]]:
    """A desk for each release that was in force then, with the same assets swapped."""
    stages = STAGES[STAGES.index(stage) :]
    desks: dict[ReleaseId, Desk] = {}
    notes: list[str] = []
    for base in dict.fromkeys(base_release_id(summary.release_id) for summary in found):
        release, note = release_of(canvas, base)
        desks[base] = canvas.desk_with(release, overrides, stage)
        hold_to_stages(desks[base].release, overrides, stages)
        notes += [note] if note else []
    if not found:
        notes.append("no real ask fits the filter")
    return desks, tuple(notes)


def _replay_one(
    canvas: Canvas,
    summary: TraceSummary,
    stage: Stage,
    desk: Desk,
    overrides: dict[str, str],
    *,
    keep_traces: bool,
) -> Replayed:
    baseline = find.get(canvas.database, summary.trace_id, tenant=summary.tenant)
    now = datetime.now(UTC)
    trace = run_from(baseline, stage, desk, now, new_trace_id(now), None, overrides)
    if keep_traces:
        keep(canvas.database, trace)
    diff = diff_traces(baseline, trace)
    return Replayed(
        trace_id=summary.trace_id,
        question=summary.question,
        outcome="same" if diff.same else "changed",
        verdict=diff.verdict,
        first_stage=diff.first_stage,
        changed_stages=diff.changed_stages,
        lines=() if diff.same else lines(diff.model_copy(update={"assets": ()})),
        test_trace_id=trace.trace_id if keep_traces else None,
    )


def _failed(summary: TraceSummary, why: str) -> Replayed:
    return Replayed(
        trace_id=summary.trace_id, question=summary.question, outcome="failed", verdict=why
    )
