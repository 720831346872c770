"""What runs every night: a look at the sources, then every suite."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.golden_night import KIND_TAG
from dagster_project.defs.golden_suites import SUITE_DIMENSION, SuiteFile, suite_files

NIGHTLY = "nightly_regression"
AT_TWO, AT_HALF_PAST_ONE = "0 2 * * *", "30 1 * * *"


def new_suites(home_files: Sequence[SuiteFile], known: Sequence[str]) -> tuple[list[str], str]:
    """Suites without a partition key, and a sentence about all of it."""
    names = {file.name for file in home_files}
    added = sorted(names - set(known))
    gone = sorted(set(known) - names)
    told = f"{len(names)} suites"
    if added:
        told += f", added: {', '.join(added)}"
    if gone:
        told += (
            f"; the file is gone of: {', '.join(gone)}. Their nights fail until the file is back or"
            f" the key is deleted from the partitions {SUITE_DIMENSION!r}"
        )
    return added, told


def nightly_regression(job: UnresolvedAssetJobDefinition, zone: str) -> dg.ScheduleDefinition:
    """At two o'clock of the site every suite runs, also one whose file is refused or gone."""

    @dg.schedule(
        name=NIGHTLY,
        job=job,
        cron_schedule=AT_TWO,
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every suite, every night: one run for each.",
    )
    def nightly(
        context: dg.ScheduleEvaluationContext, canvas: dg.ResourceParam[CanvasResource]
    ) -> list[dg.RunRequest]:
        day = context.scheduled_execution_time.date().isoformat()
        known = context.instance.get_dynamic_partitions(SUITE_DIMENSION)
        added, told = new_suites(suite_files(canvas.settings.home), known)
        context.instance.add_dynamic_partitions(SUITE_DIMENSION, added)
        context.log.info(told)
        return [
            dg.RunRequest(
                run_key=f"{day}|{suite}",
                partition_key=dg.MultiPartitionKey({"date": day, "suite": suite}),
                run_config={"ops": {"golden_night": {"config": {"by": NIGHTLY}}}},
                tags=KIND_TAG,
            )
            for suite in sorted({*known, *added})
        ]

    return nightly


def nightly_look(job: UnresolvedAssetJobDefinition, zone: str) -> dg.ScheduleDefinition:
    """Before the suites, which hold that somebody looked at the sources of late."""
    return dg.ScheduleDefinition(
        name="nightly_source_look",
        job=job,
        cron_schedule=AT_HALF_PAST_ONE,
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The health of every source, looked at before the golden nights.",
    )
