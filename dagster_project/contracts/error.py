"""J3: the one error form, and its codes."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.value import Value

ErrorCode = Literal[
    "POLICY_DENY",
    "RATE_LIMITED",
    "CIRCUIT_OPEN",
    "TOOL_TIMEOUT",
    "TOOL_BAD_REQUEST",
    "UPSTREAM_UNAVAILABLE",
    "PLAN_INVALID",
    "PLAN_TIMEOUT",
    "EXECUTE_TIMEOUT",
    "COMPOSE_TIMEOUT",
    "SQL_BLOCKED",
    "TENANT_MISMATCH",
    "AUTH_FAILED",
    "PERMISSION_DENIED",
    "DATA_NOT_FOUND",
    "INVALID_PARAMS",
    "MAX_ROWS_EXCEEDED",
    "INTERNAL_ERROR",
]


class ErrorForm(Value):
    ok: Literal[False] = False
    error: str
    """What happened, where, the value, and what to do next."""
    code: ErrorCode
    via: str
    """The stage, step or command that met it: `execute/events`, `cli/publish`."""
