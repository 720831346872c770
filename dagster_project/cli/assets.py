"""`canvas assets …`: list, check, compare, publish and roll back config assets.

Exit codes: 0 done · 1 it failed · 2 wrong arguments, or config assets with errors.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.releases import releases

if TYPE_CHECKING:
    from dagster_project.contracts.asset_version import ConfigAsset
    from dagster_project.contracts.value import AssetId
    from dagster_project.registry.load import Site
    from dagster_project.store.database import Database
    from dagster_project.store.settings import Settings

CONFIG_ERRORS = 2
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
by_option = click.option("--by", default=getpass.getuser, help="Who does it; you, by default.")
reason_option = click.option("--reason", required=True, help="Why; kept for ever.")


@click.group()
def assets() -> None:
    """List, check, compare, publish and roll back config assets."""


assets.add_command(releases)


@assets.command("list")
@click.option("--kind", help="Only this kind.")
@json_option
@click.pass_obj
def list_(settings: Settings, kind: str | None, *, as_json: bool) -> None:
    """List the site's assets with their versions, stages and users."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.load import load_site
    from dagster_project.registry.overview import overview
    from dagster_project.store.database import open_database

    site = load_site(settings.home)
    with open_database(settings) as database:
        found = [asset for asset in overview(database, site) if kind in (None, asset.kind)]
    if as_json:
        print_json({"assets": found, "refused": sorted(site.refused), "findings": site.findings})
    else:
        render_assets.listing(found)
        render_assets.refusals(site.findings)


@assets.command("show")
@click.argument("asset", metavar="KIND:NAME[:VERSION]")
@json_option
@click.pass_obj
def show(settings: Settings, asset: str, *, as_json: bool) -> None:
    """Show one asset: its content, what it stands on, who uses it, when it was last used.

    VERSION is a number, `draft`, `published`, `latest` or (the default) `file`.
    """
    from dagster_project.cli import render_assets
    from dagster_project.registry.load import load_site
    from dagster_project.registry.references import bound_stage, dependents, references
    from dagster_project.registry.usage import last_used
    from dagster_project.registry.write_yaml import to_yaml
    from dagster_project.store.database import open_database

    site = load_site(settings.home)
    with open_database(settings) as database:
        shown = _find(database, site, asset, "file")
        used = last_used(database, shown.id)
    facts = {
        "id": shown.id,
        "content_hash": shown.content_hash,
        "path": shown.path or None,
        "bound_stage": bound_stage(shown),
        "deps": references(shown),
        "used_by": dependents(site.assets).get(shown.id, ()),
        "last_used": used,
    }
    if as_json:
        print_json({**facts, "header": shown.header, "spec": shown.spec})
    else:
        render_assets.facts(facts, to_yaml(shown))


