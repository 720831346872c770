"""The job `rerun`: an earlier trace once more, with a choice, a patch or another question."""

import dagster as dg
from pydantic import Field

from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.json_patch import read_patch
from dagster_project.defs.ask import ANSWER_KEY, answer_metadata, run_tags, without_secrets
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.progress_log import progress_log
from dagster_project.traces.redact import PROCESS_WALL

PARENT_TAG = "canvas/parent_trace_id"


class RerunConfig(dg.Config):
    """An earlier trace, and one of `choose`, `patch` and `question`."""

    trace_id: str = Field(description="The trace to go on from.")
    choose: int | None = Field(default=None, description="Number of a choice on its cards.")
    patch: str | None = Field(
        default=None,
        description='JSON Patch (RFC 6902) on its plan: [{"op": "remove", "path": "/steps/1"}]',
    )
    question: str | None = Field(default=None, description="Asked instead, at the same moment.")
    user: str | None = Field(default=None, description="Who asks; left out, the trace's user.")
    tenant: str = Field(default="default", description="Whose trace it is.")
    roles: list[str] | None = Field(
        default=None, description="Left out, the trace's roles when its user goes on."
    )
    overrides: dict[str, str] | None = Field(
        default=None, description="Left out, the trace's overrides; {} is none."
    )
    same_release: bool = Field(
        default=False, description="With the trace's release, not the one in force."
    )
    reason: str = Field(default="", description="Kept in the new trace.")

    def wish(self) -> dict[str, object]:
        """Arguments of `Canvas.rerun`. Raises: InvalidRequest."""
        return {
            **self.model_dump(exclude={"trace_id"}),
            "patch": None if self.patch is None else read_patch(self.patch),
            "roles": None if self.roles is None else tuple(self.roles),
        }


@dg.op(out=dg.Out(dg.Nothing))
def answer_again(
    context: dg.OpExecutionContext, config: RerunConfig, canvas: dg.ResourceParam[CanvasResource]
) -> None:
    """Go on from an earlier trace, at the same moment of the data. The new trace is its child; an
    answer that failed is an answer too."""
    try:
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            wish = config.wish()
            trace = opened.rerun(config.trace_id, progress=progress, **wish)  # pyright: ignore[reportArgumentType]
            trace = without_secrets(trace)
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    parent = trace.parent_trace_id or ""
    context.instance.add_run_tags(context.run_id, {**run_tags(trace), PARENT_TAG: parent})
    metadata = {**answer_metadata(trace), "parent_trace_id": dg.MetadataValue.text(parent)}
    context.log_event(dg.AssetMaterialization(ANSWER_KEY, trace.answer.summary, metadata=metadata))


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "rerun"})
def rerun() -> None:
    """Go on from an earlier answer: a choice of its cards, a patch on its plan, or a question."""
    answer_again()
