"""R6: what the gate found: whether drafts may go into force, and what is worse with them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dagster_project.contracts.night import Check, Verdict
from dagster_project.contracts.value import ReleaseId, TraceId, Value

Decision = Literal["published", "passed", "refused", "nothing"]
"""passed: a dry run that would publish · nothing: there is no draft to publish."""


class Worse(Value):
    """A case that the drafts alone make worse."""

    suite: str
    case_id: str
    question: str
    checks: tuple[Check, ...]
    """What does not hold with the drafts and holds without them."""
    lines: tuple[str, ...] = ()
    """From the answer in force to the draft's, for a person."""
    accepted: bool = False
    """Wanted so: its new answer becomes the baseline."""
    control: bool = False
    """Of the sample: by its lineage the change could not touch it."""
    before_trace_id: TraceId | None = None
    after_trace_id: TraceId | None = None

    @property
    def name(self) -> str:
        return f"{self.suite}/{self.case_id}"


class GateReport(Value):
    """One try to publish, as it stands in the audit."""

    id: str
    """`g-<hash>`; kept with the audit's row."""
    decision: Decision
    by: str
    reason: str
    at: datetime
    base_release_id: ReleaseId | None
    """In force when the drafts were tested; None: nothing was."""
    tested_release_id: ReleaseId
    """The drafts over it, in memory."""
    release_id: ReleaseId | None = None
    """In force through this act."""
    changed: dict[str, tuple[str | None, str | None]]
    """Asset id to its version in force and the draft's; None: not there."""
    cases: int = 0
    """Asked in both releases."""
    controls: int = 0
    verdicts: dict[str, Verdict] = {}
    """By suite, of what only the drafts cause."""
    worse: tuple[Worse, ...] = ()
    better: tuple[str, ...] = ()
    """`suite/case` that fail in force and pass with the drafts."""
    blessed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tokens: int = 0
    """Of language models, in both releases."""
    cost_usd: float = 0.0
    seconds: float = 0.0
