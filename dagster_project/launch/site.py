"""Makes a site ready to answer: its demo data, its first release, its first question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import psycopg

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.errors import ConfigError
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings

if TYPE_CHECKING:
    from dagster_project.contracts.trace import Trace
    from dagster_project.registry.load import Site

Report = Callable[[str], None]
FIRST_QUESTION = "first_question"
"""Tag of the query asset whose first example is asked when everything is up."""
_ACTOR = "canvas up"
_IN_DATABASE = ("postgres", "timescale", "neo4j")
"""Engines whose seeds are data in the embedded Postgres; an API's is a service."""


def make_ready(settings: Settings, database: Database, report: Report) -> Site:
    """Load the seeds that mock sources name; publish the files when nothing is published yet.

    Effects: seed schemas, versions and a release. Later edits are only ever published by a person.
    """
    from dagster_project.canvas.documents import ensure_documents
    from dagster_project.registry.load import load_site

    site = load_site(settings.home)
    for finding in site.errors[:20]:
        report(f"refused: {finding}")
    _load_seeds(site, database, report)
    ensure_documents(settings, database, site, report)
    if _publish_first(site, database, report):
        _approve_first(settings, site, report)
    return site


def ask_first(settings: Settings, question: str) -> Trace:
    """Ask through the composed product, as every other caller does."""
    from dagster_project.canvas import Canvas
    from dagster_project.contracts.trace import Ask

    with Canvas.open(settings) as canvas:
        return canvas.ask(Ask(question=question, user=_ACTOR))


def example_question(assets: Iterable[ConfigAsset]) -> str | None:
    """The first example of a query tagged `first_question`, else of the best exemplified one."""
    candidates = [
        (FIRST_QUESTION not in asset.header.tags, -len(examples), asset.header.name, examples)
        for asset in assets
        if isinstance(asset.spec, QuerySpec) and (examples := asset.spec.examples.all())
    ]
    return min(candidates)[3][0] if candidates else None


def _load_seeds(site: Site, database: Database, report: Report) -> None:
    from sources.embedded.seeds import ensure_seed

    specs = [asset.spec for asset in site.assets.values() if isinstance(asset.spec, SourceSpec)]
    held = [spec for spec in specs if spec.environment == "mock" and spec.engine in _IN_DATABASE]
    seeds = sorted({spec.seed for spec in held if spec.seed})
    for name in seeds:
        report(f"making sure of the demo data {name!r}")
        with psycopg.connect(database.owner_url, connect_timeout=5) as connection:
            try:
                loaded = ensure_seed(name, connection)
            except KeyError as error:
                report(f"no such demo data: {error}")
                continue
        database.grant_read(loaded.schema)


def _publish_first(site: Site, database: Database, report: Report) -> bool:
    """Whether this call published."""
    from dagster_project.registry import versions

    if not site.assets or versions.current_release_id(database) is not None:
        return False
    report(f"publishing the first release of {len(site.assets)} config assets")
    reason = "first start: the site's files as they are"
    versions.sync(database, site, by=_ACTOR, reason=reason)
    try:
        versions.publish(database, None, by=_ACTOR, reason=reason)
    except ConfigError as error:
        report(f"nothing was published: {error}")
        return False
    return True


def _approve_first(settings: Settings, site: Site, report: Report) -> None:
    """What the demo's sources hold at the first start is what drift is judged against from then.

    A real source's first scan is approved by a person.
    """
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.scans import approve, scan_catalog
    from dagster_project.contracts.errors import CanvasError
    from sources.errors import SourceError

    with Canvas.open(settings) as canvas:
        for catalog in _mock_catalogs(site):
            report(f"scanning the demo's catalog {catalog!r} as its first baseline")
            try:
                scan_catalog(canvas, catalog, _ACTOR)
                approve(canvas, catalog, _ACTOR, "first start: the demo's data as it was made")
            except (CanvasError, SourceError) as error:
                report(f"catalog {catalog!r} has no baseline yet: {error}")


def _mock_catalogs(site: Site) -> tuple[str, ...]:
    assets = site.assets.values()
    mock = {
        asset.header.name
        for asset in assets
        if isinstance(asset.spec, SourceSpec) and asset.spec.environment == "mock"
    }
    return tuple(
        asset.header.name
        for asset in assets
        if isinstance(asset.spec, SchemaCatalogSpec) and asset.spec.source in mock
    )
