"""One golden case asked and looked at: expectations, critics, facts and relations."""

from __future__ import annotations

from datetime import UTC, datetime

from dagster_project.canvas import Canvas
from dagster_project.canvas.open_sources import allowed_tables
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import Check
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.run_case import CaseRunner


def judged(
    canvas: Canvas, suite: Suite, case: GoldenCase, reader: GoldReader | None = None
) -> tuple[Check, ...]:
    """Every check of the case that does not hold."""
    runner = CaseRunner(canvas, suite, canvas.release(), {}, datetime.now(UTC), gold=reader)
    return runner.attempt(case).failed


def gold_reader(canvas: Canvas, suite: Suite) -> GoldReader | None:
    release = canvas.release()
    if not suite.source:
        return None
    return GoldReader(canvas.source(suite.source, release), allowed_tables(suite.source, release))
