"""Traces made by hand: varied answers of one table."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from dagster_project.contracts.block import (
    Block,
    ReferencesBlock,
    TableBlock,
    TableColumn,
)
from dagster_project.contracts.plan import (
    Candidate,
    EntityMention,
    Plan,
    PlanOutput,
    PlanStep,
)
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.stage import (
    ResultColumn,
    StepResult,
    ToolCall,
)
from dagster_project.contracts.table_plan import Filter, Measure, TimeRange
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language
from dagster_project.traces.ids import new_trace_id
from traces.finished_trace import ANCHOR, finished

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
        columns=tuple(
            TableColumn(**column.model_dump(exclude={"free_text"})) for column in step.columns
        ),
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
    return finished(
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
