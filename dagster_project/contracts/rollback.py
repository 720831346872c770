"""R5, B7: a request to go back, its evidence, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dagster_project.contracts.night import Culprit, Reason, Summary, Verdict
from dagster_project.contracts.value import TraceId, Value

RequestStatus = Literal[
    "pending", "approved", "declined", "applied", "cured", "not_cured", "failed"
]
"""pending → approved | declined · approved → applied | failed · applied → cured | not_cured."""


class FailedCase(Value):
    case_id: str
    question: str
    reason: str
    trace_id: TraceId | None = None
    green_trace_id: TraceId | None = None
    """Of the last green night."""
    diff: tuple[str, ...] = ()
    """Stage by stage, for a person."""


class DryRun(Value):
    """The suite on the rollback's target, before anybody approves."""

    suite: str
    summary: Summary
    verdict: Verdict


class Evidence(Value):
    """All that a person needs to decide."""

    suite: str
    night: int
    reasons: tuple[Reason, ...]
    culprits: tuple[Culprit, ...]
    changed: dict[str, tuple[str | None, str | None]] = {}
    """Every asset that changed since the last green night: version then and now."""
    cases: tuple[FailedCase, ...] = ()
    also_moves: tuple[str, ...] = ()
    """Passing cases of all suites that read what would go back, `suite/case`."""
    dry_run: tuple[DryRun, ...] = ()


class RollbackRequest(Value):
    id: int
    suite: str
    night: int
    """The red night's id; one request for each."""
    targets: dict[str, int | None]
    """Asset id to the version it goes back to; None: it leaves the release."""
    release_id: str
    """In force when the night was red."""
    status: RequestStatus
    evidence: Evidence
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    applied_release_id: str | None = None
    check_night: int | None = None
    """The night that checked the effect."""
    error: str = ""
