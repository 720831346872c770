"""B23: what a publish changed on purpose becomes the baseline, by the same name and reason."""

from __future__ import annotations

from collections.abc import Mapping

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.night import Night, Verdict
from dagster_project.regression import nights
from dagster_project.regression.ask_cases import ask_cases
from dagster_project.regression.baselines import bless
from dagster_project.regression.gate_report import GateReport
from dagster_project.regression.open_gold import open_gold
from dagster_project.regression.run_case import CaseRunner, Ran
from dagster_project.regression.summary import CriticSums, summarise
from dagster_project.traces.keep import keep_all


def bless_accepted(
    canvas: Canvas, suites: Mapping[str, Suite], release: Release, report: GateReport
) -> tuple[str, ...]:
    """`suite/case` of the accepted cases that people wrote; generated ones have no baseline.

    Effects: a night of these cases only, their traces, their baselines. Raises: StoreError.
    """
    blessed: list[str] = []
    for name, suite in suites.items():
        accepted = {one.case_id for one in report.worse if one.accepted and one.suite == name}
        if written := accepted & {case.id for case in suite.cases}:
            night_id = _night_of(canvas, suite, release, report, written)
            cases = bless(canvas.database, night_id, report.by, report.reason, sorted(written))
            blessed += [f"{name}/{case_id}" for case_id in cases]
    return tuple(blessed)


def _night_of(
    canvas: Canvas, suite: Suite, release: Release, report: GateReport, wanted: set[str]
) -> int:
    """They are asked in the release itself, beside nothing: the gate has judged them."""
    cases = [case for case in suite.cases if case.id in wanted]
    gold = open_gold(canvas, suite, release)
    runner = CaseRunner(canvas, suite, release, {}, report.at, gold=gold)
    asked: list[Ran] = []
    nobody: frozenset[str] = frozenset()
    counted = ask_cases(cases, runner, suite.criteria, nobody, nobody, asked.extend)
    keep_all(canvas.database, [ran.trace for ran in asked if ran.trace is not None])
    results = [ran.result for ran in asked]
    critics = CriticSums()
    critics.add(results)
    night = Night(
        suite=suite.suite,
        day=report.at.date(),
        started_by="manual",
        by=report.by,
        release_id=release.id,
        only=tuple(sorted(wanted)),
        started_at=report.at,
        summary=summarise(counted, critics, 0.0),
        verdict=Verdict(colour="green", power=f"accepted by the gate, {report.id}"),
    )
    night_id = nights.start_night(canvas.database, night, whole=False)
    nights.write_results(canvas.database, night_id, results)
    nights.end_night(canvas.database, night.model_copy(update={"id": night_id}))
    return night_id
