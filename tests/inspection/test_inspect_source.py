"""A source's health is looked at, kept, and shown with the looks before it."""

from __future__ import annotations

from dagster_project.contracts.assets.source import Permissions, SourceSpec
from dagster_project.inspection.source import inspect_source
from dagster_project.store.database import Database
from dagster_project.store.source_health import keep_health, recent_health
from sources.postgres.source import PostgresSource

SPEC = SourceSpec(
    engine="postgres",
    environment="real",
    permissions=Permissions(allowed_schemas=("shop",), allowed_tables=("shop.*",)),
)


def test_a_source_that_answers_is_ok_in_all_four_respects(shop: PostgresSource) -> None:
    """Connection, rights, limits and latency of a good source are told one by one."""
    inspection = inspect_source(SPEC, shop.health())
    assert inspection.status != "error", inspection.problems()
    told = {finding.name for finding in inspection.findings}
    assert {"connection", "rights", "limits", "latency"} <= told
    assert inspection.facts["status"] in ("ok", "warn")


def test_a_source_that_is_down_is_an_error_and_not_an_exception(shop_database: Database) -> None:
    """Nothing listens there: the check fails and says so."""
    nowhere = PostgresSource(
        "gone", "postgresql://u:p@127.0.0.1:1/none", allowed_tables=("shop.*",), health_retries=0
    )
    inspection = inspect_source(SPEC, nowhere.health(1.0))
    assert inspection.status == "error"
    assert inspection.problems()[0].name == "connection"
    assert inspection.problems()[0].detail


def test_kept_states_come_back_oldest_first_and_become_a_chart(
    shop: PostgresSource, shop_database: Database
) -> None:
    """Each look is a row; the same look kept twice is one row; the last looks are charted."""
    first, second = shop.health(), shop.health()
    for health in (first, second, second):
        keep_health(shop_database, "shop_db", health)
    earlier = recent_health(shop_database, "shop_db")
    assert [at for at, _, _ in earlier] == [first.checked_at, second.checked_at]
    inspection = inspect_source(SPEC, shop.health(), earlier)
    assert inspection.chart is not None
    data = inspection.chart["data"]
    assert isinstance(data, dict)
    assert len(data["values"]) == 3
