"""The outputs of the stages as one answer and one trace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dagster_project.contracts.answer import Action, Answer, Screen, ScreenBlock
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import ROUTES, PlanOutput
from dagster_project.contracts.stage import (
    ExecuteResult,
    PresentResult,
    StageInput,
    StageOutput,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, FlowSpan, Trace
from dagster_project.contracts.value import AssetId, Language, TraceId


def conclude(
    *,
    ask: Ask,
    trace_id: TraceId,
    release: Release,
    routed: PlanOutput,
    validated: ValidatedPlan,
    inputs: tuple[StageInput, ...],
    outputs: tuple[StageOutput, ...],
    spans: tuple[FlowSpan, ...],
    applied: dict[str, str],
    language: Language,
    as_of: datetime,
    created_at: datetime,
    duration_ms: float,
) -> Trace:
    """Put the record together. Adds nothing that a stage did not say."""
    by_stage = {output.stage: output for output in outputs}
    executed = by_stage["execute"].result if "execute" in by_stage else None
    references = by_stage["execute"].references if "execute" in by_stage else ()
    presented = by_stage["present"].result if "present" in by_stage else None
    if not isinstance(presented, PresentResult):
        presented = _rejected(routed, trace_id)
    answer = Answer(
        ok=presented.status != "failed",
        trace_id=trace_id,
        question=ask.question,
        language=language,
        route=ROUTES[routed.kind],
        status=presented.status,
        summary=presented.summary,
        screen=presented.screen,
        references=references,
        next_actions=presented.next_actions,
        missing=presented.missing,
        warnings=(*release.warnings, *(w for o in outputs for w in o.diagnostics.warnings)),
        error=_error(presented, outputs),
        as_of=as_of,
        duration_ms=duration_ms,
    )
    return _trace(
        ask,
        answer,
        release_id=release.id,
        plan_raw=routed,
        plan_validated=validated.plan,
        stage_inputs=inputs,
        stage_outputs=outputs,
        tool_calls=executed.tool_calls if isinstance(executed, ExecuteResult) else (),
        applied_assets=applied,
        asset_versions={
            asset: version.asset.content_hash
            for asset in applied
            if (version := release.versions.get(AssetId(asset))) is not None
        },
        flow_spans=spans,
        created_at=created_at,
    )


def _trace(ask: Ask, answer: Answer, **record: Any) -> Trace:
    """What was asked, what was answered, and the record between."""
    return Trace(
        trace_id=TraceId(answer.trace_id),
        parent_trace_id=ask.parent_trace_id,
        tenant=ask.tenant,
        user=ask.user,
        question=ask.question,
        language=answer.language,
        route=answer.route,
        status=answer.status,
        references=answer.references,
        answer=answer,
        fallbacks=("planner: built-in (no model is set)",),
        test_mode=ask.test_mode or bool(ask.asset_overrides),
        asset_overrides=ask.asset_overrides,
        baseline_trace_id=ask.baseline_trace_id,
        as_of=answer.as_of,
        duration_ms=answer.duration_ms,
        **record,
    )


def _rejected(routed: PlanOutput, trace_id: TraceId) -> PresentResult:
    """A reject ends after validate: its reason is the whole answer."""
    assert routed.reject is not None
    said = routed.reject
    text = f"{said.reason} {said.suggestion}".strip()
    notice = NoticeBlock(id="reject", level="warning", text=text, empty="not_permitted")
    return PresentResult(
        screen=Screen(screen="", blocks=(ScreenBlock(block=notice),)),
        status="failed",
        summary=said.reason,
        next_actions=(
            Action(
                kind="open_trace",
                label=f"trace {trace_id}",
                command=f"canvas trace show {trace_id}",
            ),
        ),
    )


def _error(presented: PresentResult, outputs: tuple[StageOutput, ...]) -> ErrorForm | None:
    """What made an answer fail; a partial answer names its gaps instead."""
    if presented.status != "failed":
        return None
    errors = [error for output in outputs for error in output.diagnostics.errors]
    if errors:
        return errors[0]
    return ErrorForm(error=presented.summary, code="PERMISSION_DENIED", via="validate")
