"""`canvas trace list | show | diff | stats`: look into the records of asks."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

import click

from dagster_project.cli.question import parse_time

if TYPE_CHECKING:
    from dagster_project.contracts.value import Language, Stage
    from dagster_project.store.settings import Settings
    from dagster_project.traces.find import TraceFilter, TraceSummary

# Spelt out, so that `canvas trace --help` imports no contract; a test holds them to the contracts.
ROUTES = ("direct", "orch", "reject")
STAGES = ("route_plan", "validate", "execute", "compose", "present")
TRIGGERS = (
    "slot_missing",
    "empty_result",
    "tool_error_retryable",
    "tool_error_fatal",
    "policy_blocked",
    "low_evidence",
    "present_limit",
)
tenant_option = click.option(
    "--tenant", default="default", envvar="CANVAS_TENANT", show_envvar=True
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def id_in(text: str) -> str:
    """Ids copied from a link come as `trace:<id>#<step>`."""
    return text.removeprefix("trace:").partition("#")[0].upper()


@click.group()
def trace() -> None:
    """Look into the records of asks: what went in and out of each stage."""


@trace.command("list")
@click.option("--route", type=click.Choice(ROUTES))
@click.option("--status", help="success, partial, degraded or failed.")
@click.option("--trigger", type=click.Choice(TRIGGERS), help="Traces that replanned because of it.")
@click.option("--asset", metavar="KIND:NAME[:VERSION]", help="Traces that read this asset.")
@click.option("--user")
@click.option("--since", metavar="TIME", help="ISO 8601; without an offset it is UTC.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option("--test-mode/--no-test-mode", default=None, help="Only test runs, or none.")
@click.option(
    "--min-cost", "min_cost_usd", type=click.FloatRange(0), metavar="USD", help="That cost so much."
)
@click.option("--text", metavar="WORDS", help="Words of the question, in any order.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@click.option("--before", metavar="ID", help="Go on after this trace of the last page.")
@tenant_option
@json_option
@click.pass_obj
def list_(settings: Settings, *, as_json: bool, **given: Any) -> None:
    """List traces, newest first."""
    from dagster_project.store.database import open_database
    from dagster_project.traces.find import TraceFilter, search

    for option in ("since", "until"):
        moment = parse_time(f"--{option}", given[option])
        given[option] = moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    wanted = TraceFilter(**given)
    with open_database(settings) as database:
        found = search(database, wanted)
    if as_json:
        _print_list(found, wanted)
    else:
        _show_list(found, wanted)


def _print_list(found: tuple[TraceSummary, ...], wanted: TraceFilter) -> None:
    from pydantic_core import to_json

    following = found[-1].trace_id if len(found) == wanted.limit else None
    click.echo(to_json({"traces": found, "next_before": following}).decode())


def _show_list(found: tuple[TraceSummary, ...], wanted: TraceFilter) -> None:
    from dagster_project.cli.console import line, new_table, open_console, show_table, styled
    from dagster_project.cli.render_answer import STATUS_STYLES

    console = open_console()
    if not found:
        line(console, styled("no traces", "dim"))
        return
    table = new_table(console)
    for title in ("trace", "asked", "route", "status", "ms", "user", "question"):
        table.add_column(
            title, no_wrap=title != "question", justify="right" if title == "ms" else "left"
        )
    for summary in found:
        marks = "".join(f" [{trigger}]" for trigger in summary.triggers)
        marks += " [test]" if summary.test_mode else ""
        marks += f" [${summary.cost_usd:.4f}]" if summary.cost_usd else ""
        table.add_row(
            styled(summary.trace_id, "cyan"),
            styled(f"{summary.created_at:%m-%d %H:%M:%S}"),
            styled(summary.route),
            styled(summary.status, STATUS_STYLES.get(summary.status, "")),
            styled(f"{summary.duration_ms:.1f}"),
            styled(summary.user),
            styled(f"{summary.question.replace(chr(10), ' ')}{marks}"),
        )
    show_table(console, table)
    if len(found) == wanted.limit:
        line(console, styled(f"older: --before {found[-1].trace_id}", "dim"))


@trace.command("show")
@click.argument("trace_id", metavar="ID")
@click.option("--stage", type=click.Choice(STAGES), help="Input and output of one stage.")
@click.option("--calls", is_flag=True, help="Prompt and reply of each call of a model.")
@tenant_option
@json_option
@click.pass_obj
def show(
    settings: Settings,
    trace_id: str,
    stage: str | None,
    tenant: str,
    *,
    calls: bool,
    as_json: bool,
) -> None:
    """Show one trace: stages, candidates, decisions, calls, references, assets."""
    from dagster_project.store.database import open_database
    from dagster_project.traces.find import get, get_stage

    name = id_in(trace_id)
    if calls:
        if stage is not None:
            raise click.UsageError("--calls shows all stages; leave --stage out.")
        _show_calls(settings, name, tenant, as_json=as_json)
        return
    with open_database(settings) as database:
        if stage is None:
            found = get(database, name, tenant=tenant)
        else:
            found = get_stage(database, name, cast("Stage", stage), tenant=tenant)
    if as_json:
        from pydantic_core import to_json

        whole = {"trace_id": name, "stage": stage, "runs": found} if stage else found
        click.echo(to_json(whole).decode())
        return
    from dagster_project.cli.console import open_console
    from dagster_project.cli.render_trace import render_stage, render_trace

    console = open_console()
    if isinstance(found, tuple):
        render_stage(found, console)
    else:
        render_trace(found, console)


def _show_calls(settings: Settings, name: str, tenant: str, *, as_json: bool) -> None:
    from dagster_project.cli.render_calls import calls_of, render_texts
    from dagster_project.store.database import open_database
    from dagster_project.traces.find import get

    with open_database(settings) as database:
        found = calls_of(get(database, name, tenant=tenant))
    if as_json:
        from pydantic_core import to_json

        listed = [{"stage": stage, "call": call} for stage, call in found]
        click.echo(to_json({"trace_id": name, "calls": listed}).decode())
        return
    from dagster_project.cli.console import open_console

    render_texts(found, open_console())


@trace.command("diff")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--language", type=click.Choice(("ko", "en")), default="en", show_default=True)
@tenant_option
@json_option
@click.pass_obj
def diff(
    settings: Settings, left: str, right: str, language: str, tenant: str, *, as_json: bool
) -> None:
    """Show what matters that differs between two traces, stage by stage."""
    from dagster_project.store.database import open_database
    from dagster_project.traces.diff.diff_traces import diff_traces
    from dagster_project.traces.find import get

    with open_database(settings) as database:
        before, after = (get(database, id_in(name), tenant=tenant) for name in (left, right))
    found = diff_traces(before, after)
    if as_json:
        click.echo(found.model_dump_json())
        return
    from dagster_project.cli.console import open_console
    from dagster_project.cli.render_diff import render_diff

    render_diff(found, open_console(), cast("Language", language))


@trace.command("rows")
@click.argument("trace_id", metavar="ID")
@click.option("--step", help="Of this step. Default: the first table that was shown.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with column names; the default.")
@tenant_option
@json_option
@click.pass_obj
def rows(
    settings: Settings,
    trace_id: str,
    step: str | None,
    tenant: str,
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Take the rows of an answer away, as CSV or JSON; nothing is asked again."""
    from dagster_project.cli.take_rows import as_csv_text, as_json_text, steps_with_rows
    from dagster_project.store.database import open_database
    from dagster_project.traces.find import get

    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two formats; give one.")
    with open_database(settings) as database:
        found = get(database, id_in(trace_id), tenant=tenant)
    steps = steps_with_rows(found, step)
    if as_json:
        click.echo(as_json_text(found, steps if step is None else steps[:1]))
        return
    click.echo(as_csv_text(steps[0]), nl=False)
    if len(steps) > 1:
        others = ", ".join(result.step for result in steps[1:])
        click.echo(f"step {steps[0].step}; --step gives others: {others}", err=True)


