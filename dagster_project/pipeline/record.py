"""A stage's own record of what it did: made by the stage, from what it really did (P12)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.stage import Diagnostics, StageInput, StageOutput, StageResult


@dataclass(slots=True)
class StageRecord:
    """Collects warnings, errors, empties and counts while a stage works; `done` closes it."""

    stage_input: StageInput
    started: float = field(default_factory=time.perf_counter)
    warnings: list[str] = field(default_factory=list)
    errors: list[ErrorForm] = field(default_factory=list)
    empty_flags: dict[str, EmptyReason] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)
    """Of language models."""
    fallbacks: list[str] = field(default_factory=list)

    def done(self, result: StageResult) -> StageOutput:
        worst = "error" if self.errors else "warning" if self.warnings else "ok"
        return StageOutput(
            stage=self.stage_input.stage,
            result=result,
            diagnostics=Diagnostics(
                status=worst,
                warnings=tuple(self.warnings),
                errors=tuple(self.errors),
                empty_flags=self.empty_flags,
                counts=self.counts,
            ),
            references=tuple(self.references),
            model_calls=tuple(self.calls),
            fallbacks=tuple(self.fallbacks),
            duration_ms=round((time.perf_counter() - self.started) * 1000, 3),
        )
