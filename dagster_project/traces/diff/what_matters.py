"""The fields that make no difference by themselves; a field that is not listed here does."""

from __future__ import annotations

from typing import get_args

from dagster_project.contracts.answer import Screen
from dagster_project.contracts.block import Block, NumberBlock
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import (
    EntityMention,
    Feed,
    Plan,
    PlanOutput,
    PlanStep,
    PolicyDecision,
    Rejection,
)
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import Diagnostics, ExecuteResult, StageOutput, StepResult
from dagster_project.contracts.value import Value

BLOCK_TYPES: tuple[type[Value], ...] = get_args(get_args(Block)[0])

VOLATILE: dict[type[Value], frozenset[str]] = {
    # The result says what came of the calls. Fallbacks count with the trace.
    StageOutput: frozenset({"duration_ms", "model_calls", "fallbacks"}),
    # Losing candidates, scores and the wording of reasons: the plan says what came of them. Who
    # planned is told apart, see `models`.
    PlanOutput: frozenset({"elapsed_ms", "candidates", "routing_reasoning", "planned_by"}),
    Plan: frozenset({"as_of"}),
    EntityMention: frozenset({"score"}),
    # The statement is the query version's text; its values, tables and row count do count.
    Reference: frozenset({"fetched_at", "link", "observed_at", "statement"}),
    StepResult: frozenset({"observed_at"}),
    # Each call's facts are in its step's result and reference; retries are replans.
    ExecuteResult: frozenset({"tool_calls"}),
    # They count what is compared itself.
    Diagnostics: frozenset({"counts"}),
    # Texts quote addresses and times; code and place say what it was.
    ErrorForm: frozenset({"error"}),
    ReplanEvent: frozenset({"event_id", "timestamp", "wait_ms", "position", "expected_impact"}),
    **{block: frozenset({"observed_at"}) for block in BLOCK_TYPES},
}
VERSIONED: dict[type[Value], frozenset[str]] = {
    StepResult: frozenset({"query"}),
    Reference: frozenset({"query", "source"}),
    PolicyDecision: frozenset({"rule"}),
    Rejection: frozenset({"policy_id"}),
    Screen: frozenset({"screen"}),
}
"""Fields `name:version` or `name:version#rule`: the version alone makes no difference."""
NAMES: dict[type[Value], frozenset[str]] = {
    PlanStep: frozenset({"id", "depends_on"}),
    Feed: frozenset({"step"}),
    StepResult: frozenset({"step", "references"}),
    Reference: frozenset({"id", "step"}),
    Diagnostics: frozenset({"empty_flags"}),
    **{block: frozenset({"id", "references"}) for block in BLOCK_TYPES},
}
"""Fields that hold names of steps, references or blocks, which may differ between traces."""
CELLS: dict[type[Value], frozenset[str]] = {NumberBlock: frozenset({"value"})}
"""Fields that hold data: compared as they are, whatever the clock."""
ITEM_KEYS = ("id", "step", "name", "column", "key", "slot", "by", "rule", "label", "table")
"""The field that names an item of a list, first found."""
NO_FIELDS: frozenset[str] = frozenset()


def without_version(ref: str) -> str:
    """`ci_status:3` is `ci_status`; `default:4#limits` is `default#limits`."""
    name, _, rule = ref.partition("#")
    return name.partition(":")[0] + (f"#{rule}" if rule else "")
