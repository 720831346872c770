"""`canvas catalog scan | sync | drift | approve | quarantine`."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from dagster_project.cli.trace import json_option

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.scans import Scanned
    from dagster_project.store.settings import Settings

by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who; it is kept."
)
name_argument = click.argument("name", metavar="CATALOG")


@click.group()
def catalog() -> None:
    """Scan sources, see what drifted from the approved baseline, bring facts into the files.

    \b
    canvas catalog scan
    canvas catalog drift plant
    canvas catalog approve plant --reason "the new columns are meant"
    canvas catalog sync plant --write
    canvas catalog quarantine
    """


@catalog.command("scan")
@click.argument("names", metavar="[CATALOG]...", nargs=-1)
@by_option
@json_option
@click.pass_obj
def scan(settings: Settings, names: tuple[str, ...], by: str, *, as_json: bool) -> None:
    """Read what the sources hold, keep it, and judge it against the baseline. All by default.

    The exit code is 1 when a source could not be scanned.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.cli import render_catalog
    from dagster_project.cli.assets import print_json

    with Canvas.open(settings) as canvas:
        every = names or _catalogs(canvas)
        found = [_scan(canvas, name, by) for name in every]
    reports = [one.report for one in found]
    if as_json:
        print_json({"scans": reports})
    else:
        for report in reports:
            render_catalog.in_short(report)
    if any(report.error for report in reports):
        raise click.exceptions.Exit(1)


@catalog.command("drift")
@name_argument
@click.option("--last", is_flag=True, help="As the last scan judged it; asks no source.")
@by_option
@json_option
@click.pass_obj
def drift(settings: Settings, name: str, by: str, *, last: bool, as_json: bool) -> None:
    """Show what is otherwise than approved, and what that touches.

    The exit code is 1 when something breaks, or when the source could not be scanned.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.scans import known_scan
    from dagster_project.cli import render_catalog
    from dagster_project.cli.assets import print_json
    from dagster_project.contracts.errors import AssetNotFound

    with Canvas.open(settings) as canvas:
        found = known_scan(canvas, name) if last else _scan(canvas, name, by)
    if found is None:
        raise AssetNotFound(f"catalog {name!r} was never scanned;", f"canvas catalog scan {name}")
    if as_json:
        print_json({"scan": found.report})
    else:
        render_catalog.in_full(found.report)
    if found.report.error or found.report.breaking:
        raise click.exceptions.Exit(1)


@catalog.command("sync")
@name_argument
@click.option("--write", is_flag=True, help="Write the file; without it the change is shown.")
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    help="Accept a rename: schema.table or schema.table.column.",
)
@by_option
@json_option
@click.pass_obj
def sync(
    settings: Settings, name: str, renames: tuple[str, ...], by: str, *, write: bool, as_json: bool
) -> None:
    """Scan, and lay the facts into the catalog's file under what people wrote."""
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.sync_catalog import sync_catalog
    from dagster_project.cli import render_catalog
    from dagster_project.cli.assets import print_json
    from dagster_project.inspection.drift import golden_of

    accept = dict(map(_rename, renames))
    with Canvas.open(settings) as canvas:
        synced = sync_catalog(
            canvas, name, by, write=write, accept=accept, golden=golden_of(canvas)
        )
    if as_json:
        print_json(render_catalog.synced_form(synced))
    else:
        render_catalog.synced(synced)
    if synced.merged is None:
        raise click.exceptions.Exit(1)


@catalog.command("approve")
@name_argument
@by_option
@click.option("--reason", required=True, help="Why; it is kept.")
@json_option
@click.pass_obj
def approve(settings: Settings, name: str, by: str, reason: str, *, as_json: bool) -> None:
    """Make the last good scan the baseline, and lift the catalog's quarantine."""
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.scans import approve as approve_baseline
    from dagster_project.cli import render_catalog
    from dagster_project.cli.assets import print_json

    with Canvas.open(settings) as canvas:
        baseline = approve_baseline(canvas, name, by, reason)
    if as_json:
        print_json({"baseline": baseline})
    else:
        render_catalog.approved(name, baseline)


@catalog.command("quarantine")
@click.argument("name", metavar="[CATALOG]", required=False)
@json_option
@click.pass_obj
def quarantine(settings: Settings, name: str | None, *, as_json: bool) -> None:
    """Show what must not be read, since when and why."""
    from dagster_project.canvas.scan_rows import quarantine_rows
    from dagster_project.cli import render_catalog
    from dagster_project.cli.assets import print_json
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        rows = quarantine_rows(database, name)
    if as_json:
        print_json({"quarantine": rows})
    else:
        render_catalog.quarantine(rows)


def _catalogs(canvas: Canvas) -> tuple[str, ...]:
    found = canvas.release().by_kind.get("schema_catalog", ())
    return tuple(version.asset.header.name for version in found)


def _scan(canvas: Canvas, name: str, by: str) -> Scanned:
    from dagster_project.canvas.scans import scan_catalog
    from dagster_project.inspection.drift import golden_of

    return scan_catalog(canvas, name, by, golden=golden_of(canvas))


def _rename(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (sign and old and new):
        raise click.BadParameter(f"{text!r} is not OLD=NEW", param_hint="--rename")
    return old, new