@assets.command("validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def validate(settings: Settings, path: Path | None, *, as_json: bool) -> None:
    """Check a site, or one file of it; needs no database. Exits with 2 when there are errors."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.load import load_site

    home, only = _site_of(settings.home, path)
    site = load_site(home)
    findings = tuple(f for f in site.findings if only is None or f.path == only)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        print_json({"ok": errors == 0, "assets": len(site.assets), "findings": findings})
    else:
        render_assets.validation(len(site.assets), findings, only)
    if errors:
        raise click.exceptions.Exit(CONFIG_ERRORS)


@assets.command("diff")
@click.argument("left", metavar="A")
@click.argument("right", metavar="[B]", required=False)
@json_option
@click.pass_obj
def diff(settings: Settings, left: str, right: str | None, *, as_json: bool) -> None:
    """Show what differs between A and B, each KIND:NAME[:VERSION].

    VERSION is a number, `draft`, `published`, `latest` or `file`; A is the published version and B
    the file of the same asset where nothing else is said.
    """
    from dagster_project.cli import render_assets
    from dagster_project.registry.load import load_site
    from dagster_project.registry.versions import diff_versions
    from dagster_project.store.database import open_database

    other = right or ":".join(left.split(":")[:2])
    site = load_site(settings.home)
    with open_database(settings) as database:
        before = _find(database, site, left, "published")
        after = _find(database, site, other, "file")
    found = diff_versions(before, after, (left, other))
    if as_json:
        print_json(found)
    else:
        render_assets.diff_text(found.text)


@assets.command("history")
@click.argument("asset", metavar="KIND:NAME")
@json_option
@click.pass_obj
def history_(settings: Settings, asset: str, *, as_json: bool) -> None:
    """Show an asset's versions and the acts that moved it, newest first."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.versions import acts, history
    from dagster_project.store.database import open_database

    asset_id = parse_id(asset)
    with open_database(settings) as database:
        found, done = history(database, asset_id), acts(database, asset_id)
    if as_json:
        rows = [
            {
                "version": v.number,
                "status": v.status,
                "content_hash": v.asset.content_hash,
                "created_by": v.created_by,
                "created_at": v.created_at,
                "reason": v.reason,
            }
            for v in found
        ]
        print_json({"id": asset_id, "versions": rows, "acts": done})
    else:
        render_assets.history(found, done)


@assets.command("publish")
@click.argument("asset", metavar="[KIND:NAME]...", nargs=-1)
@click.option("--remove", multiple=True, metavar="KIND:NAME", help="Leave this asset out.")
@click.option("--skip-refused", is_flag=True, help="Publish though other files have errors.")
@by_option
@reason_option
@json_option
@click.pass_obj
def publish_(
    settings: Settings,
    asset: tuple[str, ...],
    remove: tuple[str, ...],
    *,
    skip_refused: bool,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """Record the files and publish the drafts among them (all, or those named) as one release."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.load import load_site
    from dagster_project.registry.versions import acts, publish, sync
    from dagster_project.store.database import open_database

    ids = [parse_id(text) for text in asset] or None
    without = [parse_id(text) for text in remove]
    site = load_site(settings.home)
    if not skip_refused:
        site.require_good()
    with open_database(settings) as database:
        synced = sync(database, site, by, reason)
        last = acts(database, limit=1)
        release = publish(database, ids, by, reason, without)
        done = [act for act in acts(database, limit=1) if act not in last]
    if as_json:
        print_json({"ok": True, "release": release.id, "acts": done, "sync": synced})
    else:
        render_assets.published(release, done, synced)


@assets.command("rollback")
@click.argument("asset", metavar="KIND:NAME")
@click.option("--to", "number", type=int, required=True, help="The version to go back to.")
@by_option
@reason_option
@json_option
@click.pass_obj
def rollback(
    settings: Settings, asset: str, number: int, *, by: str, reason: str, as_json: bool
) -> None:
    """Put an earlier version of one asset in force again, as a new act."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.versions import acts, roll_back
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        release = roll_back(database, parse_id(asset), number, by, reason)
        done = acts(database, limit=1)
    if as_json:
        print_json({"ok": True, "release": release.id, "acts": done})
    else:
        render_assets.published(release, list(done), None)


@assets.command("import")
@click.argument("source", metavar="FILE|DIR", type=click.Path(exists=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite files of the site that differ.")
@by_option
@json_option
@click.pass_obj
def import_(settings: Settings, source: Path, *, replace: bool, by: str, as_json: bool) -> None:
    """Copy asset files into the site and record them as drafts. Publishes nothing."""
    from dagster_project.cli import render_assets
    from dagster_project.registry.exchange import import_files
    from dagster_project.registry.load import load_site
    from dagster_project.registry.versions import sync
    from dagster_project.store.database import open_database

    imported = import_files(settings.home, source, replace)
    site = load_site(settings.home)
    with open_database(settings) as database:
        synced = sync(database, site, by, f"imported from {source}")
    if as_json:
        print_json({"ok": True, "imported": imported, "sync": synced, "findings": site.findings})
    else:
        render_assets.imported(imported, synced)
        render_assets.refusals(site.findings)


@assets.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("asset", metavar="[KIND:NAME]...", nargs=-1)
@click.option("--release", "release_id", help="Of this release; of the one in force by default.")
@json_option
@click.pass_obj
def export(
    settings: Settings,
    folder: Path,
    asset: tuple[str, ...],
    release_id: str | None,
    *,
    as_json: bool,
) -> None:
    """Write a release as YAML files into a new folder, ready to be imported or served."""
    from dagster_project.contracts.value import ReleaseId
    from dagster_project.registry.exchange import export_release
    from dagster_project.registry.versions import load_release, release_in_force
    from dagster_project.store.database import open_database

    with open_database(settings) as database:
        if release_id:
            release = load_release(database, ReleaseId(release_id))
        else:
            release = release_in_force(database)
    paths = export_release(release, folder, [parse_id(text) for text in asset])
    if as_json:
        print_json({"ok": True, "release": release.id, "folder": folder, "files": paths})
    else:
        click.echo(f"{len(paths)} asset(s) of {release.id} written to {folder}")


@assets.command("schemas")
@click.option("--check", is_flag=True, help="Only say which are stale; exit with 1 if any is.")
@json_option
@click.pass_obj
def schemas(settings: Settings, *, check: bool, as_json: bool) -> None:
    """Write the JSON Schemas that give editors completion in the site's YAML files."""
    from dagster_project.registry.editor_schemas import stale_schemas, write_schemas

    changed = stale_schemas(settings.home) if check else write_schemas(settings.home)
    if as_json:
        print_json({"ok": not (check and changed), "changed": changed})
    else:
        said = "stale" if check else "written"
        click.echo("\n".join(f"{said}: {path}" for path in changed) or "schemas are up to date")
    if check and changed:
        raise click.exceptions.Exit(1)


def print_json(value: object) -> None:
    """One JSON object on standard output."""
    from pydantic_core import to_json

    click.echo(to_json(value).decode())


def parse_id(text: str) -> AssetId:
    """`kind:name`. Raises: InvalidRequest naming the nearest kind."""
    from dagster_project.contracts.assets import FOLDERS
    from dagster_project.contracts.errors import InvalidRequest
    from dagster_project.contracts.value import AssetId
    from dagster_project.registry.problem import listed, nearest

    kind, colon, name = text.partition(":")
    if colon and name and ":" not in name and kind in FOLDERS:
        return AssetId(text)
    near = nearest(kind, FOLDERS)
    hint = f"did you mean {near}?" if near and kind != near else f"kinds: {listed(FOLDERS)}."
    raise InvalidRequest(f"{text!r} is not kind:name;", hint)


def _find(database: Database, site: Site, text: str, otherwise: str) -> ConfigAsset:
    from dagster_project.contracts.errors import AssetNotFound
    from dagster_project.registry.problem import nearest
    from dagster_project.registry.versions import find_version

    kind, _, rest = text.partition(":")
    name, _, version = rest.partition(":")
    asset_id = parse_id(f"{kind}:{name}")
    if (version or otherwise) != "file":
        return find_version(database, asset_id, version or otherwise).asset
    if asset_id in site.assets:
        return site.assets[asset_id]
    if asset_id in site.refused:
        raise AssetNotFound(f"{asset_id}: its file has errors.", "See `canvas assets validate`.")
    near = nearest(asset_id, site.assets)
    hint = f"Did you mean {near!r}?" if near else "See `canvas assets list`."
    raise AssetNotFound(f"no file for {asset_id!r} in {site.home}.", hint)


def _site_of(home: Path, path: Path | None) -> tuple[Path, str | None]:
    """The site that a path belongs to, and the file if it is one."""
    from dagster_project.contracts.errors import InvalidRequest
    from dagster_project.registry.site_files import ASSETS_FOLDER

    if path is None:
        return home, None
    for folder in (path.absolute(), *path.absolute().parents):
        if (folder / ASSETS_FOLDER).is_dir():
            only = path.absolute().relative_to(folder).as_posix() if path.is_file() else None
            return folder, only
    raise InvalidRequest(
        f"{path} is not in a site: no folder above it holds {ASSETS_FOLDER}/.",
        "Name a site's folder or a file under its assets_config/.",
    )
