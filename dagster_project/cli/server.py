"""`canvas up | down | status`."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from dagster_project.cli.console import line, new_table, open_console, show_table, styled
from dagster_project.store.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.launch.up import Running

NOT_ALL_RUNNING = 3
"""Exit code of `status` when a part does not run."""


@click.command()
@click.option("--detach", is_flag=True, help="Return when everything answers; it goes on running.")
@click.option("--json", "as_json", is_flag=True, help="With --detach: print one JSON object.")
@click.option("--question", help="Ask this first. Default: the site's own example. '' for none.")
@click.option("--port", type=click.IntRange(1, 65535), help="For the webserver. Default: 3000.")
@click.pass_obj
def up(
    settings: Settings, detach: bool, as_json: bool, question: str | None, port: int | None
) -> None:
    """Start the database, Dagster's webserver and daemon, and ask a first question.

    What runs already is left as it is. Without --detach it stays, starts again what dies, and
    Ctrl-C stops what it started.
    """
    from dagster_project.launch.up import up as bring_up

    if as_json and not detach:
        raise click.UsageError("--json goes with --detach: in the foreground nothing ends.")
    _let_signals_interrupt()
    report = _progress()
    try:
        running = bring_up(settings, report, question, port)
    except KeyboardInterrupt:
        raise click.Abort from None
    if as_json:
        click.echo(json.dumps(_as_json(running), ensure_ascii=False))
    else:
        _show(running, open_console())
    if detach:
        running.database.close()
    else:
        _stay(running, report)


def _stay(running: Running, report: Callable[[str], None]) -> None:
    report("everything answers; Ctrl-C stops what this command started")
    try:
        running.watch(report)
    except KeyboardInterrupt:
        report("stopping")
    finally:
        running.stop()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def down(settings: Settings, as_json: bool) -> None:
    """Stop the webserver, the daemon and the embedded database."""
    from dagster_project.launch.down import down as stop

    stopped = stop(settings)
    if as_json:
        click.echo(json.dumps({"ok": True, **asdict(stopped)}))
        return
    names = ", ".join(stopped.parts) or "nothing: it was not running"
    strays = f" and {stopped.strays} process(es) left over" if stopped.strays else ""
    click.echo(f"stopped {names}{strays}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show what runs, where it answers and where its log is. Exit code 3 when a part does not."""
    from dagster_project.launch.status import status as look

    seen = look(settings)
    if as_json:
        parts = {part.name: asdict(part) for part in seen}
        click.echo(json.dumps({"state": str(settings.state_dir), "parts": parts}))
    else:
        console = open_console()
        table = new_table(console)
        for title in ("part", "", "pid", "answers at", "log"):
            table.add_column(title)
        for part in seen:
            state = "running" if part.running else "not running"
            shown = f"{state}: {part.detail}" if part.detail else state
            table.add_row(part.name, shown, str(part.pid or ""), part.place or "", part.log or "")
        show_table(console, table)
    if not all(part.running for part in seen):
        raise click.exceptions.Exit(NOT_ALL_RUNNING)


def _let_signals_interrupt() -> None:
    """A closed terminal or `kill` ends the command as Ctrl-C does: in order."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)


def _progress() -> Callable[[str], None]:
    """Lines on stderr with the seconds since the start; stdout is for the answer."""
    began = time.monotonic()

    def report(message: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {message}", file=sys.stderr, flush=True)

    return report


def _show(running: Running, console: Console) -> None:
    from dagster_project.cli.render_answer import render

    if running.first_answer is not None:
        line(console, "")
        line(console, styled(f"> {running.first_answer.question}", "bold"))
        render(running.first_answer, console)
    line(console, "")
    line(console, "Dagster   ", running.dagster_url)
    line(console, "GraphQL   ", f"{running.dagster_url}/graphql")
    line(console, "Database  ", running.database_place)
    line(console, "Logs      ", str(running.logs))
    line(console, "Ask       ", 'canvas ask "…"   (in .venv/bin)')


def _as_json(running: Running) -> dict[str, object]:
    first = running.first_answer
    return {
        "ok": True,
        "dagster_url": running.dagster_url,
        "graphql_url": f"{running.dagster_url}/graphql",
        "database": running.database_place,
        "logs": str(running.logs),
        "pids": running.pids(),
        "first_question": first
        and {
            "question": first.question,
            "route": first.route,
            "status": first.status,
            "summary": first.answer.summary,
            "trace_id": first.trace_id,
            "duration_ms": first.duration_ms,
        },
    }
