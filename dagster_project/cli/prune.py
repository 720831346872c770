"""`canvas prune`: delete old traces as the policy says, and show what that frees."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.store.settings import Settings
    from dagster_project.traces.prune import PruneReport

_SHOWN_TABLES = 8


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be deleted; delete nothing.")
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    help="Delete what is older, test runs too. Default: as the policy in force says.",
)
@click.option("--by", default=getpass.getuser, show_default="you", help="Who; it is kept.")
@json_option
@click.pass_obj
def prune(settings: Settings, *, dry_run: bool, days: int | None, by: str, as_json: bool) -> None:
    """Delete traces older than the policy's retention, and payloads that only they need.

    \b
    Failed, golden and baseline traces stay. Asks go on meanwhile.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.prune import prune_by_policy
    from dagster_project.cli.progress import ProgressLine

    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        report = prune_by_policy(canvas, by=by, days=days, dry_run=dry_run, progress=progress)
    if as_json:
        click.echo(report.model_dump_json())
        return
    from dagster_project.cli.console import open_console

    _show(report, open_console())


def _show(report: PruneReport, console: Console) -> None:
    from dagster_project.cli.console import line, new_table, show_table, styled

    verb = "would delete" if report.dry_run else "deleted"
    line(
        console,
        styled(f"{verb} {report.deleted:,} traces", "bold"),
        f" created before {report.older_than:%Y-%m-%d %H:%M %Z}"
        f" (test runs: {report.test_runs_older_than:%Y-%m-%d %H:%M %Z})",
    )
    line(console, f"{verb} {report.payloads_deleted:,} payloads that only they needed")
    if report.model_calls_deleted or report.replies_deleted:
        calls, replies = report.model_calls_deleted, report.replies_deleted
        line(console, f"{verb} {calls:,} calls of models and {replies:,} kept replies")
    if report.payloads_left:
        line(console, f"{report.payloads_left:,} payloads are left for the next prune", indent=2)
    freed = (report.trace_bytes + report.payload_bytes) / 1e6
    line(console, f"{freed:,.1f} MB of content, in {report.seconds:.1f} s")
    stays = ", ".join(f"{count:,} {reason}" for reason, count in report.kept.items())
    oldest = f"; the oldest of {report.oldest_kept:%Y-%m-%d}" if report.oldest_kept else ""
    line(console, f"kept: {stays or 'none'}{oldest}")
    table = new_table(console)
    for title in ("table", "before MB", "after MB"):
        table.add_column(title, no_wrap=True, justify="left" if title == "table" else "right")
    for size in report.tables[:_SHOWN_TABLES]:
        cells = (size.table, f"{size.before_bytes / 1e6:,.2f}", f"{size.after_bytes / 1e6:,.2f}")
        table.add_row(*(styled(cell) for cell in cells))
    line(console, "")
    show_table(console, table)
