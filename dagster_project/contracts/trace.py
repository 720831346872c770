"""T1: the record of an ask."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.answer import Answer
from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.plan import Plan, PlanOutput, Route
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import StageInput, StageOutput, ToolCall
from dagster_project.contracts.value import Language, ReleaseId, TraceId, Value


class Ask(Value):
    """One question and all that shapes how it is asked."""

    question: str
    user: str = "anonymous"
    tenant: str = "default"
    roles: tuple[str, ...] = ("operator",)
    language: Language | None = None
    """None: read from the question."""
    as_of: datetime | None = None
    """None: from the policy's calendar."""
    release_id: ReleaseId | None = None
    """None: the release in force when the ask starts."""
    asset_overrides: dict[str, str] = {}
    """`kind:name` or `stage:kind:name` to `name:version`; makes it a test run."""
    test_mode: bool = False
    model_mode: ModelMode = "live"
    """Whether language models are asked, or kept replies stand in for them."""
    parent_trace_id: TraceId | None = None
    baseline_trace_id: TraceId | None = None


class FlowSpan(Value):
    """When a stage or tool call ran, from the ask's start."""

    name: str
    parent: str | None = None
    start_ms: float
    duration_ms: float


class Trace(Value):
    trace_id: TraceId
    parent_trace_id: TraceId | None = None
    tenant: str
    user: str
    question: str
    language: Language
    route: Route
    status: str
    release_id: str
    plan_raw: PlanOutput
    plan_validated: Plan | None
    stage_inputs: tuple[StageInput, ...]
    stage_outputs: tuple[StageOutput, ...]
    replan_events: tuple[ReplanEvent, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    references: tuple[Reference, ...] = ()
    answer: Answer
    applied_assets: dict[str, str] = {}
    """Asset id to version: what this ask really read."""
    asset_versions: dict[str, str] = {}
    """Asset id to content hash."""
    fallbacks: tuple[str, ...] = ()
    """What stood in for what, and why: `planner: built-in (no model is set)`."""
    flow_spans: tuple[FlowSpan, ...] = ()
    test_mode: bool = False
    asset_overrides: dict[str, str] = {}
    baseline_trace_id: TraceId | None = None
    as_of: datetime
    duration_ms: float
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    created_at: datetime
