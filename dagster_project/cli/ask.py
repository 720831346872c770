"""`canvas ask`: one question, its answer, its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dagster_project.cli.question import build_ask, question_options

if TYPE_CHECKING:
    from dagster_project.client import ClientAnswer
    from dagster_project.contracts.trace import Ask, Trace
    from dagster_project.store.settings import Settings


@click.command()
@question_options
@click.option("--all", "unfold", is_flag=True, help="Show folded blocks too.")
@click.option("--trace", "with_trace", is_flag=True, help="Show the trace after the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer (or trace) as one JSON.")
@click.option("--via", metavar="URL", help="Ask through a running Dagster webserver.")
@click.pass_obj
def ask(
    settings: Settings,
    *,
    unfold: bool,
    with_trace: bool,
    as_json: bool,
    via: str | None,
    **given: object,
) -> None:
    """Ask a question in Korean or English.

    The exit code is 0 for an answer, and 1 for one that failed or was refused.

    \b
    canvas ask "GT-01 상태 알려줘"
    canvas ask "which events did GT-01 have yesterday?" --json
    """
    wanted = build_ask(given)
    if via is not None:
        if with_trace:
            raise click.UsageError(
                "--trace cannot go with --via; read it with `canvas trace show`."
            )
        finish_remote(_ask_remotely(via, wanted), as_json=as_json, unfold=unfold)
    else:
        trace = _ask_here(settings, wanted)
        finish(trace, as_json=as_json, unfold=unfold, with_trace=with_trace)


def _ask_here(settings: Settings, wanted: Ask) -> Trace:
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine

    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        return canvas.ask(wanted, progress=progress)


def finish(trace: Trace, *, as_json: bool, unfold: bool, with_trace: bool) -> None:
    if as_json:
        click.echo((trace if with_trace else trace.answer).model_dump_json())
    else:
        from dagster_project.cli.console import open_console
        from dagster_project.cli.render_answer import render

        console = open_console()
        render(trace, console, unfold=unfold)
        if with_trace:
            from dagster_project.cli.render_trace import render_trace

            render_trace(trace, console)
    _exit_code(ok=trace.answer.ok)


def _ask_remotely(url: str, wanted: Ask) -> ClientAnswer:
    from dagster_project.cli.progress import ProgressLine
    from dagster_project.client import CanvasClient

    with ProgressLine() as progress, CanvasClient(url) as client:
        progress("dagster", f"run of the job ask at {url}", 0.0)
        return client.ask(
            wanted.question,
            user=wanted.user,
            tenant=wanted.tenant,
            roles=wanted.roles,
            language=wanted.language,
            as_of=wanted.as_of,
            overrides=wanted.asset_overrides,
        )


def finish_remote(found: ClientAnswer, *, as_json: bool, unfold: bool) -> None:
    from dagster_project.contracts.answer import Answer

    answer = Answer.model_validate(found.answer)
    if as_json:
        click.echo(answer.model_dump_json())
    else:
        from dagster_project.cli.console import line, open_console, styled
        from dagster_project.cli.render_answer import render_answer

        console = open_console()
        render_answer(answer, console, unfold=unfold)
        line(console, styled(f"run {found.run_id} · {found.seconds:.2f} s", "dim"))
    _exit_code(ok=answer.ok)


def _exit_code(*, ok: bool) -> None:
    if not ok:
        raise click.exceptions.Exit(1)
