"""`canvas assets releases list | show | compare | return`: what answered together, and when."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dagster_project.store.settings import Settings

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def releases() -> None:
    """Releases: published versions that answer together."""


@releases.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@json_option
@click.pass_obj
def list_(settings: Settings, limit: int, *, as_json: bool) -> None:
    """List the acts that put releases in force, newest first."""
    from dagster_project.cli import render_assets
    from dagster_project.cli.assets import print_json
    from dagster_project.registry.versions import acts
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = acts(database, limit=limit)
    if as_json:
        print_json({"in_force": found[0].after_release if found else None, "acts": found})
    else:
        render_assets.acts(found)


@releases.command("show")
@click.argument("release_id", metavar="[ID]", required=False)
@json_option
@click.pass_obj
def show(settings: Settings, release_id: str | None, *, as_json: bool) -> None:
    """Show the versions of a release; of the one in force by default."""
    from dagster_project.cli import render_assets
    from dagster_project.cli.assets import print_json
    from dagster_project.contracts.value import ReleaseId
    from dagster_project.registry.versions import load_release, release_in_force
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        if release_id:
            release = load_release(database, ReleaseId(release_id))
        else:
            release = release_in_force(database)
    if as_json:
        versions = {
            asset_id: {"version": v.number, "content_hash": v.asset.content_hash}
            for asset_id, v in sorted(release.versions.items())
        }
        print_json({"id": release.id, "versions": versions, "warnings": release.warnings})
    else:
        render_assets.release(release)


@releases.command("compare")
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@json_option
@click.pass_obj
def compare(settings: Settings, left: str, right: str, *, as_json: bool) -> None:
    """Show which assets differ between two releases."""
    from dagster_project.cli import render_assets
    from dagster_project.cli.assets import print_json
    from dagster_project.contracts.value import ReleaseId
    from dagster_project.registry.versions import compare_releases
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        found = compare_releases(database, ReleaseId(left), ReleaseId(right))
    if as_json:
        changes = [{"id": i, "left": before, "right": after} for i, before, after in found.changes]
        print_json({"left": left, "right": right, "changes": changes})
    else:
        render_assets.release_diff(found)


@releases.command("return")
@click.argument("release_id", metavar="ID")
@click.option("--by", default=getpass.getuser, help="Who does it; you, by default.")
@click.option("--reason", required=True, help="Why; kept for ever.")
@json_option
@click.pass_obj
def return_(settings: Settings, release_id: str, *, by: str, reason: str, as_json: bool) -> None:
    """Put an earlier release in force again, whole, as a new act."""
    from dagster_project.cli import render_assets
    from dagster_project.cli.assets import print_json
    from dagster_project.contracts.value import ReleaseId
    from dagster_project.registry.versions import acts, return_to
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        last = acts(database, limit=1)
        release = return_to(database, ReleaseId(release_id), by, reason)
        done = [act for act in acts(database, limit=1) if act not in last]
    if as_json:
        print_json({"ok": True, "release": release.id, "acts": done})
    else:
        render_assets.published(release, done, None)
