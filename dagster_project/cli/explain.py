"""`canvas explain`: the plan of a question, and what would be sent, without sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dagster_project.cli.question import build_ask, question_options

if TYPE_CHECKING:
    from dagster_project.store.settings import Settings


@click.command()
@question_options
@click.option(
    "--no-models", is_flag=True, help="With the built-in planner alone; no token is spent."
)
@click.option("--json", "as_json", is_flag=True, help="Print plan and statements as one JSON.")
@click.pass_obj
def explain(settings: Settings, *, no_models: bool, as_json: bool, **given: object) -> None:
    """Show route, candidates, entities, time and statements of a question; nothing is executed.

    Planning may ask a language model; what that cost is told.

    \b
    canvas explain "지난 주 GT-01 알람 몇 건이야?"
    """
    from dagster_project.canvas import Canvas

    with Canvas.open(settings) as canvas:
        ask = build_ask(given)
        mode = "off" if no_models else ask.model_mode
        found = canvas.explain(ask.model_copy(update={"model_mode": mode}))
    if as_json:
        from pydantic_core import to_json

        whole = {
            "plan": found.output,
            "policy_decisions": found.decisions,
            "steps": found.steps,
            "model_calls": found.model_calls,
            "fallbacks": found.fallbacks,
            "cost_usd": sum(call.cost_usd for call in found.model_calls),
        }
        click.echo(to_json(whole).decode())
        return
    from dagster_project.cli.console import line, open_console, styled
    from dagster_project.cli.render_calls import render_calls, spent_text
    from dagster_project.cli.render_plan import Statement, render_plan

    statements = tuple(
        Statement(step=step.step, text=step.statement, params=step.params) for step in found.steps
    )
    console = open_console()
    render_plan(found.output, statements, console, found.decisions)
    render_calls(found.model_calls, console)
    for text in found.fallbacks:
        line(console, styled(text, "dim"))
    if found.model_calls:
        line(console, styled(f"spent: {spent_text(found.model_calls)}", "bold"))
