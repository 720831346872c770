"""`canvas publish`: drafts go into force only when no golden case is worse with them.

Exit codes: 0 published, or nothing to do · 1 refused · 2 wrong arguments, or files with errors.
`canvas assets publish` is the same act without the gate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dagster_project.cli.assets import by_option, json_option, parse_id, print_json, reason_option

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.regression.gate_report import GateReport
    from dagster_project.store.settings import Settings

REFUSED = 1
_STYLES = {"published": "bold green", "passed": "bold green", "refused": "bold red"}
_MOST_CHECKS = 3


@click.command()
@click.argument("asset", metavar="[KIND:NAME]...", nargs=-1)
@click.option("--remove", multiple=True, metavar="KIND:NAME", help="Leave this asset out.")
@click.option(
    "--accept",
    multiple=True,
    metavar="CASE",
    help="A case (or `all`) whose answer may differ; the new one becomes its baseline.",
)
@click.option(
    "--control",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Cases to ask beside those that the change can touch.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; publish nothing.")
@by_option
@reason_option
@json_option
@click.pass_obj
def publish(
    settings: Settings,
    asset: tuple[str, ...],
    remove: tuple[str, ...],
    accept: tuple[str, ...],
    control: int,
    *,
    dry_run: bool,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """Publish drafts (all, or those named) if no golden case is worse with them.

    The cases that the change can touch are asked in the release in force and with the drafts. The
    exit code is 1 when they are refused. `canvas assets publish` publishes without asking.

    \b
    canvas publish mapping:ci_profile --reason "owner before zone"
    canvas publish --dry-run --reason "what would it break"
    """
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine
    from dagster_project.contracts.errors import ConfigError
    from dagster_project.regression.gate import try_publish
    from dagster_project.regression.golden_files import load_suites

    ids = [parse_id(text) for text in asset] or None
    without = [parse_id(text) for text in remove]
    golden = load_suites(settings.home)
    if golden.findings:
        raise ConfigError(golden.findings)  # a suite that cannot be read would guard nothing
    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        report = try_publish(
            canvas,
            ids,
            by,
            reason,
            golden.suites,
            control=control,
            accept=accept,
            remove=without,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        print_json(report)
    else:
        _show(report)
    if report.decision == "refused":
        raise click.exceptions.Exit(REFUSED)


def _show(report: GateReport) -> None:
    from dagster_project.cli.console import line, open_console, styled

    console = open_console()
    line(console, styled(_headline(report), _STYLES.get(report.decision, "bold")))
    for asset_id, (before, after) in report.changed.items():
        line(console, styled(f"{asset_id}: {before or 'none'} → {after or 'none'}"), indent=2)
    if report.cases:
        _worse(report, console)
    for name, verdict in report.verdicts.items():
        for reason in verdict.reasons:
            line(console, styled(f"{name}: {reason.text}", "red"))
    for name in report.better:
        line(console, styled(f"better: {name}", "green"))
    for name in report.blessed:
        line(console, styled(f"new baseline: {name}"))
    for note in report.notes:
        line(console, styled(f"! {note}", "yellow"))
    asked = f"{report.cases} cases in both releases, {report.controls} of them a control sample"
    cost = f"{report.tokens:,} tokens, ${report.cost_usd:.4f}"
    line(console, styled(f"{asked}, {cost}, {report.seconds:.2f} s; {report.id}", "dim"))


def _headline(report: GateReport) -> str:
    match report.decision:
        case "published":
            return f"published as {report.release_id}"
        case "passed":
            return "dry run: it would be published"
        case "refused":
            return "refused: nothing was published"
        case "nothing":
            return "there is no draft to publish"


def _worse(report: GateReport, console: Console) -> None:
    from dagster_project.cli.console import new_table, show_table, styled

    if not report.worse:
        return
    table = new_table(console)
    for title in ("case", "", "question", "what is worse", "from the answer in force"):
        table.add_column(title, no_wrap=title in ("case", ""))
    for one in report.worse:
        mark = "accepted" if one.accepted else "control" if one.control else ""
        checks = [str(check) for check in one.checks[:_MOST_CHECKS]]
        glue = "\n" if console.is_terminal else "; "
        table.add_row(
            styled(one.name, "cyan"),
            styled(mark, "yellow"),
            styled(one.question.replace("\n", " ")),
            styled(glue.join(checks)),
            styled(glue.join(one.lines)),
        )
    show_table(console, table)
