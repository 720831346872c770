"""What is watched: new suites, red nights to file a request for, approved requests to run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.contracts.night import Night
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.golden_night import suite_events
from dagster_project.defs.golden_schedules import new_suites
from dagster_project.defs.golden_suites import SUITE_DIMENSION, SUITES, suite_files
from dagster_project.defs.rollback import (
    REQUEST_TAG,
    Filed,
    filed_text,
    requests_event,
    rollback,
    rollback_config,
)

if TYPE_CHECKING:
    from dagster_project.contracts.rollback import RollbackRequest

_NIGHTS_PER_TICK = 100
_MOST_ATTEMPTS = 3


@dg.sensor(
    name="golden_suites",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Gives every file of golden_sets/ its partition key; tells of files that vanished.",
)
def golden_suites(
    context: dg.SensorEvaluationContext, canvas: dg.ResourceParam[CanvasResource]
) -> dg.SensorResult:
    known = context.instance.get_dynamic_partitions(SUITE_DIMENSION)
    added, told = new_suites(suite_files(canvas.settings.home), known)
    return dg.SensorResult(
        skip_reason=told,
        dynamic_partitions_requests=[SUITES.build_add_request(added)] if added else [],
    )


@dg.sensor(
    name="regression_failed",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reads the nights that ended since its cursor and files a rollback request for a"
    " red one; one red night per tick. The cursor moves only after the request is filed.",
)
def regression_failed(
    context: dg.SensorEvaluationContext, canvas: dg.ResourceParam[CanvasResource]
) -> dg.SensorResult:
    """A tick that dies is made again from the same cursor, and filing twice files once."""
    from dagster_project.regression.nights import ended_after
    from dagster_project.store.database import open_database

    seq = int(context.cursor or 0)
    with open_database(canvas.settings) as database:
        found = up_to_first_red(ended_after(database, seq, _NIGHTS_PER_TICK))
    if not found:
        return dg.SensorResult(
            skip_reason=f"no night ended since night number {seq}", cursor=str(seq)
        )
    filed = file_for(canvas, found[-1]) if found[-1].verdict.colour == "red" else None
    shown = filed_text(filed) if filed else "no request filed"
    return dg.SensorResult(
        skip_reason=f"{_nights(len(found))} read, {shown}",
        cursor=str(found[-1].seq),
        asset_events=[
            *(event for night in found if night.run_id is None for event in suite_events(night)),
            *([filed.event] if filed and filed.event else []),
        ],
    )


def _nights(count: int) -> str:
    return "1 night" if count == 1 else f"{count} nights"


def up_to_first_red(nights: Sequence[Night]) -> tuple[Night, ...]:
    """A request takes a dry run, so a tick takes one red night and leaves the rest for the next."""
    for place, night in enumerate(nights):
        if night.verdict.colour == "red":
            return tuple(nights[: place + 1])
    return tuple(nights)


def file_for(canvas: CanvasResource, night: Night) -> Filed:
    """Raises: CanvasError; then nothing is lost, as the cursor has not moved."""
    from dagster_project.regression.requests import file_request

    with canvas.open() as opened:
        request = file_request(opened, night.id)
        event = requests_event(opened.database) if request else None
    return Filed(night, request, event)


@dg.sensor(
    name="rollback_approved",
    job=rollback,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Launches the job `rollback` for each approved request, again when it breaks off.",
)
def rollback_approved(
    context: dg.SensorEvaluationContext, canvas: dg.ResourceParam[CanvasResource]
) -> dg.SensorResult:
    from dagster_project.regression.requests import requests
    from dagster_project.store.database import open_database

    with open_database(canvas.settings) as database:
        open_requests = [*requests(database, "approved"), *requests(database, "applied")]
    wanted: list[dg.RunRequest] = []
    told: list[str] = []
    for request in open_requests:
        launch, why = next_attempt(context.instance, request)
        told.append(f"request {request.id}: {why}")
        wanted += [launch] if launch else []
    return dg.SensorResult(
        run_requests=wanted,
        skip_reason=None if wanted else ("; ".join(told) or "no approved request"),
    )


def next_attempt(
    instance: dg.DagsterInstance, request: "RollbackRequest"
) -> tuple[dg.RunRequest | None, str]:
    """A run for the request unless one is under way, or too many broke off. Applying is idempotent,
    so a run that broke off anywhere is simply made again."""
    runs = instance.get_runs(dg.RunsFilter(tags={REQUEST_TAG: str(request.id)}))
    if under_way := [run for run in runs if not run.is_finished]:
        return None, f"run {under_way[0].run_id} is under way"
    if len(runs) >= _MOST_ATTEMPTS:
        return None, f"{len(runs)} runs broke off; launch the job `rollback` by hand"
    attempt = len(runs) + 1
    launch = dg.RunRequest(
        run_key=f"rollback-{request.id}-{attempt}",
        run_config=rollback_config(request.id, request.decided_by or "dagster"),
        tags={REQUEST_TAG: str(request.id)},
    )
    return launch, f"attempt {attempt}"
