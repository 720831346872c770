"""One stage of two traces: the last run of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    PresentResult,
    StageOutput,
    StepResult,
)
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.trace_diff import BlockDiff, Change, RowsDiff, StageDiff
from dagster_project.contracts.value import Stage
from dagster_project.traces.diff.blocks import compare_blocks, compare_laid
from dagster_project.traces.diff.pairing import Pairing, last_output
from dagster_project.traces.diff.rows import step_rows
from dagster_project.traces.diff.walk import changes

MOST_CHANGES = 40
FLAGS = ("/warnings", "/errors", "/empty_flags", "/diagnostics")


def compare_stage(stage: Stage, left: Trace, right: Trace, pairing: Pairing) -> StageDiff:
    """What the stage put out differently; a stage that only one route has is a difference."""
    before, after = last_output(left, stage), last_output(right, stage)
    rows: tuple[RowsDiff, ...] = ()
    blocks: tuple[BlockDiff, ...] = ()
    found: list[Change] = []
    if (before is None) != (after is None):
        found = [Change(path="", left=before and "ran", right=after and "ran")]
    elif before is not None and after is not None:
        found = [*_results(before, after, pairing), *_record(before, after, pairing)]
    if stage == "execute":
        rows = _rows(before, after, left, right, pairing)
    elif before is not None and after is not None:
        blocks = _blocks(before, after, pairing)
    return StageDiff(
        stage=stage,
        changed=bool(found or rows or blocks),
        left_runs=_runs(left, stage),
        right_runs=_runs(right, stage),
        left_status=before and before.diagnostics.status,
        right_status=after and after.diagnostics.status,
        left_ms=_took(left, stage),
        right_ms=_took(right, stage),
        changes=tuple(found[:MOST_CHANGES]),
        change_count=len(found),
        rows=rows,
        blocks=blocks,
    )


def _results(before: StageOutput, after: StageOutput, pairing: Pairing) -> list[Change]:
    """What the stage decided, apart from rows and blocks."""
    left, right = before.result, after.result
    if isinstance(left, ExecuteResult) and isinstance(right, ExecuteResult):
        return _steps(left.steps, right.steps, pairing)
    with_blocks = isinstance(left, ComposeResult | PresentResult)
    return changes(left, right, pairing, leave=("blocks",) if with_blocks else ())


def _steps(
    left: Sequence[StepResult], right: Sequence[StepResult], pairing: Pairing
) -> list[Change]:
    before = {step.step: step for step in left}
    after = {pairing.name(step.step): step for step in right}
    apart = ("rows", "columns", "total_rows")
    found: list[Change] = []
    for name in before.keys() & after.keys():
        found += changes(before[name], after[name], pairing, f"/steps/{name}", apart)
    for name in before.keys() ^ after.keys():
        ran = [f"ran {side[name].query}" if name in side else None for side in (before, after)]
        found.append(Change(path=f"/steps/{name}", left=ran[0], right=ran[1]))
    return sorted(found, key=lambda change: change.path)


def _record(before: StageOutput, after: StageOutput, pairing: Pairing) -> list[Change]:
    """Status, warnings, errors and kinds of empty; then the references."""
    left, right = before.diagnostics, after.diagnostics
    found = changes(left, right, pairing, leave=("status",))
    if left.status != right.status:
        found.insert(0, Change(path="/diagnostics/status", left=left.status, right=right.status))
    return found + changes(before.references, after.references, pairing, "/references")


def _rows(
    before: StageOutput | None,
    after: StageOutput | None,
    left: Trace,
    right: Trace,
    pairing: Pairing,
) -> tuple[RowsDiff, ...]:
    old = before.result if before and isinstance(before.result, ExecuteResult) else None
    new = after.result if after and isinstance(after.result, ExecuteResult) else None
    return step_rows(old, new, left.plan_validated or right.plan_validated, pairing)


def _blocks(before: StageOutput, after: StageOutput, pairing: Pairing) -> tuple[BlockDiff, ...]:
    left, right = before.result, after.result
    if isinstance(left, ComposeResult) and isinstance(right, ComposeResult):
        return compare_blocks(left.blocks, right.blocks, pairing)
    if isinstance(left, PresentResult) and isinstance(right, PresentResult):
        return compare_laid(left.screen.blocks, right.screen.blocks, pairing)
    return ()


def flags_of(stages: Iterable[StageDiff]) -> tuple[Change, ...]:
    """Warnings, errors and kinds of empty of all stages, `/execute/empty_flags/faults`."""
    return tuple(
        change.model_copy(update={"path": f"/{stage.stage}{change.path}"})
        for stage in stages
        for change in stage.changes
        if change.path.startswith(FLAGS)
    )


def _runs(trace: Trace, stage: Stage) -> int:
    return sum(1 for output in trace.stage_outputs if output.stage == stage)


def _took(trace: Trace, stage: Stage) -> float | None:
    times = [output.duration_ms for output in trace.stage_outputs if output.stage == stage]
    return round(sum(times), 3) if times else None
