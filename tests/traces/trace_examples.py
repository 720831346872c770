"""Traces made by hand: one with every field filled, and many varied one-table answers."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from dagster_project.contracts.answer import Action, Answer, Screen, ScreenBlock
from dagster_project.contracts.block import (
    Block,
    ChartBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    ReferencesBlock,
    TableBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import (
    Candidate,
    Choice,
    DirectAnswer,
    EntityMention,
    Feed,
    OpenSlot,
    Plan,
    PlanOutput,
    PlanStep,
    PolicyDecision,
    Rejection,
)
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import (
    ComposeResult,
    Diagnostics,
    ExecuteResult,
    PresentResult,
    ResultColumn,
    StageInput,
    StageOutput,
    StepResult,
    ToolCall,
    ValidatedPlan,
)
from dagster_project.contracts.table_plan import Filter, Measure, Order, TablePlan, TimeRange
from dagster_project.contracts.trace import FlowSpan, Trace
from dagster_project.contracts.value import Language, Stage, TraceId
from dagster_project.traces.ids import new_trace_id

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
STATEMENT = (
    "SELECT e.event_id, e.ci_key, c.zone, e.severity, e.occurred_at, e.value FROM plant.event AS e"
    " JOIN plant.ci AS c ON c.ci_key = e.ci_key WHERE e.ci_key = %(ci)s AND e.occurred_at >="
    " %(start)s AND e.occurred_at < %(end)s ORDER BY e.occurred_at DESC LIMIT %(limit)s"
)
MACHINES = tuple(f"{kind}-{n:02d}" for kind in ("GT", "ST", "HRSG", "BFP", "TR") for n in range(40))
SEVERITIES = ("critical", "warning", "info")
LABELS = {
    "ko": ("이벤트", "설비", "구역", "심각도", "발생 시각", "측정값"),
    "en": ("Event", "Machine", "Zone", "Severity", "Occurred at", "Value"),
}
NAMES = ("event_id", "ci_key", "zone", "severity", "occurred_at", "value")
TYPES = ("integer", "text", "text", "text", "timestamp", "number")


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


def event_plan(machine: str, language: Language, as_of: datetime) -> Plan:
    window = TimeRange(
        start=as_of - timedelta(days=1),
        end=as_of,
        text="최근 24시간" if language == "ko" else "last 24 hours",
    )
    return Plan(
        intent="list",
        language=language,
        graph_view="neighbors",
        entities=(
            EntityMention(
                entity="ci",
                key=machine,
                label=f"가스터빈 {machine}",
                mention=machine,
                matched_by="name",
                score=1.0,
            ),
        ),
        filters=(Filter(column="plant.event.severity", op="!=", values=("debug", 3, None)),),
        aggregates=(Measure(name="events", aggregate="count", time=window),),
        time_range=window,
        as_of=as_of,
        steps=(
            PlanStep(
                id="events",
                query="events_by_ci",
                purpose="최근 이벤트 목록" if language == "ko" else "recent events",
                params={"ci": machine, "window": window, "limit": 20},
            ),
        ),
        display="table",
    )


def table_trace(
    seed: int, *, rows: int = 20, tenant: str = "default", user: str = "operator-1"
) -> Trace:
    """A one-table answer of `rows` × 6 cells, different for every seed."""
    pick = random.Random(seed)
    language: Language = "ko" if seed % 2 else "en"
    machine = pick.choice(MACHINES)
    created = ANCHOR + timedelta(seconds=seed)
    trace_id = new_trace_id(created)
    question = (
        f"{machine} 최근 24시간 이벤트 {seed}건까지 알려줘"
        if language == "ko"
        else f"Which events of {machine} happened in the last 24 hours (up to {seed})?"
    )
    plan = event_plan(machine, language, ANCHOR)
    raw = PlanOutput(
        kind="plan",
        plan=plan,
        routing_reasoning=f"'{machine}' names a machine; events_by_ci covers event and time",
        candidates=(
            Candidate(query="events_by_ci", score=0.93, chosen=True, reason="best example match"),
            Candidate(query="ci_status", score=0.61, reason="asks for status, not events"),
            Candidate(query="open_events", score=0.55, reason="takes no machine"),
        ),
        elapsed_ms=pick.uniform(0.3, 0.9),
    )
    cells = tuple(
        (
            pick.randrange(10**6),
            machine,
            f"Z{pick.randrange(9)}",
            pick.choice(SEVERITIES),
            (ANCHOR - timedelta(seconds=pick.randrange(86_400))).isoformat(),
            round(pick.uniform(0, 900), 2),
        )
        for _ in range(rows)
    )
    reference = Reference(
        id="r1",
        step="events",
        source="plant_db:1",
        query="events_by_ci:5",
        params={"ci": machine, "limit": 20},
        tables=("plant.event", "plant.ci"),
        statement=STATEMENT,
        row_count=rows,
        fetched_at=created,
        link=f"trace:{trace_id}#events",
    )
    call = ToolCall(
        step="events",
        source="plant_db:1",
        query="events_by_ci:5",
        statement=STATEMENT,
        params={"ci": machine, "limit": 20},
        elapsed_ms=pick.uniform(0.4, 4),
        row_count=rows,
    )
    labels = LABELS[language]
    step = StepResult(
        step="events",
        query="events_by_ci:5",
        columns=tuple(
            ResultColumn(name=n, label=label, type=t, unit="MW" if n == "value" else None)
            for n, label, t in zip(NAMES, labels, TYPES, strict=True)
        ),
        rows=cells,
        total_rows=rows + 21,
        truncated=True,
        observed_at=ANCHOR - timedelta(minutes=7),
        references=("r1",),
    )
    table = TableBlock(
        id="b1",
        title="이벤트" if language == "ko" else "Events",
        references=("r1",),
        columns=tuple(TableColumn(**column.model_dump()) for column in step.columns),
        rows=cells,
        total_rows=rows + 21,
        shown_rows=rows,
        truncated=True,
    )
    summary = (
        f"{machine}: 이벤트 {rows + 21}건 중 {rows}건"
        if language == "ko"
        else f"{machine}: {rows} of {rows + 21} events"
    )
    blocks: tuple[Block, ...] = (table, ReferencesBlock(id="b2", items=(reference,)))
    return _finished(
        trace_id=trace_id,
        question=question,
        language=language,
        raw=raw,
        plan=plan,
        steps=(step,),
        calls=(call,),
        references=(reference,),
        blocks=blocks,
        summary=summary,
        tenant=tenant,
        user=user,
        created=created,
        pick=pick,
    )


def _finished(
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
    trace = _finished(
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
