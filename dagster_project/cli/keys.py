"""`canvas keys set | list | check | retire`: keys of model endpoints, by reference."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from dagster_project.cli.question import parse_time
from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from dagster_project.store.settings import Settings

by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who; it is kept."
)
reason_option = click.option("--reason", required=True, help="Why; it is kept.")


@click.group()
def keys() -> None:
    """Register where keys of model endpoints are. The keys themselves are kept nowhere.

    \b
    canvas keys set main --from env:MAIN_KEY --reason "bought in May"
    canvas keys check
    """


@keys.command("set")
@click.argument("name")
@click.argument("reference", required=False)
@click.option("--from", "from_", metavar="env:NAME|file:PATH", help="Where the key is.")
@click.option("--expires", metavar="TIME", help="ISO 8601; without an offset it is UTC.")
@click.option("--not-before", metavar="TIME", help="Not used before this time.")
@by_option
@reason_option
@json_option
@click.pass_obj
def set_(
    settings: Settings,
    name: str,
    reference: str | None,
    from_: str | None,
    expires: str | None,
    not_before: str | None,
    by: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Register the key NAME by where it is, in place of what NAME stood for before."""
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json
    from dagster_project.llm.keys import register_key
    from dagster_project.store.database import open_database

    if (reference is None) == (from_ is None):
        raise click.UsageError("Say where the key is: --from env:NAME or --from file:/path.")
    with open_database(settings) as database:
        key = register_key(
            database,
            name,
            from_ or reference or "",
            by=by,
            reason=reason,
            not_before=_instant("--not-before", not_before),
            expires_at=_instant("--expires", expires),
        )
    if as_json:
        print_json(key)
    else:
        render_models.keys((key,))


@keys.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> None:
    """List registered keys: where they are and until when; never a key."""
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json
    from dagster_project.llm.keys import registered_keys
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = registered_keys(database)
    if as_json:
        print_json({"keys": found})
    else:
        render_models.keys(found)


@keys.command("check")
@click.argument("name", required=False)
@by_option
@json_option
@click.pass_obj
def check(settings: Settings, name: str | None, by: str, *, as_json: bool) -> None:
    """Read one key, or each, and say what is wrong; the exit code is 1 when something is."""
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json
    from dagster_project.llm.keys import check_key, registered_keys
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        names = [name] if name else [key.name for key in registered_keys(database)]
        found = [(one, check_key(database, one, by=by)) for one in names]
    if as_json:
        print_json({"keys": [{"name": one, "wrong": wrong} for one, wrong in found]})
    else:
        render_models.checked_keys(found)
    if any(wrong for _, wrong in found):
        raise click.exceptions.Exit(1)


@keys.command("retire")
@click.argument("name")
@by_option
@reason_option
@json_option
@click.pass_obj
def retire(settings: Settings, name: str, by: str, reason: str, *, as_json: bool) -> None:
    """Forget where a key is; nothing reads it from now on."""
    from dagster_project.cli.assets import print_json
    from dagster_project.llm.keys import retire_key
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        retire_key(database, name, by=by, reason=reason)
    if as_json:
        print_json({"retired": name})
    else:
        click.echo(f"{name} is retired")


def _instant(option: str, text: str | None) -> datetime | None:
    moment = parse_time(option, text)
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
