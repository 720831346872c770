"""C1, C2: the control loop's decisions, a first-class part of the trace."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dagster_project.contracts.plan import Choice, JsonPatch
from dagster_project.contracts.value import Value

Trigger = Literal[
    "slot_missing",
    "empty_result",
    "tool_error_retryable",
    "tool_error_fatal",
    "policy_blocked",
    "low_evidence",
    "present_limit",
]
Scope = Literal["execute", "compose", "present", "full_pipeline"]
Decision = Literal["auto_retry", "ask_user", "stop_with_guidance"]


class ReplanEvent(Value):
    event_id: str
    trigger: Trigger
    scope: Scope
    decision: Decision
    patch: JsonPatch = ()
    """What changed in the plan; empty when the same plan is tried again."""
    attempt: int
    max_attempts: int
    expected_impact: str
    timestamp: datetime
    position: int = 0
    """How many stage outputs of the trace came before it."""
    wait_ms: float = 0.0
    """Back-off before the next round."""
    choices: tuple[Choice, ...] = ()
    """For `ask_user`."""
    by: Literal["loop", "person"] = "loop"
