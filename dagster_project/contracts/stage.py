"""P6: what goes into a stage and what comes out, and the result of each stage."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dagster_project.contracts.answer import Action, AnswerStatus, Screen
from dagster_project.contracts.block import Block, CellValue, GraphEdge
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.plan import Plan, PlanOutput, PolicyDecision
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.value import Stage, Value
from sources.protocol import ColumnType


class StageInput(Value):
    stage: Stage
    applied_assets: dict[str, str] = {}
    """Asset id (`kind:name`) to version, for the assets this stage may read."""
    params: dict[str, object] = {}
    """Question, language, user and the like: what did not come from a stage."""
    prev_output: str | None = None
    """Digest of the previous stage's output in the payload store; never stored twice."""
    control_context: dict[str, object] = {}
    """Round, attempt, deadline."""


class Diagnostics(Value):
    status: Literal["ok", "warning", "error"] = "ok"
    warnings: tuple[str, ...] = ()
    errors: tuple[ErrorForm, ...] = ()
    empty_flags: dict[str, EmptyReason] = {}
    """Step or block id to the kind of empty."""
    counts: dict[str, int] = {}


class ValidatedPlan(Value):
    """Result of validate: the plan as it will run, or why it will not."""

    plan: Plan | None
    """None when the route is direct or reject, or the plan was refused whole."""
    policy_decisions: tuple[PolicyDecision, ...] = ()


class ResultColumn(Value):
    name: str
    label: str
    type: ColumnType
    unit: str | None = None
    value_labels: dict[str, str] = {}
    """What the reader calls the values that occur: `running` is 가동. The rows keep the values."""
    free_text: bool = False
    """Holds what people wrote (`role: text` in the catalog): shown, and sent to no model."""


class ToolCall(Value):
    """One call of a source, as it happened."""

    step: str
    source: str
    query: str
    statement: str
    params: dict[str, object] = {}
    elapsed_ms: float
    row_count: int
    error: ErrorForm | None = None


class Match(Value):
    """How many of the things that an earlier step gave were found by this one (B21)."""

    step: str
    """Which gave them."""
    column: str
    given: int
    matched: int
    unmatched: tuple[str, ...] = ()
    """The first few, as they were given."""


class StepResult(Value):
    """Rows of one step, or why there are none."""

    step: str
    query: str
    """`name:version`."""
    columns: tuple[ResultColumn, ...] = ()
    rows: tuple[tuple[CellValue, ...], ...] = ()
    total_rows: int | None = None
    truncated: bool = False
    empty: EmptyReason | None = None
    error: ErrorForm | None = None
    optional: bool = False
    observed_at: datetime | None = None
    references: tuple[str, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    """Of a graph plan: relations among the nodes of the rows and the start."""
    focus: tuple[str, ...] = ()
    """Of a graph plan: keys of the nodes it started from."""
    matches: tuple[Match, ...] = ()


class ExecuteResult(Value):
    """Result of execute: rows, tool calls, references; no blocks."""

    steps: tuple[StepResult, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()


class ComposeResult(Value):
    """Result of compose: blocks and a summary; no screen."""

    summary: str
    blocks: tuple[Block, ...] = ()
    figures_checked: int = 0
    """Figures of the texts that were matched to cells (B9)."""
    figures_unmatched: tuple[str, ...] = ()


class PresentResult(Value):
    """Result of present: blocks on a screen, the status and ways to go on."""

    screen: Screen
    status: AnswerStatus
    summary: str
    next_actions: tuple[Action, ...] = ()
    missing: tuple[str, ...] = ()


StageResult = PlanOutput | ValidatedPlan | ExecuteResult | ComposeResult | PresentResult
RESULT_TYPES: dict[Stage, type[StageResult]] = {
    "route_plan": PlanOutput,
    "validate": ValidatedPlan,
    "execute": ExecuteResult,
    "compose": ComposeResult,
    "present": PresentResult,
}


class StageOutput(Value):
    stage: Stage
    result: StageResult
    diagnostics: Diagnostics = Diagnostics()
    references: tuple[Reference, ...] = ()
    model_calls: tuple[ModelCall, ...] = ()
    """L5: prompt, reply, tokens and time of every call that the stage made."""
    fallbacks: tuple[str, ...] = ()
    """What stood in for what in this stage, and why."""
    duration_ms: float
