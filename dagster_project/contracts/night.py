"""R2 to R4, B8: what a run of a suite found, case by case, and its verdict."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.golden import CriticName
from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.plan import Route
from dagster_project.contracts.value import TraceId, Value

StartedBy = Literal["manual", "asset_change", "schedule", "rollback", "dry_run"]
Outcome = Literal["passed", "failed", "error", "timed_out", "skipped", "stale"]
"""failed: a check does not hold · error: the ask broke · timed_out: no answer in time · stale: the
kept reply of a model no longer fits, and no model was to be asked."""
Colour = Literal["green", "red"]


class Fingerprint(Value):
    """What matters of a trace, small enough to keep and compare for every case of every night.

    Nothing in it depends on ids, timings or version numbers.
    """

    route: Route
    status: str
    error: str = ""
    intent: str = ""
    plan: str = ""
    """Digest of the plan: the same for a question in Korean and in English."""
    queries: tuple[str, ...] = ()
    """Names of the steps' query assets, in order of their names."""
    rows: dict[str, str] = {}
    """Step to digest of its columns and sorted rows."""
    columns: tuple[str, ...] = ()
    """`step.column[unit]` of every result, sorted."""
    blocks: tuple[str, ...] = ()
    """What the reader sees, in order: `table:events` and, folded, `table:events (folded)`."""
    stages: dict[str, str] = {}
    """Stage to the status of its last run."""
    empties: dict[str, EmptyReason] = {}
    warnings: int = 0
    asks_back: tuple[str, ...] = ()
    """`slot:reason` of what is asked."""
    replans: int = 0
    """Rounds that the loop added by itself."""
    triggers: tuple[str, ...] = ()
    """`trigger → decision` in order."""
    references: int = 0
    blocks_with_reference: int = 0
    blocks_of_facts: int = 0


class Check(Value):
    """One thing that was looked at."""

    name: str
    """`route`, `facts[0]`, `baseline.blocks` ..."""
    passed: bool
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected}, found {self.found}"


class CaseResult(Value):
    """One case of one night. Repeats are counted, and the first failing one is shown."""

    case_id: str
    question: str
    outcome: Outcome
    reason: str = ""
    """Why it was skipped, broke or failed: the first check that does not hold."""
    checks: tuple[Check, ...] = ()
    """Those that do not hold."""
    critics: dict[CriticName, float] = {}
    fingerprint: Fingerprint | None = None
    trace_id: TraceId | None = None
    baseline_trace_id: TraceId | None = None
    attempts: int = 1
    failures: int = 0
    """Of the attempts."""
    quarantined: bool = False
    expects_empty: bool = False
    generated: bool = False
    data_changed: bool = False
    """Other rows than the baseline's, and the baseline's release gives them too: the data moved."""
    model_changed: bool = False
    """Fails with the model's reply of now and passes with the kept one: the model moved."""
    stood_in: str = ""
    """Why the built-in planner planned it though a model was to; empty: none was missed."""
    assets: dict[str, str] = {}
    """What it read: asset id to content hash."""
    duration_ms: float = 0.0
    tokens: int = 0
    """Of all its asks: repeats, relations and controls too."""
    cost_usd: float = 0.0


class Reason(Value):
    """Why a night is red, or what keeps it from saying more."""

    name: str
    """`regressed`, `pass_rate`, `vanished`, `timed_out`, `replans` ..."""
    text: str
    cases: tuple[str, ...] = ()
    p_value: float | None = None
    """How often an unchanged suite would look this bad."""


class Verdict(Value):
    colour: Colour
    reasons: tuple[Reason, ...] = ()
    """Of a red night."""
    notes: tuple[Reason, ...] = ()
    """Flaky cases, moved data, quarantine that ends: nobody is paged for these."""
    power: str = ""
    """What this suite can see, and what it cannot."""
    smallest_drop: float = 1.0
    """The smallest drop of the pass rate, spread over cases, seen four times in five."""


class Summary(Value):
    """The figures of a night, for tables and plots."""

    cases: int
    ran: int
    passed: int
    failed: int
    skipped: int
    quarantined: int
    replans: int
    empties: int
    """Answers with an empty that their case does not expect."""
    reference_coverage: float
    critic_scores: dict[CriticName, float] = {}
    parity: float | None = None
    """Share of the pairs that must make the same plan and do; None without such pairs."""
    p50_ms: float
    p95_ms: float
    seconds: float
    stale: int = 0
    tokens: int = 0
    """Of all asks, those of the search for culprits too."""
    cost_usd: float = 0.0

    @property
    def pass_rate(self) -> float:
        return self.passed / self.ran if self.ran else 0.0


class Culprit(Value):
    """R9, R10: asset versions that, swapped back together, make the cases pass again."""

    cause: Literal["config", "data", "model", "flaky", "stale", "unknown"]
    """stale: the cases were not tested, as kept replies no longer fit."""
    assets: dict[str, tuple[str | None, str | None]] = {}
    """Asset id to its version in the green release and now; None: it was not there."""
    cases: tuple[str, ...] = ()
    tried: int = 0
    """Releases that were tried."""
    explanation: str = ""


class Night(Value):
    """One run of one suite."""

    id: int = 0
    """Given when it starts; 0: it is not recorded."""
    seq: int = 0
    """Given when it ends, one after the other in the order of ending; 0: it has not ended."""
    suite: str
    day: date
    """The partition's date."""
    started_by: StartedBy
    by: str
    release_id: str
    green_release_id: str | None = None
    """Of the last green night before it."""
    run_id: str | None = None
    """Dagster's."""
    only: tuple[str, ...] = ()
    """The cases that ran, when not all did; such a night is never the last green one."""
    model: ModelMode = "fill"
    """Whether models were asked."""
    started_at: datetime
    summary: Summary
    verdict: Verdict
    culprits: tuple[Culprit, ...] = ()
