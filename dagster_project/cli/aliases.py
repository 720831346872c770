"""`canvas aliases list | proposals | accept | decline | check`.

Exit codes: 0 done · 1 a check found an error.
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dagster_project.contracts.value import AssetId
    from dagster_project.inspection.bench import Bench
    from dagster_project.resolver.alias_rows import Alias
    from dagster_project.store.settings import Settings

by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who; it is kept."
)
reason_option = click.option("--reason", required=True, help="Why; it is kept.")
id_argument = click.argument("proposal_id", metavar="ID", type=int)


@click.group()
def aliases() -> None:
    """Names of things: what they are, what people used and nothing bore, what collides.

    \b
    canvas aliases list --key GT-01
    canvas aliases proposals --days 30
    canvas aliases accept 3 ci:GT-01 --owner team:operations --reason "the crew says so"
    canvas publish resolver:plant --reason "new nickname"
    """


@aliases.command("list")
@click.option("--resolver", help="Only this resolver.")
@click.option("--key", help="Only names of the thing with this key.")
@click.option("--added", is_flag=True, help="Only alias groups, not the data's own names.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@json_option
@click.pass_obj
def list_(
    settings: Settings,
    resolver: str | None,
    key: str | None,
    added: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List every name of the working copy, and what it stands for."""
    from itertools import islice

    from dagster_project.cli import render_aliases
    from dagster_project.cli.assets import print_json
    from dagster_project.inspection.bench import open_bench

    with open_bench(settings) as bench:
        found = [
            alias
            for asset_id in _resolvers(bench, resolver)
            for alias in _aliases(bench, asset_id)
            if key in (None, alias.key)
            and (not added or alias.origin in ("alias_group", "accepted_proposal"))
        ]
    shown = list(islice(found, limit))
    if as_json:
        print_json({"total": len(found), "aliases": [alias._asdict() for alias in shown]})
    else:
        render_aliases.listing(shown, len(found))


@aliases.command("proposals")
@click.option("--days", type=click.IntRange(1, 3_650), default=30, show_default=True)
@click.option("--all", "every", is_flag=True, help="Also those that were decided.")
@json_option
@click.pass_obj
def proposals_(settings: Settings, days: int, every: bool, as_json: bool) -> None:
    """Collect names that asks used and nothing bears, and show them, most used first."""
    from datetime import UTC, datetime, timedelta

    from dagster_project.canvas import Canvas
    from dagster_project.canvas.alias_proposals import collect_proposals
    from dagster_project.cli import render_aliases
    from dagster_project.cli.assets import print_json

    since = datetime.now(UTC) - timedelta(days=days)
    with Canvas.open(settings) as canvas:
        index = canvas.desk(canvas.release()).planner.index
        found = collect_proposals(canvas.database, since, index)
    shown = [one for one in found if every or one.status == "proposed"]
    if as_json:
        print_json({"proposals": shown})
    else:
        render_aliases.proposals(shown)


@aliases.command("accept")
@id_argument
@click.argument("thing", metavar="ENTITY:KEY")
@click.option("--owner", required=True, help="Who says whether the alias holds.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day it counts.")
@click.option("--force", is_flag=True, help="Although the name means something else already.")
@by_option
@reason_option
@json_option
@click.pass_obj
def accept(
    settings: Settings,
    proposal_id: int,
    thing: str,
    owner: str,
    expires: datetime | None,
    force: bool,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """Write a proposed name into the resolver's file. It counts once that is published."""
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.alias_decisions import Acceptance
    from dagster_project.canvas.alias_decisions import accept as accept_proposal
    from dagster_project.cli import render_aliases
    from dagster_project.cli.assets import print_json

    entity, _, key = thing.partition(":")
    said = Acceptance(
        entity=entity,
        key=key,
        owner=owner,
        reason=reason,
        by=by,
        expires=expires.date() if expires else None,
        force=force,
    )
    with Canvas.open(settings) as canvas:
        index = canvas.desk(canvas.release()).planner.index
        found, path = accept_proposal(canvas.database, settings.home, index, proposal_id, said)
    if as_json:
        print_json({"proposal": found, "file": str(path)})
    else:
        render_aliases.accepted(found, path)


@aliases.command("decline")
@id_argument
@by_option
@reason_option
@json_option
@click.pass_obj
def decline(settings: Settings, proposal_id: int, by: str, reason: str, as_json: bool) -> None:
    """Say no to a proposed name; it is not proposed again."""
    from dagster_project.canvas.alias_decisions import decline as decline_proposal
    from dagster_project.cli import render_aliases
    from dagster_project.cli.assets import print_json
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = decline_proposal(database, proposal_id, by, reason)
    if as_json:
        print_json({"proposal": found})
    else:
        render_aliases.proposals([found])


@aliases.command("check")
@click.option("--resolver", help="Only this resolver.")
@json_option
@click.pass_obj
def check(settings: Settings, resolver: str | None, as_json: bool) -> None:
    """Make the alias tables and check them: collisions, orphans, expired groups.

    The exit code is 1 when an alias takes another thing's name, or is of nothing in the data.
    """
    from dagster_project.cli import render_aliases
    from dagster_project.cli.assets import print_json
    from dagster_project.inspection.alias_table import look_at_alias_table
    from dagster_project.inspection.bench import open_bench

    with open_bench(settings) as bench:
        found = {
            asset_id: look_at_alias_table(bench, asset_id).shown
            for asset_id in _resolvers(bench, resolver)
        }
    if as_json:
        print_json({"resolvers": found})
    else:
        render_aliases.checks({str(asset_id): look for asset_id, look in found.items()})
    if any(inspection.status == "error" for inspection in found.values()):
        raise click.exceptions.Exit(1)


def _resolvers(bench: Bench, name: str | None) -> list[AssetId]:
    """Raises: AssetNotFound for a name that is none."""
    from dagster_project.contracts.errors import AssetNotFound

    known = [a for a in sorted(bench.release.versions) if a.startswith("resolver:")]
    found = [asset_id for asset_id in known if name in (None, asset_id.partition(":")[2])]
    if name is not None and not found:
        raise AssetNotFound(f"There is no resolver {name!r}.", f"There are: {', '.join(known)}.")
    return found


def _aliases(bench: Bench, asset_id: AssetId) -> Iterator[Alias]:
    from dagster_project.canvas.alias_tables import accepted_aliases
    from dagster_project.contracts.assets.resolver import ResolverSpec
    from dagster_project.inspection.entity_names import resolver_names
    from dagster_project.resolver.alias_rows import iter_aliases

    spec = bench.release.versions[asset_id].asset.spec
    assert isinstance(spec, ResolverSpec)
    names = resolver_names(bench.canvas, bench.release, spec)
    return iter_aliases(spec, names, accepted_aliases(bench.canvas.database))
