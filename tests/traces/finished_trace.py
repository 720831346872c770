"""A trace around what its steps gave: stages, screen, answer and assets."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from hashlib import sha256

from dagster_project.contracts.answer import Action, Answer, Screen, ScreenBlock
from dagster_project.contracts.block import (
    Block,
)
from dagster_project.contracts.plan import (
    Plan,
    PlanOutput,
    PolicyDecision,
)
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.stage import (
    ComposeResult,
    Diagnostics,
    ExecuteResult,
    PresentResult,
    StageInput,
    StageOutput,
    StepResult,
    ToolCall,
    ValidatedPlan,
)
from dagster_project.contracts.trace import FlowSpan, Trace
from dagster_project.contracts.value import Language, Stage, TraceId

ANCHOR = datetime(2026, 1, 15, tzinfo=UTC)
READ: dict[str, str] = {
    "prompt:route_plan": "2",
    "policy:default": "4",
    "schema_catalog:plant": "7",
    "resolver:plant": "3",
    "query:events_by_ci": "5",
    "source:plant_db": "1",
    "mapping:events_by_ci": "2",
    "screen:default": "1",
}
HASHES = {asset: sha256(asset.encode()).hexdigest() for asset in READ}
READERS: dict[Stage, tuple[str, ...]] = {
    "route_plan": ("prompt", "policy", "schema_catalog", "resolver"),
    "validate": ("policy", "schema_catalog"),
    "execute": ("query", "source"),
    "compose": ("mapping", "prompt"),
    "present": ("screen",),
}


def stage_inputs(
    stages: tuple[Stage, ...], question: str, language: Language
) -> tuple[StageInput, ...]:
    """What the pipeline hands over: assets by kind, and `prev_output` left open."""
    return tuple(
        StageInput(
            stage=stage,
            applied_assets={a: n for a, n in READ.items() if a.split(":")[0] in READERS[stage]},
            params={"question": question, "language": language, "user": "operator", "roles": ["op"]}
            if stage == "route_plan"
            else {},
            control_context={"round": 0, "attempt": 1, "deadline_seconds": 20.0},
        )
        for stage in stages
    )


def finished(
    *,
    trace_id: TraceId,
    question: str,
    language: Language,
    raw: PlanOutput,
    plan: Plan,
    steps: tuple[StepResult, ...],
    calls: tuple[ToolCall, ...],
    references: tuple[Reference, ...],
    blocks: tuple[Block, ...],
    summary: str,
    tenant: str,
    user: str,
    created: datetime,
    pick: random.Random,
) -> Trace:
    """All five stages, with the plan as it was made and the blocks as they were composed."""
    screen = Screen(screen="default:1", blocks=tuple(ScreenBlock(block=block) for block in blocks))
    actions = (
        Action(kind="widen_time", label="7d", question=f"{question} 7d"),
        Action(kind="open_trace", label="trace", command=f"canvas trace show {trace_id}"),
    )
    stages: tuple[Stage, ...] = ("route_plan", "validate", "execute", "compose", "present")
    results = (
        raw,
        ValidatedPlan(
            plan=plan,
            policy_decisions=(
                PolicyDecision(rule="default:4#limits", decision="allowed", detail="1 of 8 steps"),
            ),
        ),
        ExecuteResult(steps=steps, tool_calls=calls),
        ComposeResult(summary=summary, blocks=blocks, figures_checked=2),
        PresentResult(screen=screen, status="success", summary=summary, next_actions=actions),
    )
    outputs = tuple(
        StageOutput(
            stage=stage,
            result=result,
            diagnostics=Diagnostics(counts={"rows": 20} if stage == "execute" else {}),
            references=references if stage in ("execute", "compose", "present") else (),
            duration_ms=pick.uniform(0.05, 3),
        )
        for stage, result in zip(stages, results, strict=True)
    )
    answer = Answer(
        ok=True,
        trace_id=trace_id,
        question=question,
        language=language,
        route="orch",
        status="success",
        summary=summary,
        screen=screen,
        references=references,
        next_actions=actions,
        as_of=ANCHOR,
        duration_ms=pick.uniform(2, 9),
    )
    spans = tuple(
        FlowSpan(name=stage, start_ms=pick.uniform(0, 9), duration_ms=pick.uniform(0, 3))
        for stage in stages
    )
    return Trace(
        trace_id=trace_id,
        tenant=tenant,
        user=user,
        question=question,
        language=language,
        route="orch",
        status="success",
        release_id="5d0c6f1a9b7e4c21",
        plan_raw=raw,
        plan_validated=plan,
        stage_inputs=stage_inputs(stages, question, language),
        stage_outputs=outputs,
        tool_calls=calls,
        references=references,
        answer=answer,
        applied_assets=READ,
        asset_versions=HASHES,
        fallbacks=("planner: built-in (no model is set)",),
        flow_spans=spans,
        as_of=ANCHOR,
        duration_ms=answer.duration_ms,
        created_at=created,
    )
