"""What a look at a config asset found: the one value that every kind's inspection returns."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.value import Value
from sources.protocol import HealthStatus


class Observation(Value):
    """One thing that was looked at, and how it stands."""

    name: str
    status: HealthStatus
    detail: str


class PreviewTable(Value):
    """Rows to look at. Shape: each row is as long as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    total_rows: int | None = None
    """All there are, when more than the shown ones."""


class Inspection(Value):
    """The outcome for one asset. `ok` and `severity` follow from the findings."""

    summary: str
    findings: tuple[Observation, ...] = ()
    facts: dict[str, CellValue] = {}
    table: PreviewTable | None = None
    chart: dict[str, object] | None = None
    """A Vega-Lite specification with its data inline."""
    document: str | None = None
    """Markdown to read: a rendered prompt, a composed answer."""

    @property
    def status(self) -> HealthStatus:
        found = {finding.status for finding in self.findings}
        return "error" if "error" in found else "warn" if "warn" in found else "ok"

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    @property
    def severity(self) -> Literal["error", "warning"]:
        """How bad a failing inspection is; `warning` when it is none."""
        return "error" if self.status == "error" else "warning"

    def problems(self) -> tuple[Observation, ...]:
        return tuple(f for f in self.findings if f.status != "ok")


def observed(
    name: str, problem: str | None, fine: str, level: HealthStatus = "error"
) -> Observation:
    """An observation that is ok unless there is a problem to tell."""
    if problem is None:
        return Observation(name=name, status="ok", detail=fine)
    return Observation(name=name, status=level, detail=problem)


def failed(name: str, detail: str) -> Inspection:
    """An inspection that could not look."""
    return Inspection(
        summary=detail, findings=(Observation(name=name, status="error", detail=detail),)
    )
