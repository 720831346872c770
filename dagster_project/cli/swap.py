"""`canvas test` and `canvas replay`: what another version of an asset makes of answers."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from dagster_project.cli.question import override_pair, parse_time
from dagster_project.cli.trace import STAGES, id_in, json_option, tenant_option

if TYPE_CHECKING:
    from dagster_project.canvas.replay import ReplayReport
    from dagster_project.canvas.swap import SwapResult
    from dagster_project.contracts.trace import Ask
    from dagster_project.store.settings import Settings

_OUTCOME_STYLES = {"same": "dim", "changed": "yellow", "failed": "red"}


def _override_option(*, required: bool) -> Any:
    return click.option(
        "--override",
        "overrides",
        multiple=True,
        required=required,
        metavar="[STAGE:]KIND:NAME=NAME:VERSION",
        help="The other version, by number or `draft`; more than once for more assets.",
    )


@click.command()
@click.argument("question", required=False)
@_override_option(required=True)
@click.option("--stage", type=click.Choice(STAGES), help="Run this stage alone, on stored output.")
@click.option("--trace", "trace_id", metavar="ID", help="Test this ask instead of a question.")
@click.option("--language", type=click.Choice(["ko", "en"]), help="Instead of the question's.")
@click.option("--user", default="anonymous", envvar="CANVAS_USER", show_envvar=True)
@click.option("--role", "roles", multiple=True, help="May be given more than once [operator].")
@click.option("--as-of", metavar="TIME", help="ISO 8601, as for `canvas ask`.")
@tenant_option
@json_option
@click.pass_obj
def test(settings: Settings, *, as_json: bool, **given: Any) -> None:
    """Show what other versions of assets change in one answer. Test runs are kept as traces.

    \b
    canvas test "GT-01 상태 알려줘" --override mapping:ci_profile=ci_profile:draft
    canvas test --trace 0S463T0N8V0FV6BJYSGGCNRED3 --stage compose --override …
    """
    if (given["question"] is None) == (given["trace_id"] is None):
        raise click.UsageError("Give a question or --trace ID, one of them.")
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine

    stage = given["stage"]
    overrides = dict(override_pair(text) for text in given["overrides"])
    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        found = canvas.test_overrides(
            None if given["question"] is None else _ask(given),
            overrides=overrides,
            trace_id=given["trace_id"] and id_in(given["trace_id"]),
            test_type="isolated_stage" if stage else "full_pipeline",
            target_stage=stage,
            tenant=given["tenant"],
            progress=progress,
        )
    if as_json:
        _print_test(found)
    else:
        _show_test(found)


def _ask(given: dict[str, Any]) -> Ask:
    from dagster_project.cli.question import build_ask

    return build_ask({**given, "overrides": ()})


def _print_test(found: SwapResult) -> None:
    from pydantic_core import to_json

    from dagster_project.traces.diff.say import lines

    whole = {
        "same": found.diff.same,
        "verdict": found.diff.verdict,
        "lines": lines(found.diff),
        "trace_id": found.trace.trace_id,
        "baseline_trace_id": found.baseline.trace_id,
        "overrides": found.trace.asset_overrides,
        "diff": found.diff,
    }
    click.echo(to_json(whole).decode())


def _show_test(found: SwapResult) -> None:
    from dagster_project.cli.console import line, open_console, styled
    from dagster_project.traces.diff.say import lines

    console = open_console()
    first, *rest = lines(found.diff)
    line(console, styled(first, "bold green" if found.diff.same else "bold yellow"))
    for text in rest:
        line(console, styled(text), indent=2)
    ids = f"{found.baseline.trace_id} {found.trace.trace_id}"
    line(console, styled(f"all of it: canvas trace diff {ids}", "dim"))


@click.command()
@click.option(
    "--from", "stage", type=click.Choice(STAGES), required=True, help="The first stage to run."
)
@_override_option(required=False)
@click.option("--last", type=click.IntRange(1), default=200, show_default=True, help="How many.")
@click.option("--status", help="Asks that were success, partial, degraded or failed.")
@click.option("--asset", metavar="KIND:NAME[:VERSION]", help="Asks that read this asset.")
@click.option("--user", help="Asks of this user.")
@click.option("--since", metavar="TIME", help="ISO 8601; without an offset it is UTC.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option("--text", metavar="WORDS", help="Words of the question, in any order.")
@click.option("--no-keep", is_flag=True, help="Keep no traces of the test runs.")
@click.option("--all", "show_all", is_flag=True, help="List the asks that stay the same too.")
@tenant_option
@json_option
@click.pass_obj
def replay(
    settings: Settings,
    stage: Any,
    overrides: tuple[str, ...],
    last: int,
    *,
    no_keep: bool,
    show_all: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Run the last real asks again from a stage on; show which answers change, and how.

    The exit code is 1 when an ask could not be replayed.

    \b
    canvas replay --from compose --override mapping:ci_profile=ci_profile:draft --last 200
    """
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine
    from dagster_project.traces.find import TraceFilter

    for option in ("since", "until"):
        moment = parse_time(f"--{option}", given[option])
        given[option] = moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    swaps = dict(override_pair(text) for text in overrides)
    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        report = canvas.replay(
            stage, swaps, last, TraceFilter(**given), keep_traces=not no_keep, progress=progress
        )
    if as_json:
        click.echo(report.model_dump_json())
    else:
        _show_report(report, show_all=show_all)
    if report.failed:
        raise click.exceptions.Exit(1)


def _show_report(report: ReplayReport, *, show_all: bool) -> None:
    from dagster_project.cli.console import line, new_table, open_console, show_table, styled

    console = open_console()
    table = new_table(console)
    for title in ("ask", "", "question", "stages", "what", "test run"):
        table.add_column(title, no_wrap=title in ("ask", "test run", ""))
    shown = [ask for ask in report.asks if show_all or ask.outcome != "same"]
    for ask in shown:
        # the first line is the verdict: for a failed ask all there is, else the columns say it
        what = ask.verdict if ask.outcome == "failed" else "\n".join(ask.lines[1:])
        table.add_row(
            styled(ask.trace_id, "cyan"),
            styled(ask.outcome, _OUTCOME_STYLES[ask.outcome]),
            styled(ask.question.replace("\n", " ")),
            styled(", ".join(ask.changed_stages)),
            styled(what if console.is_terminal else what.replace("\n", "; ")),
            styled(ask.test_trace_id or "", "cyan"),
        )
    if shown:
        show_table(console, table)
    for note in report.notes:
        line(console, styled(f"! {note}", "yellow"))
    counts = f"{report.same} same, {report.changed} changed, {report.failed} failed"
    text = f"{len(report.asks)} asks from {report.stage} on in {report.seconds:.2f} s: {counts}"
    line(console, styled(text, "bold"))
