"""The asset `golden_night` and its job `regression`: one run per date and suite."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from dagster_project.contracts.errors import CanvasError, InvalidRequest
from dagster_project.contracts.night import Night, Outcome, StartedBy
from dagster_project.defs.canvas_resource import RELEASE_TAG, CanvasResource
from dagster_project.defs.golden_metadata import (
    night_figures,
    night_metadata,
    verdict_check,
)
from dagster_project.defs.golden_suites import VERDICT, SuiteFile, night_partitions, suite_key
from dagster_project.defs.nights_chart import MOST_NIGHTS
from dagster_project.defs.progress_log import progress_log
from dagster_project.traces.redact import PROCESS_WALL

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas

NIGHT_KEY = dg.AssetKey(["golden_night"])
POOL = "golden"
"""Nights wait for one another in the queue, so that questions need not wait for nights."""
KIND_TAG = {"canvas/kind": "regression"}
_WORST: tuple[Outcome, ...] = ("failed", "error", "timed_out", "stale")
SuiteEvent = dg.AssetObservation | dg.AssetCheckEvaluation


class NightConfig(dg.Config):
    """Which cases run, and who wants it; without anything: all of them."""

    only: list[str] = Field(default=[], description="Ids of cases; such a night is never green.")
    only_failed: bool = Field(
        default=False, description="Only the cases that failed in the suite's newest night."
    )
    by: str = Field(default="dagster", description="Who wants it; kept with the night.")


def golden_night(zone: str, files: tuple[SuiteFile, ...]) -> dg.AssetsDefinition:
    """The asset; its partitions' dates are days of `zone`."""

    @dg.asset(
        key=NIGHT_KEY,
        partitions_def=night_partitions(zone),
        deps=[file.key for file in files],
        group_name="golden",
        kinds={"canvas"},
        pool=POOL,
        description="One night of one suite: every case is asked, judged by statistics and kept."
        " The verdict is the check of the suite's own asset; a red night is a successful run.",
    )
    def night(
        context: dg.AssetExecutionContext,
        config: NightConfig,
        canvas: dg.ResourceParam[CanvasResource],
    ) -> dg.MaterializeResult:
        day, suite = _partition(context)
        try:
            with canvas.open() as opened, progress_log(context.log.info) as progress:
                found, metadata = _run(context, opened, config, suite, day, progress)
        except CanvasError as error:
            raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
        context.instance.add_run_tags(context.run.run_id, night_tags(found))
        for event in suite_events(found):
            context.log_event(event)  # pyright: ignore[reportArgumentType]
        return dg.MaterializeResult(metadata=metadata)

    return night


def regression_job(night: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        "regression",
        selection=dg.AssetSelection.assets(night).without_checks(),
        tags=KIND_TAG,
        description="Run one suite for one day; the schedule does it every night for all suites.",
    )


def _partition(context: dg.AssetExecutionContext) -> tuple[date, str]:
    key = context.partition_key
    assert isinstance(key, dg.MultiPartitionKey)
    named = key.keys_by_dimension
    return date.fromisoformat(named["date"]), named["suite"]


def _run(
    context: dg.AssetExecutionContext,
    canvas: "Canvas",
    config: NightConfig,
    suite_name: str,
    day: date,
    progress: Callable[[str, str, float], None],
) -> tuple[Night, dict[str, dg.MetadataValue]]:
    """Raises: CanvasError."""
    from dagster_project.regression.nights import newest_nights, results
    from dagster_project.regression.pick_suite import pick_suite
    from dagster_project.regression.run_suite import run_suite

    suite = pick_suite(canvas.settings.home, suite_name)
    release = context.run.tags.get(RELEASE_TAG)
    night = run_suite(
        canvas,
        suite,
        day=day,
        started_by=started_by(context.run.tags),
        by=config.by,
        release=canvas.release(release) if release else None,  # pyright: ignore[reportArgumentType]
        run_id=context.run.run_id,
        only=_only(canvas, config, suite_name),
        progress=progress,
    )
    past = newest_nights(canvas.database, suite_name, MOST_NIGHTS)
    return night, night_metadata(night, results(canvas.database, night.id, _WORST), past)


def _only(canvas: "Canvas", config: NightConfig, suite: str) -> tuple[str, ...]:
    """Raises: InvalidRequest when nothing is left to run."""
    from dagster_project.regression.failed_cases import failed_cases

    if not config.only_failed:
        return tuple(config.only)
    if config.only:
        raise InvalidRequest("`only` and `only_failed` exclude each other;", "give one of them.")
    failed = failed_cases(canvas.database, suite)
    if not failed:
        raise InvalidRequest(f"Nothing failed in the newest night of {suite!r}.", "Run all of it.")
    return failed


def started_by(tags: Mapping[str, str]) -> StartedBy:
    """Who launched a run, by what Dagster wrote into its tags."""
    return "schedule" if "dagster/schedule_name" in tags else "manual"


def night_tags(night: Night) -> dict[str, str]:
    """What a run of a night is found by."""
    return {
        "canvas/suite": night.suite,
        "canvas/night": str(night.id),
        "canvas/verdict": night.verdict.colour,
        "canvas/ran_release": night.release_id,
    }


def suite_events(night: Night) -> tuple[SuiteEvent, ...]:
    """What a night says of its suite's own asset: figures and, when all of it ran, the verdict."""
    key = suite_key(night.suite)
    figures = dg.AssetObservation(key, verdict_text(night), metadata=night_figures(night))
    return (figures,) if night.only else (figures, verdict_check(key, VERDICT, night))


def verdict_text(night: Night) -> str:
    """`red: 3 case(s) fail ...`, in one line."""
    reasons = "; ".join(reason.text for reason in night.verdict.reasons)
    shown = reasons or f"{night.summary.passed} of {night.summary.ran} cases pass"
    return PROCESS_WALL.clean_text(f"{night.verdict.colour}: {shown}")
