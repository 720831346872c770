"""A scan's facts into the catalog's own file: shown, and written where a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.canvas.blast_radius import GoldenOf, no_golden
from dagster_project.canvas.scans import Scanned, scan_catalog
from dagster_project.catalog.scan.merge import MergedCatalog, merge
from dagster_project.catalog.scan.write_merged import merged_text, write_merged
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.registry.parse_asset import parse_asset
from dagster_project.registry.site_files import asset_files

if TYPE_CHECKING:
    from dagster_project.canvas.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Synced:
    """A catalog's file with the facts laid in."""

    scanned: Scanned
    merged: MergedCatalog | None
    """None when the scan failed and there is no earlier one."""
    path: Path
    before: str
    after: str
    written: bool = False


def sync_catalog(
    canvas: Canvas,
    catalog: str,
    by: str,
    *,
    write: bool = False,
    accept: Mapping[str, str] | None = None,
    golden: GoldenOf = no_golden,
) -> Synced:
    """Scan, and lay the facts into the file under the site's assets_config.

    Effects: as `scan_catalog`; with `write` the file changes. The new text is a draft like any
    edit: it counts when it is published.
    Raises: as `scan_catalog`; InvalidRequest for a file that cannot be read, or a rename of what
    is not there.
    """
    path = catalog_file(canvas.settings.home, catalog)
    scanned = scan_catalog(canvas, catalog, by, golden=golden)
    before = path.read_text(encoding="utf-8")
    spec = read_spec(path, before.encode())
    if scanned.facts is None or scanned.report.error:
        return Synced(scanned, None, path, before, before)
    merged = merge(spec, scanned.facts, accept)
    after = merged_text(before, spec, merged.spec)
    written = write and write_merged(path, spec, merged.spec, lambda data: read_spec(path, data))
    return Synced(scanned, merged, path, before, after, written)


def catalog_file(home: Path, catalog: str) -> Path:
    """Raises: AssetNotFound."""
    listed, _ = asset_files(home)
    for kind, path in listed:
        if kind == "schema_catalog" and Path(path).stem == catalog:
            return home / path
    raise AssetNotFound(f"no file of schema_catalog {catalog!r};", f"look under {home}")


def read_spec(path: Path, data: bytes) -> SchemaCatalogSpec:
    """As the registry reads it. Raises: InvalidRequest."""
    parsed = parse_asset(str(path), data, "schema_catalog")
    if parsed.asset is None:
        raise InvalidRequest(
            f"{path.name} cannot be read: {parsed.problems[0].message};", "canvas assets check"
        )
    assert isinstance(parsed.asset.spec, SchemaCatalogSpec)
    return parsed.asset.spec
