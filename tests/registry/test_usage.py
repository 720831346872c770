"""A13: last use comes from the traces."""

from __future__ import annotations

from datetime import UTC, datetime

from dagster_project.contracts.value import AssetId
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.registry.usage import LastUse, last_used, last_used_all
from dagster_project.store.database import Database
from registry.conftest import WriteSite

EARLY, LATE = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 6, 9, tzinfo=UTC)


def insert_trace(database: Database, trace_id: str, at: datetime, assets: list[str]) -> None:
    with database.pool.connection() as connection:
        connection.execute(
            "INSERT INTO canvas.trace (trace_id, tenant, user_name, question, language, route,"
            " status, release_id, triggers, assets, test_mode, duration_ms, created_at, body)"
            " VALUES (%s, 't', 'u', 'q', 'en', 'orch', 'success', 'r', '{}', %s, false, 1, %s, '')",
            (trace_id, assets, at),
        )


def test_last_use_is_the_newest_trace_of_any_version(
    database: Database, write_site: WriteSite
) -> None:
    """It names the trace, the time and the version; an unused asset has none."""
    versions.sync(database, load_site(write_site()), "engineer-1")
    insert_trace(database, "A", EARLY, ["query:batches:1", "source:bakery:1"])
    insert_trace(database, "B", LATE, ["query:batches:1", "query:batches_more:1"])
    batches, source = AssetId("query:batches"), AssetId("source:bakery")
    assert last_used(database, batches) == LastUse("B", LATE, 1)  # pyright: ignore[reportArgumentType]
    assert last_used(database, AssetId("screen:batches")) is None
    everything = last_used_all(database, since=EARLY)
    assert everything[batches].trace_id == "B"
    assert everything[source] == LastUse("A", EARLY, 1)  # pyright: ignore[reportArgumentType]
    assert source not in last_used_all(database, since=LATE)
