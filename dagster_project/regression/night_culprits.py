"""R10: who is to blame for a red night: a model that moved or was missed, a reply that no longer
fits, or what the search among config and data finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import Culprit, Night
from dagster_project.pipeline.run import Progress
from dagster_project.regression.culprit import search_culprits
from dagster_project.regression.model_part import Spent, has_model_part
from dagster_project.regression.model_witness import ModelWitness, Testimony, model_culprits
from dagster_project.regression.run_case import Ran
from dagster_project.regression.trials import FEW_CALLS
from dagster_project.regression.verdict import Counted

_BROKEN = ("failed", "error", "timed_out")


class ModelPart:
    """What models had to do with a night, gathered while its results pass by."""

    def __init__(self, witness: ModelWitness, cases: Sequence[GoldenCase]) -> None:
        self._witness = witness
        self._cases: Mapping[str, GoldenCase] = {case.id: case for case in cases}
        self.testimonies: dict[str, Testimony] = {}
        self.planned = 0
        """Cases that a model had a part in: as many calls as the suite makes live, or more."""

    def looked_at(self, ran: Ran) -> Ran:
        """The same; where the model moved, it says so. Effects: asks a failed case again."""
        result, trace = ran.result, ran.trace
        if trace is None:
            return ran
        self.planned += has_model_part(trace)
        if result.outcome not in _BROKEN or result.quarantined:
            return ran
        testimony = self._witness.testify(self._cases[result.case_id], trace)
        if testimony is None:
            return ran
        self.testimonies[result.case_id] = testimony
        return replace(ran, result=result.model_copy(update={"model_changed": testimony.moved}))

    def marked(self, counted: Sequence[Counted]) -> list[Counted]:
        moved = {case_id for case_id, found in self.testimonies.items() if found.moved}
        return [replace(c, model_changed=True) if c.case_id in moved else c for c in counted]


def name_culprits(
    canvas: Canvas,
    suite: Suite,
    failed: Sequence[GoldenCase],
    release: Release,
    green: Night | None,
    night: Night,
    part: ModelPart,
    progress: Progress | None,
) -> Night:
    """The red night with its culprits, and with what the search for them cost in its figures.

    Raises: StoreError.
    """
    found: tuple[Culprit, ...] = ()
    spent = Spent()
    if green is not None:
        left = [case for case in failed if case.id not in part.testimonies]
        most = max(part.planned, FEW_CALLS)
        found, spent = search_culprits(
            canvas, suite, left, release, green, night.started_at, progress, most
        )
    broken = {case.id for case in failed}
    blamed = {i: told for i, told in part.testimonies.items() if i in broken}
    found = (*found, *model_culprits(blamed), *_stale(night))
    summary = night.summary
    figures = {
        "tokens": summary.tokens + spent.tokens,
        "cost_usd": round(summary.cost_usd + spent.cost_usd, 8),
    }
    summary = summary.model_copy(update=figures)
    return night.model_copy(update={"culprits": found, "summary": summary})


def _stale(night: Night) -> tuple[Culprit, ...]:
    """Nothing is to go back for these: nobody knows how they would do."""
    return tuple(
        Culprit(cause="stale", cases=reason.cases, explanation=reason.text)
        for reason in night.verdict.reasons
        if reason.name == "stale"
    )
