"""The job `prune_traces`: old traces go as the policy says, every night, with sizes shown."""

from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from dagster_project.contracts.errors import CanvasError
from dagster_project.defs.ask import ANSWER_KEY
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.metadata import MetadataEntries, markdown_table
from dagster_project.defs.progress_log import progress_log
from dagster_project.inspection.inspection import PreviewTable
from dagster_project.traces.redact import PROCESS_WALL

if TYPE_CHECKING:
    from dagster_project.traces.prune import PruneReport

PRUNE_KEY = dg.AssetKey(["trace_retention"])
AT_HALF_PAST_THREE = "30 3 * * *"


class PruneConfig(dg.Config):
    """Left out, the policy in force decides."""

    days: int | None = Field(
        default=None, ge=1, le=36_500, description="Delete what is older, test runs too."
    )
    dry_run: bool = Field(default=False, description="Say what would go, and delete nothing.")


@dg.asset(
    key=PRUNE_KEY,
    deps=[ANSWER_KEY],
    group_name="ledger",
    kinds={"canvas"},
    description="Traces older than the policy's retention are deleted, with the payloads that only"
    " they needed. Failed, golden and baseline traces stay. Shows what stays, why, and how large"
    " each table is; Dagster's own tables are only shown.",
)
def trace_retention(
    context: dg.AssetExecutionContext,
    config: PruneConfig,
    canvas: dg.ResourceParam[CanvasResource],
) -> dg.MaterializeResult:
    from dagster_project.canvas.prune import prune_by_policy

    try:
        with canvas.open() as opened, progress_log(context.log.info) as progress:
            report = prune_by_policy(
                opened,
                by=f"run {context.run.run_id}",
                days=config.days,
                dry_run=config.dry_run,
                progress=progress,
            )
    except CanvasError as error:
        raise dg.Failure(PROCESS_WALL.clean_text(str(error)), allow_retries=False) from None
    return dg.MaterializeResult(metadata=prune_metadata(report))


def prune_metadata(report: "PruneReport") -> MetadataEntries:
    """Figures to plot over the nights, and what stays and weighs as tables."""
    value = dg.MetadataValue
    by_name = {size.table: size for size in report.tables}
    traces, payloads = by_name["canvas.trace"], by_name["canvas.payload"]
    entries: MetadataEntries = {
        "dry_run": value.bool(report.dry_run),
        "deleted": value.int(report.deleted),
        "payloads_deleted": value.int(report.payloads_deleted),
        "payloads_left": value.int(report.payloads_left),
        "model_calls_deleted": value.int(report.model_calls_deleted),
        "replies_deleted": value.int(report.replies_deleted),
        "older_than": value.timestamp(report.older_than),
        "test_runs_older_than": value.timestamp(report.test_runs_older_than),
        "kept": value.int(sum(report.kept.values())),
        "kept_by_reason": value.md(markdown_table(kept_table(report))),
        "bytes_before": value.int(traces.before_bytes + payloads.before_bytes),
        "bytes_after": value.int(traces.after_bytes + payloads.after_bytes),
        "content_bytes_deleted": value.int(report.trace_bytes + report.payload_bytes),
        "tables": value.md(markdown_table(sizes_table(report))),
        "seconds": value.float(report.seconds),
        "longest_hold_ms": value.float(report.longest_hold_ms),
    }
    if report.oldest_kept is not None:
        entries["oldest_kept"] = value.timestamp(report.oldest_kept)
    return entries


def kept_table(report: "PruneReport") -> PreviewTable:
    return PreviewTable(columns=("why", "traces"), rows=tuple(report.kept.items()))


def sizes_table(report: "PruneReport") -> PreviewTable:
    rows = tuple(
        (size.table, round(size.before_bytes / 1e6, 2), round(size.after_bytes / 1e6, 2))
        for size in report.tables
    )
    return PreviewTable(columns=("table", "before MB", "after MB"), rows=rows)


def prune_traces() -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        "prune_traces",
        selection=dg.AssetSelection.assets(PRUNE_KEY),
        description="Delete old traces as the policy says, and show what the tables weigh.",
    )


def nightly_pruning(job: UnresolvedAssetJobDefinition, zone: str = "UTC") -> dg.ScheduleDefinition:
    """Every night at half past three of the site, after the golden nights."""
    return dg.ScheduleDefinition(
        name="nightly_pruning",
        job=job,
        cron_schedule=AT_HALF_PAST_THREE,
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Old traces go every night, as the policy says.",
    )
