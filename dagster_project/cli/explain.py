"""`canvas explain`: the plan of a question, and what would be sent, without sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dagster_project.cli.question import build_ask, question_options

if TYPE_CHECKING:
    from dagster_project.store.settings import Settings


@click.command()
@question_options
@click.option("--json", "as_json", is_flag=True, help="Print plan and statements as one JSON.")
@click.pass_obj
def explain(settings: Settings, *, as_json: bool, **given: object) -> None:
    """Show route, candidates, entities, time and statements of a question; nothing is executed.

    \b
    canvas explain "지난 주 GT-01 알람 몇 건이야?"
    """
    from dagster_project.canvas import Canvas

    with Canvas.open(settings) as canvas:
        found = canvas.explain(build_ask(given))
    if as_json:
        from pydantic_core import to_json

        whole = {"plan": found.output, "policy_decisions": found.decisions, "steps": found.steps}
        click.echo(to_json(whole).decode())
        return
    from dagster_project.cli.console import open_console
    from dagster_project.cli.render_plan import Statement, render_plan

    statements = tuple(
        Statement(step=step.step, text=step.statement, params=step.params) for step in found.steps
    )
    render_plan(found.output, statements, open_console(), found.decisions)
