"""Swap tests: what other asset versions make of one answer, beside its baseline (X1 to X4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from dagster_project.canvas.swapped_desk import hold_to_stages, record_drafts
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.trace_diff import TraceDiff
from dagster_project.contracts.value import STAGES, ReleaseId, Stage, Value, base_release_id
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.run import Progress
from dagster_project.pipeline.run_stage import run_from, run_stage
from dagster_project.registry.versions import load_release
from dagster_project.traces import find
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep

if TYPE_CHECKING:
    from dagster_project.canvas.canvas import Canvas

SwapType = Literal["full_pipeline", "isolated_stage"]


class SwapResult(Value):
    """A test run beside its baseline. Both are kept."""

    trace: Trace
    baseline: Trace
    diff: TraceDiff
    """From the baseline to the test run."""


def swap_question(
    canvas: Canvas,
    ask: Ask,
    overrides: dict[str, str],
    stage: Stage | None,
    progress: Progress | None,
) -> SwapResult:
    """The ask without the overrides, then with them; the baseline is a test run too."""
    without = {"asset_overrides": {}, "test_mode": True, "model_mode": "fill"}
    plain = ask.model_copy(update=without)
    record_drafts(canvas.settings, canvas.database, overrides)
    # Both must answer with one release, also when another is published between them.
    release = canvas.release(ask.release_id)
    desk = _desk_for(canvas, release, overrides, stage)
    baseline = canvas.ask(plain.model_copy(update={"release_id": _pinned(release)}), progress)
    return _tested(canvas, baseline, stage, desk, overrides, progress)


def swap_trace(
    canvas: Canvas,
    trace_id: str,
    overrides: dict[str, str],
    stage: Stage | None,
    tenant: str,
    progress: Progress | None,
) -> SwapResult:
    """A kept ask again in its own release with other versions: whole, or one stage alone."""
    baseline = find.get(canvas.database, trace_id, tenant=tenant)
    record_drafts(canvas.settings, canvas.database, overrides)
    release, _ = release_of(canvas, baseline.release_id)
    desk = _desk_for(canvas, release, overrides, stage)
    return _tested(canvas, baseline, stage, desk, overrides, progress)


def isolated_stage(test_type: SwapType, target_stage: Stage | None) -> Stage | None:
    """The stage to run alone; None for the whole pipeline. Raises: InvalidRequest."""
    if test_type == "isolated_stage" and target_stage is None:
        raise InvalidRequest("isolated_stage needs a target_stage;", f"one of {', '.join(STAGES)}")
    if test_type == "full_pipeline" and target_stage is not None:
        raise InvalidRequest(
            f"full_pipeline runs all stages, target_stage is {target_stage!r};",
            "leave it out, or test isolated_stage",
        )
    return target_stage


def _desk_for(
    canvas: Canvas, release: Release, overrides: dict[str, str], stage: Stage | None
) -> Desk:
    if stage is None:
        return canvas.desk_with(release, overrides)
    desk = canvas.desk_with(release, overrides, stage)
    hold_to_stages(desk.release, overrides, (stage,))
    return desk


def _tested(
    canvas: Canvas,
    baseline: Trace,
    stage: Stage | None,
    desk: Desk,
    overrides: dict[str, str],
    progress: Progress | None,
) -> SwapResult:
    now = datetime.now(UTC)
    if stage is None:
        trace = run_from(baseline, "route_plan", desk, now, new_trace_id(now), progress, overrides)
    else:
        trace = run_stage(baseline, stage, desk, now, new_trace_id(now), progress, overrides)
    keep(canvas.database, trace)
    return SwapResult(trace=trace, baseline=baseline, diff=diff_traces(baseline, trace))


def _pinned(release: Release) -> ReleaseId | None:
    """Drafts that stand in for a release are stored nowhere."""
    return None if release.id.startswith("d-") else release.id


def release_of(canvas: Canvas, release_id: str) -> tuple[Release, str]:
    """The release a trace was answered with, without its overrides; else the one in force."""
    base = base_release_id(release_id)
    try:
        return load_release(canvas.database, base), ""
    except AssetNotFound:
        release = canvas.release()
        gone = f"release {base} is not stored; {release.id} stands in"
        return release, "" if release.id == base else gone
