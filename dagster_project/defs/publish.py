"""The job `publish`: drafts go into force when the gate finds no golden case worse with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_project.contracts.errors import CanvasError
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.golden_metadata import moves_text
from dagster_project.defs.metadata import MetadataEntries, markdown_table
from dagster_project.defs.progress_log import progress_log
from dagster_project.inspection.inspection import PreviewTable
from dagster_project.traces.redact import PROCESS_WALL

if TYPE_CHECKING:
    from dagster_project.regression.gate_report import GateReport, Worse

GATE_KEY = dg.AssetKey(["publish_gate"])

publish_gate_asset = dg.AssetSpec(
    GATE_KEY,
    group_name="golden",
    kinds={"canvas"},
    description="What the job `publish` found: one materialization per try, with the cases that are"
    " worse with the drafts. A refused try fails its run.",
)


class PublishConfig(dg.Config):
    """What goes into force, who wants it and why."""

    by: str = Field(description="Who publishes; kept for ever.")
    reason: str = Field(description="Why; kept for ever.")
    assets: list[str] = Field(
        default=[], description="`kind:name` of drafts; left out, every edited file."
    )
    accept: list[str] = Field(
        default=[],
        description="`case`, `suite/case` or `all`: they may differ, and become baselines.",
    )
    dry_run: bool = Field(default=False, description="Test only; publish nothing.")


@dg.op(out=dg.Out(dg.Nothing))
def pass_the_gate(
    context: dg.OpExecutionContext,
    config: PublishConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> None:
    """Ask the golden cases that the drafts touch, with and without them, and publish or refuse."""
    from dagster_project.contracts.value import AssetId
    from dagster_project.regression.gate import try_publish
    from dagster_project.regression.golden_files import load_suites

    try:
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            report = try_publish(
                opened,
                [AssetId(asset) for asset in config.assets] or None,
                config.by,
                config.reason,
                load_suites(opened.settings.home).suites,
                accept=config.accept,
                dry_run=config.dry_run,
                progress=progress,
            )
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    metadata = gate_metadata(report)
    told = report_text(report)
    context.instance.add_run_tags(context.run_id, {"canvas/decision": report.decision})
    context.log_event(dg.AssetMaterialization(GATE_KEY, told, metadata=metadata))
    if report.decision == "refused" and not config.dry_run:
        raise dg.Failure(told, metadata, allow_retries=False)


@dg.job(executor_def=dg.in_process_executor, tags={"canvas/kind": "publish"})
def publish() -> None:
    """Put drafts in force through the gate; a refusal fails the run and says what is worse."""
    pass_the_gate()


def report_text(report: "GateReport") -> str:
    """`refused: 2 of 31 cases are worse with query:ci_status: 3 → 4`."""
    moves = moves_text(report.changed)
    open_worse = sum(not case.accepted for case in report.worse)
    told = f"{report.decision}: {open_worse} of {report.cases} cases are worse with {moves}"
    return PROCESS_WALL.clean_text(told if report.changed else f"{report.decision} to publish")


def gate_metadata(report: "GateReport") -> MetadataEntries:
    """What moved, what is worse and why, and what the cases could not see."""
    value, clean = dg.MetadataValue, PROCESS_WALL.clean_text
    entries: MetadataEntries = {
        "decision": value.text(report.decision),
        "changed": value.text(moves_text(report.changed)),
        "cases": value.int(report.cases),
        "controls": value.int(report.controls),
        "worse": value.int(len(report.worse)),
        "better": value.int(len(report.better)),
        "release_before": value.text(report.base_release_id or "nothing"),
        "release_after": value.text(report.release_id or "nothing"),
        "tokens": value.int(report.tokens),
        "cost_usd": value.float(report.cost_usd),
        "seconds": value.float(report.seconds),
    }
    if report.worse:
        entries["worse_cases"] = value.md(clean(worse_markdown(report.worse)))
    if report.verdicts:
        entries["verdicts"] = value.md(clean(_verdicts(report)))
    if report.notes:
        entries["notes"] = value.md(clean("\n".join(f"- {note}" for note in report.notes)))
    return entries


def _verdicts(report: "GateReport") -> str:
    lines = []
    for suite, verdict in sorted(report.verdicts.items()):
        reasons = "; ".join(reason.text for reason in verdict.reasons) or verdict.power
        lines.append(f"- `{suite}`: **{verdict.colour}**, {reasons}")
    return "\n".join(lines)


def worse_markdown(worse: "Sequence[Worse]") -> str:
    """Each case with what no longer holds and how its answer differs."""
    rows = tuple(
        (
            one.name + (" (accepted)" if one.accepted else ""),
            one.question,
            "; ".join(map(str, one.checks)),
            "; ".join(one.lines[:6]),
            f"`canvas trace diff {one.before_trace_id} {one.after_trace_id}`"
            if one.before_trace_id and one.after_trace_id
            else "",
        )
        for one in worse
    )
    columns = ("case", "question", "what no longer holds", "what differs", "look into it")
    return markdown_table(PreviewTable(columns=columns, rows=rows), 240)
