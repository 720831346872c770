"""`canvas rerun`: go on from an answer with a choice, a patch on its plan, or another question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click

from dagster_project.cli.ask import finish, finish_remote
from dagster_project.cli.question import override_pair
from dagster_project.cli.trace import id_in

if TYPE_CHECKING:
    from dagster_project.client import ClientAnswer
    from dagster_project.contracts.trace import Trace
    from dagster_project.store.settings import Settings


@click.command()
@click.argument("trace_id", metavar="TRACE")
@click.option("--choose", type=click.IntRange(1), metavar="NUMBER", help="A choice of its cards.")
@click.option(
    "--patch",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE|-",
    help="JSON Patch (RFC 6902) on the trace's plan.",
)
@click.option("--question", metavar="TEXT", help="Ask this instead, as a child of the trace.")
@click.option(
    "--same-release", is_flag=True, help="With the trace's release, not the one in force."
)
@click.option("--user", envvar="CANVAS_USER", show_envvar=True, help="Default: the trace's.")
@click.option("--tenant", default="default", envvar="CANVAS_TENANT", show_envvar=True)
@click.option("--role", "roles", multiple=True, help="Default: the trace's, for the same user.")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    metavar="KIND:NAME=NAME:VERSION",
    help="Instead of the trace's overrides.",
)
@click.option("--no-overrides", is_flag=True, help="Without the trace's overrides.")
@click.option("--reason", default="", help="Kept in the trace.")
@click.option("--all", "unfold", is_flag=True, help="Show folded blocks too.")
@click.option("--trace", "with_trace", is_flag=True, help="Show the trace after the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer (or trace) as one JSON.")
@click.option("--via", metavar="URL", help="Run it through a running Dagster webserver.")
@click.pass_obj
def rerun(
    settings: Settings,
    trace_id: str,
    *,
    patch: TextIO | None,
    no_overrides: bool,
    unfold: bool,
    with_trace: bool,
    as_json: bool,
    via: str | None,
    **given: Any,
) -> None:
    """Go on from an answer. The new trace is a child of TRACE, at the same moment of the data.

    \b
    canvas rerun 0S463T0N8V0FV6BJYSGGCNRED3 --choose 2
    canvas rerun 0S463T0N8V0FV6BJYSGGCNRED3 --question "GT-01 상태 알려줘"
    echo '[{"op": "remove", "path": "/steps/1"}]' | canvas rerun 0S46… --patch -
    """
    from dagster_project.contracts.json_patch import read_patch

    if via is not None and with_trace:
        raise click.UsageError("--trace cannot go with --via; read it with `canvas trace show`.")
    overrides = dict(override_pair(text) for text in given.pop("overrides"))
    wish = given | {
        "patch": None if patch is None else read_patch(patch.read(), f"--patch {patch.name}"),
        "roles": given["roles"] or None,
        "overrides": overrides or ({} if no_overrides else None),
    }
    if via is not None:
        found = _rerun_remotely(via, id_in(trace_id), wish)
        finish_remote(found, as_json=as_json, unfold=unfold)
    else:
        trace = _rerun_here(settings, id_in(trace_id), wish)
        finish(trace, as_json=as_json, unfold=unfold, with_trace=with_trace)


def _rerun_here(settings: Settings, trace_id: str, wish: dict[str, Any]) -> Trace:
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine

    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        return canvas.rerun(trace_id, progress=progress, **wish)


def _rerun_remotely(url: str, trace_id: str, wish: dict[str, Any]) -> ClientAnswer:
    from dagster_project.cli.progress import ProgressLine
    from dagster_project.client import CanvasClient

    with ProgressLine() as progress, CanvasClient(url) as client:
        progress("dagster", f"run of the job rerun at {url}", 0.0)
        return client.rerun(trace_id, **wish)
