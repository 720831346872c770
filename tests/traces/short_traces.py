"""Traces made by hand that execute nothing."""

from __future__ import annotations

from datetime import timedelta

from dagster_project.contracts.answer import Answer, Screen, ScreenBlock
from dagster_project.contracts.block import (
    TextBlock,
)
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import (
    DirectAnswer,
    PlanOutput,
    Rejection,
)
from dagster_project.contracts.stage import (
    PresentResult,
    StageOutput,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language, Stage
from dagster_project.traces.ids import new_trace_id
from traces.finished_trace import ANCHOR, READ, stage_inputs


def short_trace(seed: int, *, route: str = "direct", tenant: str = "default") -> Trace:
    """A greeting (direct: three stages) or a forbidden operation (reject: two stages)."""
    created = ANCHOR + timedelta(seconds=seed)
    trace_id = new_trace_id(created)
    direct = route == "direct"
    question = "안녕하세요" if direct else "delete all events of GT-01"
    language: Language = "ko" if direct else "en"
    text = "무엇을 도와드릴까요?" if direct else "Only reading is allowed."
    raw = PlanOutput(
        kind="direct" if direct else "reject",
        direct=DirectAnswer(answer_text=text, confidence=1.0, source="knowledge")
        if direct
        else None,
        reject=None
        if direct
        else Rejection(reason=text, policy_id="default:4#write", suggestion="Ask for events."),
        routing_reasoning="a quick rule matched",
        elapsed_ms=0.2,
    )
    screen = Screen(screen="default:1", blocks=(ScreenBlock(block=TextBlock(id="b1", text=text)),))
    stages: tuple[Stage, ...] = ("route_plan", "validate")
    outputs = [
        StageOutput(stage="route_plan", result=raw, duration_ms=0.3),
        StageOutput(stage="validate", result=ValidatedPlan(plan=None), duration_ms=0.1),
    ]
    if direct:
        stages = (*stages, "present")
        shown = PresentResult(screen=screen, status="success", summary=text)
        outputs.append(StageOutput(stage="present", result=shown, duration_ms=0.1))
    return Trace(
        trace_id=trace_id,
        tenant=tenant,
        user="operator-1",
        question=question,
        language=language,
        route=raw.kind if raw.kind != "plan" else "orch",
        status="success" if direct else "failed",
        release_id="5d0c6f1a9b7e4c21",
        plan_raw=raw,
        plan_validated=None,
        stage_inputs=stage_inputs(stages, question, language),
        stage_outputs=tuple(outputs),
        answer=Answer(
            ok=direct,
            trace_id=trace_id,
            question=question,
            language=language,
            route=raw.kind if raw.kind != "plan" else "orch",
            status="success" if direct else "failed",
            summary=text,
            screen=screen,
            error=None if direct else ErrorForm(error=text, code="POLICY_DENY", via="route_plan"),
            as_of=ANCHOR,
            duration_ms=0.6,
        ),
        applied_assets={k: v for k, v in READ.items() if k.startswith(("policy", "prompt"))},
        as_of=ANCHOR,
        duration_ms=0.6,
        created_at=created,
    )