@trace.command("stats")
@tenant_option
@json_option
@click.pass_obj
def stats(settings: Settings, tenant: str, *, as_json: bool) -> None:
    """Show how many traces there are, and what they take on disk."""
    from dagster_project.store.database import open_database
    from dagster_project.traces.sizes import trace_sizes

    with open_database(settings) as database:
        sizes = trace_sizes(database, tenant=tenant)
    if as_json:
        click.echo(sizes.model_dump_json())
        return
    from dagster_project.cli.console import new_table, open_console, show_table, styled

    rows = [
        ("traces", f"{sizes.traces:,}"),
        *((f"  {route}", f"{count:,}") for route, count in sizes.by_route.items()),
        *((f"  {status}", f"{count:,}") for status, count in sizes.by_status.items()),
        ("payloads", f"{sizes.payloads:,}"),
        ("on disk", f"{(sizes.trace_bytes + sizes.payload_bytes) / 1e6:,.1f} MB"),
        ("per trace", f"{sizes.bytes_per_trace / 1e3:,.1f} kB"),
    ]
    if sizes.oldest and sizes.newest:
        rows.append(("oldest", f"{sizes.oldest:%Y-%m-%d %H:%M %Z}"))
        rows.append(("newest", f"{sizes.newest:%Y-%m-%d %H:%M %Z}"))
    console = open_console()
    table = new_table(console, header=False)
    for name, text in rows:
        table.add_row(styled(name), styled(text))
    show_table(console, table)
