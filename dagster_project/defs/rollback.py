"""The jobs `decide_rollback` and `rollback`, and the asset `rollback_requests` where they show."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.night import Night
from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.golden_night import suite_events
from dagster_project.defs.progress_log import progress_log
from dagster_project.defs.request_markdown import (
    applied_metadata,
    effect_metadata,
    request_text,
    requests_metadata,
)
from dagster_project.traces.redact import PROCESS_WALL

if TYPE_CHECKING:
    from dagster_project.store.database import Database

REQUESTS_KEY = dg.AssetKey(["rollback_requests"])
REQUEST_TAG = "canvas/rollback_request"
_MOST_SECONDS = "900"
"""A run whose process died with its code server is told to have failed after so long."""

rollback_requests_asset = dg.AssetSpec(
    REQUESTS_KEY,
    deps=[dg.AssetKey(["golden_night"])],
    group_name="golden",
    kinds={"canvas"},
    description="Requests to go back to earlier asset versions, each with its evidence. A person"
    " decides with the job `decide_rollback`; see docs/golden-nights.md.",
)


@dataclass(frozen=True, slots=True)
class Filed:
    """What the sensor did with a red night."""

    night: Night
    request: RollbackRequest | None
    event: dg.AssetMaterialization | None


class Decision(Enum):
    """What a person says to a request."""

    approved = "approved"
    declined = "declined"


class DecideConfig(dg.Config):
    """A pending request and the decision on it."""

    request: int = Field(description="The request's number; see the asset `rollback_requests`.")
    decision: Decision = Field(description="approved: the versions go back at once.")
    by: str = Field(description="Who decides; kept for ever.")
    reason: str = Field(description="Why; kept for ever.")


class RollbackConfig(dg.Config):
    """An approved request."""

    request: int = Field(description="The request's number.")
    by: str = Field(default="dagster", description="Who wants it; kept for ever.")


@dg.op(out=dg.Out(dg.Nothing))
def decide(
    context: dg.OpExecutionContext,
    config: DecideConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> None:
    """Approve or decline a request. An approved one is rolled back by the sensor
    `rollback_approved` within seconds."""
    from dagster_project.regression import requests
    from dagster_project.store.database import open_database

    try:
        with open_database(canvas.settings) as database:
            requests.decide(
                database, config.request, config.decision.value, config.by, config.reason
            )
            context.log_event(requests_event(database))
    except CanvasError as error:
        raise _failure(error) from None


@dg.op(out=dg.Out(int))
def apply_request(
    context: dg.OpExecutionContext,
    config: RollbackConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> int:
    """Publish the versions that the request names. A second time it changes nothing."""
    from dagster_project.regression import rollback as steps

    context.instance.add_run_tags(context.run_id, {REQUEST_TAG: str(config.request)})
    try:
        with canvas.open() as opened:
            applied = steps.apply_request(opened, config.request, config.by)
            context.log_event(requests_event(opened.database))
    except CanvasError as error:
        raise _failure(error) from None
    if applied.status == "failed":
        raise dg.Failure(
            PROCESS_WALL.clean_text(applied.error), applied_metadata(applied), allow_retries=False
        )
    context.add_output_metadata(applied_metadata(applied))
    return config.request


@dg.op(out=dg.Out(dg.Nothing))
def check_effect(
    context: dg.OpExecutionContext, request: int, canvas: dg.ResourceParam[CanvasResource]
) -> None:
    """Run the suite again: the request is `cured` when its night is green."""
    from dagster_project.regression import rollback as steps
    from dagster_project.regression.golden_files import load_suites
    from dagster_project.regression.nights import get_night

    try:
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            suites = load_suites(opened.settings.home).suites
            found = steps.check_effect(opened, request, suites, "rollback", progress)
            night = get_night(opened.database, found.check_night) if found.check_night else None
            for event in suite_events(night) if night else ():
                context.log_event(event)  # pyright: ignore[reportArgumentType]
            context.log_event(requests_event(opened.database))
    except CanvasError as error:
        raise _failure(error) from None
    context.add_output_metadata(effect_metadata(found, night))


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "decision"})
def decide_rollback() -> None:
    """Say yes or no to a rollback request, with name and reason."""
    decide()


@dg.job(
    executor_def=dg.in_process_executor,
    tags={"canvas/kind": "rollback", "dagster/max_runtime": _MOST_SECONDS},
)
def rollback() -> None:
    """Go back as an approved request says, once, and run its suite to see that it helped."""
    check_effect(apply_request())


def rollback_config(request: int, by: str) -> dict[str, object]:
    """Run config of the job `rollback`."""
    return {"ops": {"apply_request": {"config": {"request": request, "by": by}}}}


def requests_event(database: "Database") -> dg.AssetMaterialization:
    """All that a person needs to decide, as it stands now."""
    from dagster_project.regression.requests import requests

    return dg.AssetMaterialization(
        REQUESTS_KEY,
        "requests, newest first",
        metadata=requests_metadata(requests(database, None)),
    )


def filed_text(filed: Filed) -> str:
    """`1 request filed: request 4 (query:ci_status 3 → 2)`."""
    if filed.request is None:
        return f"night {filed.night.id} is red, and going back is no answer to it"
    if filed.request.night != filed.night.id:
        return f"night {filed.night.id} is red again, as {request_text(filed.request)} says"
    return f"1 request filed: {request_text(filed.request)}"


def _failure(error: CanvasError) -> dg.Failure:
    return dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False)
