"""P1, P3: what route_plan decides: a direct answer, a reject, or a plan of steps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.table_plan import (
    Filter,
    Measure,
    Scalar,
    TablePlan,
    TimeRange,
)
from dagster_project.contracts.value import GraphView, Intent, Language, Value

RouteKind = Literal["direct", "plan", "reject"]
Route = Literal["direct", "orch", "reject"]
ROUTES: dict[RouteKind, Route] = {
    "direct": "direct",
    "plan": "orch",
    "reject": "reject",
}


class DirectAnswer(Value):
    answer_text: str
    confidence: float = Field(ge=0, le=1)
    source: Literal["knowledge", "cache", "fallback"]
    """`fallback`: nothing in the question is known to the catalogs."""
    references: tuple[Reference, ...] = ()


class Rejection(Value):
    reason: str
    policy_id: str
    """`name:version#rule`."""
    suggestion: str


class EntityMention(Value):
    """A thing the question names, resolved."""

    entity: str
    key: str
    label: str
    mention: str
    matched_by: Literal["name", "alias", "pattern", "typo"]
    score: float = Field(ge=0, le=1)


JsonPatch = tuple[dict[str, object], ...]
"""Operations of RFC 6902, on the JSON of a plan."""


class Choice(Value):
    """One way to go on: a question to ask instead, or a patch on this plan."""

    label: str
    question: str | None = None
    patch: JsonPatch = ()


class OpenSlot(Value):
    """Something the plan needs and the question leaves open; nothing is guessed."""

    slot: str
    """Which: a parameter's name, `entity`, `time_range`."""
    reason: Literal["missing", "ambiguous", "no_such_entity", "no_such_value", "unread_time"]
    mention: str = ""
    choices: tuple[Choice, ...] = ()


class Feed(Value):
    """A value that comes from an earlier step: the distinct cells of one of its columns."""

    step: str
    column: str
    param: str | None = None
    """Goes into this parameter of the query, or else ..."""
    filter_column: str | None = None
    """... into an `in` filter on this column of the table plan."""
    returned_as: str | None = None
    """Column of this step's own rows that holds the same things: how many were matched is said."""


class PlanStep(Value):
    id: str
    query: str
    """Name of the query asset."""
    purpose: str
    """What it contributes, in the question's language."""
    params: dict[str, Scalar | tuple[Scalar, ...] | TimeRange] = {}
    table_plan: TablePlan | None = None
    """For an open table plan."""
    graph_plan: GraphPlan | None = None
    """For an open graph plan."""
    graph_view: GraphView | None = None
    """Whose limits hold for a graph plan."""
    feeds: tuple[Feed, ...] = ()
    depends_on: tuple[str, ...] = ()
    optional: bool = False


class Plan(Value):
    intent: Intent
    language: Language
    graph_view: GraphView | None = None
    entities: tuple[EntityMention, ...] = ()
    filters: tuple[Filter, ...] = ()
    aggregates: tuple[Measure, ...] = ()
    time_range: TimeRange | None = None
    time_assumed: bool = False
    """True when the policy's default window stands in for words that were not there."""
    as_of: datetime
    steps: tuple[PlanStep, ...] = ()
    open_slots: tuple[OpenSlot, ...] = ()
    """When not empty, nothing is executed: the answer asks back."""
    assumed: tuple[EntityMention, ...] = ()
    """Things taken for a name that several share, where the resolver's policy does not ask."""
    withheld: tuple[str, ...] = ()
    """Columns that were asked for and are masked for the caller; set by validate."""
    gave_up: tuple[str, ...] = ()
    """What the control loop changed of what was asked or assumed; said in the answer (C7)."""
    not_used: tuple[str, ...] = ()
    """Content words that no step takes into account; said in the answer."""
    display: Literal["auto", "table", "chart", "number"] = "auto"


class Candidate(Value):
    """B4: a query that was considered."""

    query: str
    score: float
    chosen: bool = False
    reason: str
    """Why it won or lost."""


class PlanOutput(Value):
    """P1. Exactly the payload of its `kind`."""

    kind: RouteKind
    direct: DirectAnswer | None = None
    reject: Rejection | None = None
    plan: Plan | None = None
    routing_reasoning: str
    candidates: tuple[Candidate, ...] = ()
    planned_by: Literal["rules", "built-in", "model"] = "built-in"
    """rules: a quick rule, or the gate that asks back before any planning."""
    elapsed_ms: float

    @model_validator(mode="after")
    def _exactly_its_payload(self) -> PlanOutput:
        given = [k for k in ("direct", "reject", "plan") if getattr(self, k) is not None]
        if given != [self.kind]:
            raise ValueError(
                f"kind {self.kind!r} needs exactly the payload {self.kind!r}, got {given}"
            )
        return self


class PolicyDecision(Value):
    """P4: one thing validate checked, changed or refused."""

    rule: str
    decision: Literal["allowed", "changed", "refused"]
    detail: str
    empty: EmptyReason | None = None
