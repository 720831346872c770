"""One night of one suite: run its cases, judge them, name the culprit, keep it all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import CaseResult, Night, StartedBy, Summary, Verdict
from dagster_project.pipeline.run import Progress
from dagster_project.regression import nights
from dagster_project.regression.ask_cases import THREADS, ask_cases
from dagster_project.regression.baselines import Shelf, replans_of_baselines, retired
from dagster_project.regression.generate import generated_cases
from dagster_project.regression.model_witness import ModelWitness
from dagster_project.regression.night_culprits import ModelPart, name_culprits
from dagster_project.regression.open_gold import open_gold
from dagster_project.regression.run_case import CaseRunner, Ran
from dagster_project.regression.sources_seen import unhealthy_sources
from dagster_project.regression.summary import CriticSums, summarise
from dagster_project.regression.verdict import Counted, Past, judge
from dagster_project.traces.keep import keep_all

Sink = Callable[[Sequence[CaseResult]], None]
_TO_COME = Summary(
    cases=0,
    ran=0,
    passed=0,
    failed=0,
    skipped=0,
    quarantined=0,
    replans=0,
    empties=0,
    reference_coverage=0.0,
    p50_ms=0.0,
    p95_ms=0.0,
    seconds=0.0,
)


def run_suite(
    canvas: Canvas,
    suite: Suite,
    *,
    day: date,
    started_by: StartedBy,
    by: str,
    release: Release | None = None,
    run_id: str | None = None,
    only: Sequence[str] = (),
    record: bool = True,
    progress: Progress | None = None,
    sink: Sink | None = None,
    threads: int = THREADS,
) -> Night:
    """A night, judged; in the release in force, or in one at hand.

    `only`: ids of cases; such a night is never the last green one. `record` False is a trial:
    nothing of it is kept, and no culprit is looked for. `sink` is given every result.
    Raises: AssetNotFound for an unknown case, StoreError; what goes wrong with one case is told in
    its result.
    """
    started_at, started = datetime.now(UTC), time.perf_counter()
    release = release or canvas.release()
    cases = SuiteCases.of(canvas, suite, release, only, day)
    green = nights.last_green(canvas.database, suite.suite)
    night = Night(
        suite=suite.suite,
        day=day,
        started_by=started_by,
        by=by,
        release_id=release.id,
        green_release_id=green.release_id if green else None,
        run_id=run_id,
        only=tuple(only),
        model=suite.model,
        started_at=started_at,
        summary=_TO_COME,
        verdict=Verdict(colour="red", power="it has not ended"),
    )
    if record:
        night_id = nights.start_night(canvas.database, night, whole=not only)
        night = night.model_copy(update={"id": night_id})
    done = _ask_and_judge(canvas, suite, release, night, cases, green, sink, progress, threads)
    summary = summarise(done.counted, done.critics, time.perf_counter() - started)
    night = night.model_copy(update={"summary": summary, "verdict": done.verdict})
    if not record:
        return night
    if done.verdict.colour == "red":
        failed = [case for case in cases.cases if case.id in done.broken]
        night = name_culprits(canvas, suite, failed, release, green, night, done.part, progress)
    return nights.end_night(canvas.database, night)


@dataclass(frozen=True, slots=True)
class SuiteCases:
    """What is to run."""

    cases: tuple[GoldenCase, ...]
    aside: frozenset[str]
    generated: frozenset[str]

    @classmethod
    def of(
        cls, canvas: Canvas, suite: Suite, release: Release, only: Sequence[str], day: date
    ) -> SuiteCases:
        """Raises: AssetNotFound for a case that the suite does not have."""
        made = generated_cases(suite, release, canvas.desk(release).planner.index)
        cases = (*suite.cases, *made)
        if unknown := sorted(set(only) - {case.id for case in cases}):
            raise AssetNotFound(
                f"The suite {suite.suite!r} has no case {unknown[0]!r}.",
                f"See `canvas golden list {suite.suite}`.",
            )
        return cls(
            tuple(case for case in cases if not only or case.id in only),
            frozenset(entry.case for entry in suite.quarantine if day < entry.until),
            frozenset(case.id for case in made),
        )


@dataclass(frozen=True, slots=True)
class _Done:
    counted: list[Counted]
    critics: CriticSums
    verdict: Verdict
    broken: frozenset[str]
    part: ModelPart


def _ask_and_judge(
    canvas: Canvas,
    suite: Suite,
    release: Release,
    night: Night,
    cases: SuiteCases,
    green: Night | None,
    sink: Sink | None,
    progress: Progress | None,
    threads: int,
) -> _Done:
    database = canvas.database
    known = Shelf(database, suite.suite, [case.id for case in cases.cases])
    gold = open_gold(canvas, suite, release)
    runner = CaseRunner(canvas, suite, release, known, night.started_at, gold=gold)
    critics, sources = CriticSums(), set[str]()
    part = ModelPart(ModelWitness(runner, canvas, green), cases.cases)

    def take(piece: Sequence[Ran]) -> None:
        piece = [part.looked_at(ran) for ran in piece]
        results = [ran.result if night.id else _without_trace(ran.result) for ran in piece]
        if night.id:
            keep_all(database, [ran.trace for ran in piece if ran.trace is not None])
            nights.write_results(database, night.id, results)
        critics.add(results)
        for result in results:
            sources.update(asset for asset in result.assets if asset.startswith("source:"))
        if sink is not None:
            sink(results)

    counted = ask_cases(
        cases.cases,
        runner,
        suite.criteria,
        cases.aside,
        cases.generated,
        take,
        progress,
        threads,
    )
    past = Past(
        record=nights.record_of_cases(database, suite.suite),
        green=nights.outcomes(database, green.id) if green else {},
        replans=replans_of_baselines(database, suite.suite),
        retired=retired(database, suite.suite) | cases.generated,
    )
    hours = suite.criteria.max_source_age_hours
    if hours is not None and night.id:
        oldest = night.started_at - timedelta(hours=hours)
        past = replace(past, bad_sources=unhealthy_sources(canvas, release, sources, oldest))
    counted = part.marked(counted)
    verdict = judge(counted, suite.criteria, past, whole=not night.only)
    worse = ("failed", "error", "timed_out")
    broken = frozenset(c.case_id for c in counted if c.outcome in worse and not c.aside)
    return _Done(counted, critics, verdict, broken, part)


def _without_trace(result: CaseResult) -> CaseResult:
    """Of a trial: its answer is kept nowhere."""
    return result.model_copy(update={"trace_id": None})
