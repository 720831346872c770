"""The job `sync_catalogs`, and a schedule for each catalog that asks for one."""

from collections.abc import Iterable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.entries import Entry

SYNC_CATALOGS = "sync_catalogs"


def catalog_sync_job(entries: Iterable[Entry]) -> UnresolvedAssetJobDefinition | None:
    """Scans every catalog's source; choose assets at the launch to scan some. None without any."""
    keys = [asset_key(entry.id) for entry in entries if entry.kind == "schema_catalog"]
    if not keys:
        return None
    return dg.define_asset_job(
        SYNC_CATALOGS,
        selection=dg.AssetSelection.assets(*keys),
        description="Scan each catalog's source, keep what it holds, show its drift from the"
        " approved baseline, and put what broke into quarantine. Files stay as they are: `canvas"
        " catalog sync NAME --write` brings facts into them.",
    )


def catalog_schedules(
    entries: Iterable[Entry], zone: str, job: UnresolvedAssetJobDefinition | None = None
) -> list[dg.ScheduleDefinition]:
    """One per catalog with `auto_sync` and a `sync_schedule`, in the site's time zone.

    A cron text that Dagster cannot read gives no schedule: the location must load.
    """
    entries = tuple(entries)
    job = job or catalog_sync_job(entries)
    if job is None:
        return []
    return [
        _schedule(entry, cron, zone, job)
        for entry in entries
        if entry.asset is not None
        and isinstance(spec := entry.asset.spec, SchemaCatalogSpec)
        and spec.auto_sync
        and (cron := spec.sync_schedule) is not None
        and is_cron(cron)
    ]


def is_cron(text: str) -> bool:
    from dagster._utils.schedules import is_valid_cron_string

    return is_valid_cron_string(text)


def _schedule(
    entry: Entry, cron: str, zone: str, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    key = asset_key(entry.id)

    @dg.schedule(
        name=f"sync_{key.path[-1]}",
        job=job,
        cron_schedule=cron,
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Scan the source of {entry.id} as its sync_schedule says.",
    )
    def scheduled() -> dg.RunRequest:
        return dg.RunRequest(asset_selection=[key])

    return scheduled
