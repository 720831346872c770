"""`canvas golden list | run | record | nights | show | add | bless | retire`: suites, nights."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, get_args

import click

from dagster_project.cli.assets import print_json
from dagster_project.cli.trace import id_in, json_option, tenant_option
from dagster_project.contracts.model_call import ModelMode

if TYPE_CHECKING:
    from dagster_project.store.settings import Settings

by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who; it is kept."
)
reason_option = click.option("--reason", required=True, help="Why; it is kept.")


@click.group()
def golden() -> None:
    """Golden suites: questions whose answers must stay right, run every night."""


@golden.command("list")
@click.argument("suite", required=False)
@json_option
@click.pass_obj
def list_(settings: Settings, suite: str | None, *, as_json: bool) -> None:
    """List the suites, or the cases of one, with what is wrong in their files."""
    from dagster_project.cli import render_golden
    from dagster_project.regression.golden_files import load_suites
    from dagster_project.regression.pick_suite import pick_suite

    found = load_suites(settings.home)
    suites = [pick_suite(settings.home, suite)] if suite else list(found.suites.values())
    if as_json:
        print_json({"suites": suites, "findings": found.findings})
    elif suite:
        render_golden.cases(suites[0])
    else:
        render_golden.suites(suites, found.findings)


case_option = click.option(
    "--case", "only", multiple=True, metavar="ID", help="Only this; more than once."
)


@golden.command("run")
@click.argument("suite", required=False)
@case_option
@click.option("--failed", is_flag=True, help="Only what failed in the newest night.")
@click.option("--trial", is_flag=True, help="Keep nothing of it.")
@click.option(
    "--model",
    "mode",
    type=click.Choice(get_args(ModelMode)),
    help="Whether language models are asked; by default as the suite says.",
)
@by_option
@json_option
@click.pass_obj
def run(
    settings: Settings,
    suite: str | None,
    *,
    only: tuple[str, ...],
    failed: bool,
    trial: bool,
    mode: ModelMode | None,
    by: str,
    as_json: bool,
) -> None:
    """Run a suite, or all of them, now. The exit code is 1 when one is red.

    \b
    canvas golden run status
    canvas golden run status --failed
    canvas golden run status --model replay
    """
    from dagster_project.cli.run_suites import run_suites

    if (only or failed) and suite is None:
        raise click.UsageError("--case and --failed need a suite.")
    run_suites(
        settings,
        suite,
        only=only,
        failed=failed,
        record=not trial,
        mode=mode,
        by=by,
        as_json=as_json,
    )


@golden.command("record")
@click.argument("suite")
@case_option
@by_option
@json_option
@click.pass_obj
def record(
    settings: Settings, suite: str, *, only: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Ask language models about a suite's cases anew and keep their replies.

    It is a night as any other, and the next ones replay what it kept. The exit code is 1 when it is
    red.
    """
    from dagster_project.cli.run_suites import run_suites

    run_suites(settings, suite, only=only, mode="record", by=by, as_json=as_json)


@golden.command("nights")
@click.argument("suite", required=False)
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@json_option
@click.pass_obj
def nights(settings: Settings, suite: str | None, limit: int, *, as_json: bool) -> None:
    """List the newest nights of a suite, or of all."""
    from dagster_project.cli import render_golden
    from dagster_project.regression.nights import newest_nights
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = newest_nights(database, suite, limit)
    if as_json:
        print_json({"nights": found})
    else:
        render_golden.nights_in_short(found)


@golden.command("show")
@click.argument("night", type=int)
@click.option("--all", "show_all", is_flag=True, help="The cases that passed too.")
@json_option
@click.pass_obj
def show(settings: Settings, night: int, *, show_all: bool, as_json: bool) -> None:
    """Show a night: its verdict, its culprits, and the cases that failed."""
    from dagster_project.cli import render_golden
    from dagster_project.regression.nights import get_night, results
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = get_night(database, night)
        wanted = () if show_all else ("failed", "error", "timed_out", "skipped", "stale")
        cases = results(database, night, wanted)
    if as_json:
        print_json({"night": found, "results": cases})
    else:
        render_golden.nights_in_full([found], cases)


@golden.command("add")
@click.argument("trace_id", metavar="TRACE")
@click.option("--suite", required=True, help="A new one is made when there is none.")
@click.option("--id", "case_id", metavar="ID", help="Of the case; by default from the trace's id.")
@tenant_option
@click.pass_obj
def add(settings: Settings, trace_id: str, suite: str, case_id: str | None, tenant: str) -> None:
    """Make a golden case of an answer that is right.

    What the trace shows becomes what must hold. Look at it, and commit it like any asset.
    """
    from dagster_project.regression.add_case import append_case, case_from_trace
    from dagster_project.store.database import open_database
    from dagster_project.traces import find

    with open_database(settings) as database:
        trace = find.get(database, id_in(trace_id), tenant=tenant)
    case = case_from_trace(trace, case_id or f"trace-{trace.trace_id[-8:].lower()}")
    path = append_case(settings.home, suite, case)
    click.echo(f"{case.id} is in {path}; `canvas golden run {suite} --case {case.id}` runs it")


@golden.command("bless")
@click.argument("suite")
@click.option("--night", type=int, help="Whose answers; the newest of the suite by default.")
@click.option("--case", "cases", multiple=True, metavar="ID", help="Only this; more than once.")
@by_option
@reason_option
@click.pass_obj
def bless(
    settings: Settings,
    suite: str,
    night: int | None,
    cases: tuple[str, ...],
    by: str,
    reason: str,
) -> None:
    """Make a night's answers the baselines that later nights are compared with.

    Without --case: of every case that passed. Named cases count whatever their outcome.
    """
    from dagster_project.contracts.errors import AssetNotFound
    from dagster_project.regression import baselines
    from dagster_project.regression.nights import newest_nights
    from dagster_project.regression.pick_suite import pick_suite
    from dagster_project.store.database import open_database

    pick_suite(settings.home, suite)
    with open_database(settings) as database:
        newest = newest_nights(database, suite, 1)
        if night is None and not newest:
            raise AssetNotFound(f"The suite {suite!r} never ran.", f"`canvas golden run {suite}`.")
        chosen_night = night if night is not None else newest[0].id
        blessed = baselines.bless(database, chosen_night, by, reason, cases)
    click.echo(f"{len(blessed)} baseline(s) of {suite} are the answers of night {chosen_night}")


@golden.command("retire")
@click.argument("suite")
@click.argument("case")
@by_option
@reason_option
@click.pass_obj
def retire(settings: Settings, suite: str, case: str, by: str, reason: str) -> None:
    """Let a case be skipped or gone without turning its suite red."""
    from dagster_project.regression import baselines
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        baselines.retire(database, suite, case, by, reason)
    click.echo(f"{suite}/{case} may be gone")
