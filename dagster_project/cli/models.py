"""`canvas models`: which language models can be asked and why, and one tiny call to see."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas
    from dagster_project.contracts.assets.policy import PolicySpec
    from dagster_project.store.settings import Settings


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(ctx: click.Context, *, as_json: bool) -> None:
    """Show the models of the policy in force: set or not and why, health, score, price.

    \b
    canvas models
    canvas models check main
    """
    if ctx.invoked_subcommand is not None:
        return
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.model_standing import standing_of
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json

    settings: Settings = ctx.obj
    with Canvas.open(settings) as canvas:
        found = standing_of(canvas.database, settings.home, canvas.release())
    if as_json:
        print_json(found)
    else:
        render_models.standing(found)


@models.command("check")
@click.argument("name", required=False)
@click.option("--by", default=getpass.getuser, show_default="you", help="Who; it is kept.")
@json_option
@click.pass_obj
def check(settings: Settings, name: str | None, by: str, *, as_json: bool) -> None:
    """Ask one model, or each, for one word of JSON, and say what works. It costs a few tokens.

    The exit code is 1 when one does not work.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.try_model import try_models
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json

    with Canvas.open(settings) as canvas:
        policy = _policy(canvas)
        found = try_models(canvas.database, settings.home, policy, name, by=by)
    if as_json:
        print_json({"models": found})
    else:
        render_models.tried(found)
    if not all(one.works for one in found):
        raise click.exceptions.Exit(1)


def _policy(canvas: Canvas) -> PolicySpec:
    from dagster_project.contracts.assets.policy import PolicySpec
    from dagster_project.planner.assets import policy_of

    spec = policy_of(canvas.release()).asset.spec
    assert isinstance(spec, PolicySpec)
    return spec
