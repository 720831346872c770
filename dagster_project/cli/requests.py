"""`canvas requests list | show | approve | decline | apply`, and `canvas audit`."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, cast

import click

from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from dagster_project.contracts.rollback import RequestStatus, RollbackRequest
    from dagster_project.regression.requests import Decision
    from dagster_project.store.settings import Settings

# Spelt out, so that `canvas requests --help` imports no contract; a test holds them to it.
STATUSES = ("pending", "approved", "declined", "applied", "cured", "not_cured", "failed")
by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who; it is kept."
)
reason_option = click.option("--reason", required=True, help="Why; it is kept.")
id_argument = click.argument("request_id", metavar="ID", type=int)


@click.group()
def requests() -> None:
    """Requests to roll back, filed by red nights; a person decides.

    \b
    canvas requests list --status pending
    canvas requests show 3
    canvas requests approve 3 --reason "the rows are wrong"
    canvas requests apply 3
    """


@requests.command("list")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@json_option
@click.pass_obj
def list_(settings: Settings, status: str | None, limit: int, *, as_json: bool) -> None:
    """List requests, newest first."""
    from dagster_project.cli import render_requests
    from dagster_project.cli.assets import print_json
    from dagster_project.regression.request_rows import requests as read_requests
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = read_requests(database, cast("RequestStatus | None", status), limit)
    if as_json:
        print_json({"requests": found})
    else:
        render_requests.in_short(found)


@requests.command("show")
@id_argument
@json_option
@click.pass_obj
def show(settings: Settings, request_id: int, *, as_json: bool) -> None:
    """Show a request with its evidence: what broke, what is to blame, and the dry run."""
    from dagster_project.cli import render_requests
    from dagster_project.cli.assets import print_json
    from dagster_project.regression.request_rows import get_request
    from dagster_project.store.audit import audit_rows
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = get_request(database, request_id)
        rows = audit_rows(database, f"request:{request_id}")
    if as_json:
        print_json({"request": found, "audit": rows})
    else:
        render_requests.in_full(found, rows)


@requests.command("approve")
@id_argument
@by_option
@reason_option
@json_option
@click.pass_obj
def approve(settings: Settings, request_id: int, by: str, reason: str, *, as_json: bool) -> None:
    """Say yes to a request. `canvas requests apply` then puts it in force."""
    _decide(settings, request_id, "approved", by, reason, as_json=as_json)


@requests.command("decline")
@id_argument
@by_option
@reason_option
@json_option
@click.pass_obj
def decline(settings: Settings, request_id: int, by: str, reason: str, *, as_json: bool) -> None:
    """Say no to a request; nothing moves."""
    _decide(settings, request_id, "declined", by, reason, as_json=as_json)


@requests.command("apply")
@id_argument
@by_option
@json_option
@click.pass_obj
def apply_(settings: Settings, request_id: int, by: str, *, as_json: bool) -> None:
    """Roll back as an approved request says, and run its suite again. Safe to repeat.

    The exit code is 1 unless the suite is green afterwards.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.cli.progress import ProgressLine
    from dagster_project.regression.golden_files import load_suites
    from dagster_project.regression.rollback import apply_request, check_effect

    with Canvas.open(settings) as canvas, ProgressLine() as progress:
        request = apply_request(canvas, request_id, by)
        if request.status == "applied":
            suites = load_suites(settings.home).suites
            request = check_effect(canvas, request_id, suites, by, progress)
    _show_outcome(request, as_json=as_json)
    if request.status != "cured":
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("subject", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def audit(settings: Settings, subject: str | None, limit: int, *, as_json: bool) -> None:
    """Show who did what to what, and why, newest first.

    SUBJECT is for example `request:3` or `suite:status`.
    """
    from dagster_project.cli import render_requests
    from dagster_project.cli.assets import print_json
    from dagster_project.store.audit import audit_rows
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        rows = audit_rows(database, subject, limit)
    if as_json:
        print_json({"audit": rows})
    else:
        render_requests.audit(rows)


def _decide(
    settings: Settings,
    request_id: int,
    decision: Decision,
    by: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    from dagster_project.regression.requests import decide
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        request = decide(database, request_id, decision, by, reason)
    _show_outcome(request, as_json=as_json)


def _show_outcome(request: RollbackRequest, *, as_json: bool) -> None:
    from dagster_project.cli import render_requests
    from dagster_project.cli.assets import print_json

    if as_json:
        print_json({"request": request})
    else:
        render_requests.outcome(request)
