"""C1, C2: the control loop's decisions, a first-class part of the trace."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

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
    patch: tuple[dict[str, object], ...] = ()
    """JSON Patch (RFC 6902) on the plan."""
    attempt: int
    max_attempts: int
    expected_impact: str
    timestamp: datetime
