"""The outputs of the stages as one answer and one trace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dagster_project.contracts.answer import Action, Answer, Screen, ScreenBlock
from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import ROUTES, PlanOutput
from dagster_project.contracts.stage import (
    ExecuteResult,
    PresentResult,
    StageOutput,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.cards import cards_of
from dagster_project.pipeline.quarantine import QUARANTINE
from dagster_project.pipeline.run import Run, contents_of


def conclude(run: Run, routed: PlanOutput, validated: ValidatedPlan, created_at: datetime) -> Trace:
    """Put the record together. Adds nothing that a stage or the loop did not say."""
    last = {output.stage: output for output in run.outputs}
    references = last["execute"].references if "execute" in last else ()
    presented = last["present"].result if "present" in last else None
    if not isinstance(presented, PresentResult):
        presented = _rejected(routed, run.trace_id)
    release = run.desk.release
    answer = Answer(
        ok=presented.status != "failed",
        trace_id=run.trace_id,
        question=run.ask.question,
        language=run.language,
        route=ROUTES[routed.kind],
        status=presented.status,
        summary=presented.summary,
        screen=presented.screen,
        references=references,
        next_actions=presented.next_actions,
        cards=cards_of(tuple(run.events), run.trace_id),
        missing=presented.missing,
        warnings=(*release.warnings, *(w for o in last.values() for w in o.diagnostics.warnings)),
        error=_error(presented, tuple(last.values())),
        as_of=run.as_of,
        duration_ms=round(run.elapsed_ms, 3),
    )
    first = run.outputs[0].result
    executions = (o.result for o in run.outputs if isinstance(o.result, ExecuteResult))
    return _trace(
        run.ask,
        answer,
        release_id=release.id,
        plan_raw=first if isinstance(first, PlanOutput) else routed,
        plan_validated=validated.plan,
        stage_inputs=tuple(run.inputs),
        stage_outputs=tuple(run.outputs),
        replan_events=tuple(run.events),
        tool_calls=tuple(call for executed in executions for call in executed.tool_calls),
        applied_assets=run.read,
        asset_versions={**contents_of(release, run.read), **run.contents},
        fallbacks=tuple(dict.fromkeys(f for o in run.outputs for f in o.fallbacks)),
        tokens_in=sum(call.tokens_in for call in run.model_calls),
        tokens_out=sum(call.tokens_out for call in run.model_calls),
        cost_usd=round(sum(call.cost_usd for call in run.model_calls), 8),
        flow_spans=tuple(run.spans),
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
    decisions = [
        decision
        for output in outputs
        if isinstance(output.result, ValidatedPlan)
        for decision in output.result.policy_decisions
    ]
    drifted = any(decision.rule == QUARANTINE for decision in decisions)
    code = "UPSTREAM_UNAVAILABLE" if drifted else "PERMISSION_DENIED"
    return ErrorForm(error=presented.summary, code=code, via="validate")
