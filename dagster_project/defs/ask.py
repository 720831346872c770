"""The job `ask`: one question, launched from the UI or over GraphQL, answered as a Dagster run."""

from datetime import datetime
from enum import Enum

import dagster as dg
from pydantic import Field

from dagster_project.contracts.errors import CanvasError, InvalidRequest
from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import ReleaseId, base_release_id
from dagster_project.defs.canvas_resource import RELEASE_TAG, CanvasResource
from dagster_project.defs.metadata import picture_markdown
from dagster_project.defs.progress_log import progress_log
from dagster_project.inspection.blocks_markdown import blocks_markdown
from dagster_project.pipeline.plain_text import escape_markdown
from dagster_project.traces.diff.models import answered_by
from dagster_project.traces.redact import PROCESS_WALL

ANSWER_KEY = dg.AssetKey(["answer"])


class Language(Enum):
    """Language of the answer."""

    ko = "ko"
    en = "en"


class AskConfig(dg.Config):
    """One question and how it is asked."""

    question: str = Field(description="In Korean or English, for example: GT-01 상태 알려줘")
    user: str = Field(default="anonymous", description="Who asks; kept in the trace.")
    tenant: str = Field(default="default", description="Whose data may be seen.")
    roles: list[str] = Field(
        default=["operator"], description="Judged by the policy's access rules."
    )
    language: Language | None = Field(
        default=None, description="Of the answer; left out, that of the question."
    )
    as_of: str | None = Field(
        default=None, description="ISO 8601 instant that counts as now; left out, the policy's."
    )
    overrides: dict[str, str] = Field(
        default={},
        description="Other asset versions for this run: `kind:name` to `name:version`.",
    )

    def to_ask(self, release_id: str | None) -> Ask:
        """Raises: InvalidRequest."""
        return Ask(
            question=self.question,
            user=self.user,
            tenant=self.tenant,
            roles=tuple(self.roles),
            language=None if self.language is None else self.language.value,
            as_of=None if self.as_of is None else instant(self.as_of),
            release_id=None if release_id is None else ReleaseId(release_id),
            asset_overrides=self.overrides,
            test_mode=bool(self.overrides),
        )


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset. Raises: InvalidRequest."""
    example = "Write it with its offset: 2026-02-04T09:00:00+09:00."
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"as_of {text!r} is no ISO 8601 instant.", example) from None
    if read.tzinfo is None:
        raise InvalidRequest(f"as_of {text!r} has no offset from UTC.", example)
    return read


@dg.op(out=dg.Out(dg.Nothing))
def answer(
    context: dg.OpExecutionContext, config: AskConfig, canvas: dg.ResourceParam[CanvasResource]
) -> None:
    """Answer one question with the release named in the tag `canvas/release`, else with the one in
    force now. An ask that cannot be answered is an answer too, with status `failed`."""
    try:
        question = config.to_ask(context.run.tags.get(RELEASE_TAG))
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            trace = without_secrets(opened.ask(question, progress=progress))
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    context.instance.add_run_tags(context.run_id, run_tags(trace))
    context.log_event(
        dg.AssetMaterialization(ANSWER_KEY, trace.answer.summary, metadata=answer_metadata(trace))
    )


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "ask"})
def ask() -> None:
    """Answer one question. Read the answer back by run id: see docs/dagster.md."""
    answer()


def without_secrets(trace: Trace) -> Trace:
    """The trace as it may be written: Dagster's log is no safer than ours."""
    met = PROCESS_WALL.meets(trace.model_dump_json().encode())
    return PROCESS_WALL.clean(trace) if met else trace


def run_tags(trace: Trace) -> dict[str, str]:
    """What a run is found by; the release without its overrides, so that the run can be re-executed
    from its tags and its config."""
    return {
        RELEASE_TAG: base_release_id(trace.release_id),
        "canvas/trace_id": trace.trace_id,
        "canvas/route": trace.route,
        "canvas/status": trace.status,
    }


def answer_metadata(trace: Trace) -> dict[str, dg.MetadataValue]:
    """What a client reads back by run id, and a person reads in the UI."""
    value = dg.MetadataValue
    found = trace.answer
    return {
        "shown": value.md(shown(trace)),
        "answer": value.json(found.model_dump(mode="json")),
        "question": value.text(trace.question),
        "summary": value.text(found.summary),
        "route": value.text(trace.route),
        "status": value.text(trace.status),
        "references": value.json([r.model_dump(mode="json") for r in trace.references]),
        "trace_id": value.text(trace.trace_id),
        "release": value.text(trace.release_id),
        "duration_ms": value.float(trace.duration_ms),
        **model_metadata(trace),
        "assets": value.table(assets_read(trace)),
        "stages": value.table(stages_passed(trace)),
    }


def model_metadata(trace: Trace) -> dict[str, dg.MetadataValue]:
    """Who planned, what stood in, and what the calls of models cost; prompts are in the trace."""
    value = dg.MetadataValue
    calls = [call for output in trace.stage_outputs for call in output.model_calls]
    entries: dict[str, dg.MetadataValue] = {
        "planned_by": value.text(trace.plan_raw.planned_by),
        "model": value.text(answered_by(calls) or "none"),
        "tokens": value.int(trace.tokens_in + trace.tokens_out),
        "cost_usd": value.float(trace.cost_usd),
        "fallbacks": value.text("; ".join(trace.fallbacks) or "none"),
    }
    if calls:
        entries["model_calls"] = value.table(list(map(_call_record, calls)))
    return entries


def _call_record(call: ModelCall) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "for": call.purpose,
            "model": f"{call.provider}/{call.model}",
            "outcome": call.outcome,
            "detail": call.detail,
            "tokens": call.tokens_in + call.tokens_out,
            "cost_usd": call.cost_usd,
            "ms": round(call.elapsed_ms, 1),
            "why": call.routing.reason if call.routing else "",
        }
    )


def shown(trace: Trace) -> str:
    """The answer as its screen shows it, without what is folded; then what it asks back."""
    open_blocks = [b.block for b in trace.answer.screen.blocks if not b.folded]
    cards = [
        f"**{card.expected_impact}**\n\n"
        + "\n".join(f"- {choice.number}: {choice.label}" for choice in card.choices)
        for card in trace.answer.cards
    ]
    blocks = blocks_markdown(open_blocks, picture_markdown)
    return "\n\n".join([escape_markdown(trace.answer.summary), blocks, *cards])


def assets_read(trace: Trace) -> list[dg.TableRecord]:
    return [
        dg.TableRecord(
            {"asset": asset, "version": ref, "content": trace.asset_versions.get(asset, "")[:12]}
        )
        for asset, ref in sorted(trace.applied_assets.items())
    ]


def stages_passed(trace: Trace) -> list[dg.TableRecord]:
    return [
        dg.TableRecord(
            {
                "stage": output.stage,
                "status": output.diagnostics.status,
                "ms": round(output.duration_ms, 2),
                "warnings": "; ".join(output.diagnostics.warnings),
            }
        )
        for output in trace.stage_outputs
    ]
