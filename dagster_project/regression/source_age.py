"""R3: sources that cases read and whose health nobody looked at of late."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database


def stale_sources(database: Database, assets: Collection[str], oldest: datetime) -> tuple[str, ...]:
    """Of `source:name` assets, those whose newest health look is older, or bad, or missing.

    Raises: StoreError.
    """
    names = sorted(asset.partition(":")[2] for asset in assets)
    with single_statements(database, "read source health") as connection:
        rows = connection.execute(
            "select distinct on (source) source, checked_at, status from canvas.source_health"
            " where source = any(%s) order by source, checked_at desc",
            (names,),
        ).fetchall()
    seen = {source: (at, status) for source, at, status in rows}
    return tuple(
        name
        for name in names
        if name not in seen or seen[name][0] < oldest or seen[name][1] == "error"
    )
