"""A13: which ask last used an asset, from the traces themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.contracts.value import AssetId, TraceId

if TYPE_CHECKING:
    from dagster_project.store.database import Database


@dataclass(frozen=True, slots=True)
class LastUse:
    trace_id: TraceId
    at: datetime
    version: int


def last_used(database: Database, asset_id: AssetId) -> LastUse | None:
    """The newest trace that read any version of an asset; None when no trace did."""
    kind, _, name = asset_id.partition(":")
    with database.pool.connection() as connection:
        numbers = connection.execute(
            "SELECT number FROM canvas.asset_version WHERE kind = %s AND name = %s", (kind, name)
        ).fetchall()
        wanted = [f"{asset_id}:{number}" for (number,) in numbers]
        found = connection.execute(
            "SELECT trace_id, created_at, assets FROM canvas.trace"
            " WHERE assets && %s::text[] ORDER BY created_at DESC LIMIT 1",
            (wanted,),
        ).fetchone()
    if found is None:
        return None
    trace_id, at, assets = found
    version = next(int(used.rpartition(":")[2]) for used in assets if used in wanted)
    return LastUse(trace_id, at, version)


def last_used_all(database: Database, since: datetime) -> dict[AssetId, LastUse]:
    """The newest use of every asset that any trace since a time has read; one query."""
    with database.pool.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT ON (id) id, number, trace_id, created_at FROM ("
            " SELECT regexp_replace(used, ':[^:]*$', '') AS id,"
            " substring(used from '[^:]*$') AS number, trace_id, created_at"
            " FROM canvas.trace, unnest(assets) AS used WHERE created_at >= %s) AS uses"
            " WHERE number ~ '^[0-9]+$' ORDER BY id, created_at DESC",
            (since,),
        ).fetchall()
    return {AssetId(i): LastUse(trace_id, at, int(number)) for i, number, trace_id, at in rows}
