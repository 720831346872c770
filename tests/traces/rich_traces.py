"""Traces made by hand, with every field of the contract filled."""

from __future__ import annotations

import random
from datetime import timedelta

from dagster_project.contracts.block import (
    Block,
    ChartBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import (
    Choice,
    Feed,
    OpenSlot,
    PlanStep,
)
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import (
    ComposeResult,
    Diagnostics,
    ExecuteResult,
    StepResult,
    ToolCall,
)
from dagster_project.contracts.table_plan import Order, TablePlan
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language, TraceId
from traces.finished_trace import ANCHOR, finished
from traces.trace_examples import table_trace


def rich_trace(seed: int, language: Language, *, tenant: str = "default") -> Trace:
    """Every field of the contract filled: replans, errors, all blocks, a fed step, an open slot."""
    base = table_trace(seed * 2 + (language == "ko"), tenant=tenant)
    execute = base.stage_outputs[2]
    assert isinstance(execute.result, ExecuteResult)
    assert base.plan_validated is not None
    error = ErrorForm(
        error="source 'plant_db': statement ran past 5 s", code="TOOL_TIMEOUT", via="execute/work"
    )
    late = ToolCall(
        step="work",
        source="plant_db:1",
        query="work_orders:1",
        statement='SELECT "elapsed_ms" FROM plant.work',
        params={"note": '"elapsed_ms":12, "fetched_at":"x"', "elapsed_ms": 3},
        elapsed_ms=5001.25,
        row_count=0,
        error=error,
    )
    failed = StepResult(
        step="work", query="work_orders:1", empty="source_down", error=error, optional=True
    )
    plan = base.plan_validated.model_copy(
        update={
            "steps": (
                *base.plan_validated.steps,
                PlanStep(
                    id="work",
                    query="work_orders",
                    purpose="작업 이력",
                    table_plan=TablePlan(
                        table="plant.work",
                        columns=("plant.work.title",),
                        order=(Order(by="plant.work.title", descending=True),),
                        limit=5,
                    ),
                    feeds=(Feed(step="events", column="ci_key", filter_column="plant.work.ci"),),
                    depends_on=("events",),
                    optional=True,
                ),
            ),
            "open_slots": (
                OpenSlot(
                    slot="entity",
                    reason="ambiguous",
                    mention="1호기",
                    choices=(Choice(label="GT-01", question="GT-01 상태"),),
                ),
            ),
            "time_assumed": True,
        }
    )
    columns = (TableColumn(name="at", label="시각", type="timestamp"),
               TableColumn(name="load", label="부하", type="number", unit="MW"))  # fmt: skip
    more: tuple[Block, ...] = (
        MarkdownBlock(id="m1", markdown="**GT-01** 가동 중\n\n- 부하 181.5 MW", references=("r1",)),
        TextBlock(id="t1", text="상태 정상"),
        NumberBlock(id="n1", value=181.5, unit="MW", label="부하", references=("r1",)),
        ChartBlock(
            id="c1",
            type="timeseries",
            title="부하",
            columns=columns,
            vega_lite={
                "mark": "line",
                "data": {
                    "values": [
                        {"at": (ANCHOR + timedelta(hours=h)).isoformat(), "load": 170.0 + h % 5}
                        for h in range(24)
                    ]
                },
                "encoding": {"x": {"field": "at"}, "y": {"field": "load"}},
            },
            total_points=24,
            shown_points=24,
            truncated=False,
        ),
        NoticeBlock(id="q1", level="question", text="어느 1호기를 말씀하시나요?"),
        NoticeBlock(id="w1", level="warning", text="작업 이력 없음", empty="source_down"),
    )
    compose = base.stage_outputs[3]
    assert isinstance(compose.result, ComposeResult)
    blocks = (*compose.result.blocks, *more)
    composed = compose.result.model_copy(update={"blocks": blocks, "figures_unmatched": ("99.9",)})
    trace = finished(
        trace_id=base.trace_id,
        question=base.question,
        language=base.language,
        raw=base.plan_raw.model_copy(update={"plan": plan}),
        plan=plan,
        steps=(*execute.result.steps, failed),
        calls=(*base.tool_calls, late),
        references=base.references,
        blocks=blocks,
        summary=base.answer.summary,
        tenant=tenant,
        user="lee",
        created=base.created_at,
        pick=random.Random(seed),
    )
    outputs = list(trace.stage_outputs)
    outputs[2] = outputs[2].model_copy(
        update={
            "diagnostics": Diagnostics(
                status="warning",
                warnings=("step 'work' gave no rows",),
                errors=(error,),
                empty_flags={"work": "source_down"},
                counts={"events": 20, "work": 0},
            )
        }
    )
    outputs[3] = outputs[3].model_copy(update={"result": composed})
    again = outputs[2].model_copy(update={"duration_ms": 7.5})
    inputs = trace.stage_inputs
    event = ReplanEvent(
        event_id="e1",
        trigger="tool_error_retryable",
        scope="execute",
        decision="auto_retry",
        patch=({"op": "replace", "path": "/steps/1/params/limit", "value": 5},),
        attempt=1,
        max_attempts=2,
        expected_impact="the work history is read again",
        timestamp=base.created_at,
    )
    answer = trace.answer.model_copy(
        update={
            "status": "degraded",
            "missing": ("work_orders: source_down",),
            "warnings": ("작업 이력이 빠졌습니다",),
            "error": error,
        }
    )
    return trace.model_copy(
        update={
            "parent_trace_id": TraceId("0PARENT"),
            "baseline_trace_id": TraceId("0BASELINE"),
            "status": "degraded",
            "stage_inputs": (*inputs[:3], inputs[2], *inputs[3:]),
            "stage_outputs": (*outputs[:3], again, *outputs[3:]),
            "replan_events": (event,),
            "answer": answer,
            "test_mode": True,
            "asset_overrides": {"query:events_by_ci": "events_by_ci:4"},
            "tokens_in": 812,
            "tokens_out": 96,
            "cost_usd": 0.0021,
        }
    )
