"""Exceptions of the house: misconfiguration, a failing dependency, a wrong call.

    CanvasError(reason, instruction)
    ├── ConfigError(findings)       assets are wrong; every finding has file, line and field
    ├── AssetNotFound(kind, name)   no such asset, version or release
    ├── StoreError                  the database cannot be reached, migrated or started
    ├── InvalidRequest              a caller's argument is wrong
    └── StageError(stage)           a stage met a bug; the trace keeps it

Expected outcomes are values, not exceptions: a refused plan, a typed empty, a failed step.
Errors of sources are a tree of their own, in `sources/errors.py`.
"""

from __future__ import annotations

from typing import ClassVar

from dagster_project.contracts.error import ErrorCode, ErrorForm
from dagster_project.contracts.finding import Finding


class CanvasError(Exception):
    """What happened (with where and the value), and what to do next."""

    code: ClassVar[ErrorCode] = "INTERNAL_ERROR"

    def __init__(self, reason: str, instruction: str = "") -> None:
        self.reason = reason
        self.instruction = instruction
        super().__init__(f"{reason} {instruction}".strip())

    def form(self, via: str) -> ErrorForm:
        return ErrorForm(error=str(self), code=self.code, via=via)


class ConfigError(CanvasError):
    """Config assets are wrong. Carries every finding."""

    code = "INVALID_PARAMS"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        shown = "\n".join(str(f) for f in findings)
        super().__init__(f"{len(findings)} problem(s) in config assets:\n{shown}")


class AssetNotFound(CanvasError):
    code = "DATA_NOT_FOUND"


class StoreError(CanvasError):
    code = "UPSTREAM_UNAVAILABLE"


class InvalidRequest(CanvasError):
    code = "INVALID_PARAMS"


class StageError(CanvasError):
    code = "INTERNAL_ERROR"

    def __init__(self, stage: str, reason: str, instruction: str = "") -> None:
        self.stage = stage
        super().__init__(f"stage {stage}: {reason}", instruction)
