"""`canvas cost`: what language models cost, by whatever it is put down to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import click

from dagster_project.cli.question import parse_time
from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from dagster_project.store.database import Database
    from dagster_project.store.settings import Settings
    from dagster_project.traces.costs import CostBy

# Spelt out, so that `canvas cost --help` imports no contract; a test holds it to them.
GROUPS = ("day", "user", "tenant", "model", "prompt", "asset", "suite", "night")


@click.command()
@click.option("--by", type=click.Choice(GROUPS), default="day", show_default=True)
@click.option("--from", "since", metavar="TIME", help="ISO 8601; without an offset the site's.")
@click.option("--to", "until", metavar="TIME", help="Before this time.")
@click.option("--user", help="Only this user's asks.")
@click.option(
    "--tenant", envvar="CANVAS_TENANT", show_envvar=True, help="Only this tenant's; default: all."
)
@json_option
@click.pass_obj
def cost(
    settings: Settings,
    by: str,
    since: str | None,
    until: str | None,
    user: str | None,
    tenant: str | None,
    *,
    as_json: bool,
) -> None:
    """Show tokens, cost, calls and latency of language models.

    \b
    canvas cost --by model --from 2026-01-01
    canvas cost --by asset
    """
    from dagster_project.cli import render_models
    from dagster_project.cli.assets import print_json
    from dagster_project.store.database import open_database
    from dagster_project.traces.costs import CostFilter, costs

    with open_database(settings) as database:
        zone = _zone(database)
        wanted = CostFilter(
            tenant=tenant,
            user=user,
            since=_instant("--from", since, zone),
            until=_instant("--to", until, zone),
            time_zone=zone,
        )
        found = costs(database, cast("CostBy", by), wanted)
    if as_json:
        print_json(found)
    else:
        render_models.costs(found)


def _zone(database: Database) -> str:
    """The site's, as the policy in force says; UTC before anything is published."""
    from dagster_project.contracts.assets.policy import PolicySpec
    from dagster_project.contracts.errors import AssetNotFound
    from dagster_project.planner.assets import policy_of
    from dagster_project.registry.versions import release_in_force

    try:
        spec = policy_of(release_in_force(database)).asset.spec
    except AssetNotFound:
        return "UTC"
    return spec.calendar.time_zone if isinstance(spec, PolicySpec) else "UTC"


def _instant(option: str, text: str | None, zone: str) -> datetime | None:
    from zoneinfo import ZoneInfo

    moment = parse_time(option, text)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
