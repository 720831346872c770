"""The jobs `override_test` and `stage_test`: what other asset versions change in one answer."""

from enum import Enum
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_project.contracts.errors import CanvasError, InvalidRequest
from dagster_project.contracts.value import base_release_id
from dagster_project.defs.ask import AskConfig, answer_metadata, without_secrets
from dagster_project.defs.canvas_resource import RELEASE_TAG, CanvasResource
from dagster_project.defs.progress_log import progress_log
from dagster_project.traces.redact import PROCESS_WALL

if TYPE_CHECKING:
    from dagster_project.canvas import SwapResult

SWAP_KEY = dg.AssetKey(["swap_test"])
BASELINE_TAG = "canvas/baseline_trace_id"
_OVERRIDES = "Other asset versions: `kind:name` or `stage:kind:name` to `name:version`."


class StageName(Enum):
    """A stage of the pipeline."""

    route_plan = "route_plan"
    validate = "validate"
    execute = "execute"
    compose = "compose"
    present = "present"


class OverrideTestConfig(AskConfig):
    """A question or a trace, and the other asset versions."""

    question: str = Field(default="", description="Asked twice, first without the overrides; or:")
    trace_id: str = Field(default="", description="A kept ask, as the baseline.")
    overrides: dict[str, str] = Field(description=_OVERRIDES)


class StageTestConfig(dg.Config):
    """A stage of a kept ask, and the other asset versions."""

    trace_id: str = Field(description="Its stored output of the stage before is the input.")
    stage: StageName = Field(description="The stage that runs, alone.")
    overrides: dict[str, str] = Field(description=_OVERRIDES)
    tenant: str = Field(default="default", description="Whose trace it is.")


@dg.op(out=dg.Out(dg.Nothing))
def test_with_overrides(
    context: dg.OpExecutionContext,
    config: OverrideTestConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> None:
    """The whole pipeline with other asset versions, beside its baseline."""
    try:
        if bool(config.question) == bool(config.trace_id):
            raise InvalidRequest("override_test takes a question or a trace_id, one of them;")
        ask = config.to_ask(context.run.tags.get(RELEASE_TAG)) if config.question else None
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            found = opened.test_overrides(
                ask,
                overrides=config.overrides,
                trace_id=config.trace_id or None,
                tenant=config.tenant,
                progress=progress,
            )
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    leave(context, found)


@dg.op(out=dg.Out(dg.Nothing))
def test_one_stage(
    context: dg.OpExecutionContext,
    config: StageTestConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> None:
    """One stage with other asset versions, on what a kept ask gave it."""
    try:
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            found = opened.test_stage(
                config.trace_id,
                config.stage.value,
                config.overrides,
                tenant=config.tenant,
                progress=progress,
            )
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    leave(context, found)


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "test"})
def override_test() -> None:
    """Answer a question with other asset versions and show what differs from the baseline."""
    test_with_overrides()


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "test"})
def stage_test() -> None:
    """Run one stage of a kept ask with other asset versions and show what differs."""
    test_one_stage()


def leave(context: dg.OpExecutionContext, found: "SwapResult") -> None:
    """The result where a client reads it by run id, and a person in the UI."""
    tags = {
        # Without the overrides: the config has them, and a re-execution adds them again.
        RELEASE_TAG: base_release_id(found.baseline.release_id),
        "canvas/trace_id": found.trace.trace_id,
        BASELINE_TAG: found.baseline.trace_id,
        "canvas/same": str(found.diff.same).lower(),
    }
    context.instance.add_run_tags(context.run_id, tags)
    verdict = PROCESS_WALL.clean_text(found.diff.verdict)
    context.log_event(dg.AssetMaterialization(SWAP_KEY, verdict, metadata=swap_metadata(found)))


def swap_metadata(found: "SwapResult") -> dict[str, dg.MetadataValue | str | int | float | bool]:
    """The diff for a person and as data, the facts of it as figures, and the test's own answer."""
    from dagster_project.traces.diff.facts import diff_markdown, diff_metadata

    clean = PROCESS_WALL.clean_text
    facts = {
        name: clean(fact) if isinstance(fact, str) else fact
        for name, fact in diff_metadata(found.diff).items()
    }
    return {
        "diff": dg.MetadataValue.md(clean(diff_markdown(found.diff))),
        **facts,
        "baseline_trace_id": found.baseline.trace_id,
        "overrides": dg.MetadataValue.json(found.trace.asset_overrides),
        **answer_metadata(without_secrets(found.trace)),
    }


swap_test_asset = dg.AssetSpec(
    SWAP_KEY,
    group_name="answer",
    kinds={"canvas"},
    description="Results of the jobs `override_test` and `stage_test`: one materialization per"
    " test, with its diff against the baseline, the verdict and both trace ids.",
)
