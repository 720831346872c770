"""Run golden suites from the command line and show their nights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from dagster_project.canvas import Canvas
from dagster_project.cli import render_golden
from dagster_project.cli.assets import print_json
from dagster_project.cli.progress import ProgressLine
from dagster_project.regression.failed_cases import failed_cases
from dagster_project.regression.golden_files import load_suites
from dagster_project.regression.pick_suite import pick_suite
from dagster_project.regression.run_suite import run_suite

if TYPE_CHECKING:
    from dagster_project.contracts.golden import Suite
    from dagster_project.contracts.model_call import ModelMode
    from dagster_project.contracts.night import CaseResult, Night
    from dagster_project.store.settings import Settings


def run_suites(
    settings: Settings,
    suite: str | None,
    *,
    only: tuple[str, ...] = (),
    failed: bool = False,
    record: bool = True,
    mode: ModelMode | None = None,
    by: str,
    as_json: bool,
) -> None:
    """One suite or all of them. `mode`: in place of what the suites say of models.

    Raises: click.Exit with 1 when a night is red, UsageError when nothing failed.
    """
    results: list[CaseResult] = []
    ended: list[Night] = []

    def take(piece: Sequence[CaseResult]) -> None:
        results.extend(r for r in piece if r.failures or r.outcome == "stale")

    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        for one in _suites(settings, suite, mode):
            cases = failed_cases(canvas.database, one.suite) if failed else only
            if failed and not cases:
                raise click.UsageError(f"Nothing failed in the newest night of {one.suite!r}.")
            night = run_suite(
                canvas,
                one,
                day=datetime.now(UTC).date(),
                started_by="manual",
                by=by,
                only=cases,
                record=record,
                progress=progress,
                sink=take,
            )
            ended.append(night)
    if as_json:
        print_json({"nights": ended, "failed": results})
    else:
        render_golden.nights_in_full(ended, results)
    if any(night.verdict.colour == "red" for night in ended):
        raise click.exceptions.Exit(1)


def _suites(settings: Settings, suite: str | None, mode: ModelMode | None) -> list[Suite]:
    if suite:
        found = [pick_suite(settings.home, suite)]
    else:
        found = [*load_suites(settings.home).suites.values()]
    return [one.model_copy(update={"model": mode}) if mode else one for one in found]
