"""The generated plant: what it must hold, and that it is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import pytest

from dagster_project.store.settings import Settings
from sources.embedded.plant.events import NEVER
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.relations import RELATIONS, relations
from sources.embedded.plant.schema import COLUMN_COMMENTS, TABLE_COMMENTS
from sources.embedded.plant.topology import equipment
from sources.embedded.seeds import DEFAULT_ANCHOR, ensure_seed

TIMES = (
    ("metric_sample", "observed_at"),
    ("event", "occurred_at"),
    ("event", "acknowledged_at"),
    ("event", "cleared_at"),
    ("maintenance", "started_at"),
    ("maintenance", "ended_at"),
    ("work_order", "requested_at"),
    ("work_order", "completed_at"),
)
FACTS = "select md5(string_agg({row}::text, '|' order by {key})) from plant.{table} t"


def _one(connection: psycopg.Connection, statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_topology_is_a_hierarchy_of_at_least_300_items() -> None:
    """Every parent comes before its parts, ids are unique and every relation joins known items."""
    items = (*equipment(), *information_technology())
    seen: set[str] = set()
    for ci in items:
        assert ci.parent_id is None or ci.parent_id in seen, ci
        assert ci.ci_id not in seen
        seen.add(ci.ci_id)
    edges = relations(items)
    assert len(seen) >= 300
    assert {relation for _, relation, _ in edges} == set(RELATIONS)
    assert {end for here, _, there in edges for end in (here, there)} <= seen


def test_relations_have_cycles() -> None:
    """Three applications need each other in a ring, so that walks must notice where they were."""
    needs = {
        (a, b)
        for a, r, b in relations((*equipment(), *information_technology()))
        if r == "depends_on"
    }
    assert {("APP-07", "APP-12"), ("APP-12", "APP-15"), ("APP-15", "APP-07")} <= needs


@pytest.mark.parametrize(("table", "column"), TIMES)
def test_nothing_is_later_than_the_anchor(
    owner: psycopg.Connection, table: str, column: str
) -> None:
    """No row has a time at or after the anchor: "now" is the end of the data."""
    assert _one(owner, "select max(installed_on) from plant.ci") < DEFAULT_ANCHOR.date()  # pyright: ignore[reportOperatorIssue]
    newest = _one(owner, f"select max({column}) from plant.{table}")
    assert isinstance(newest, datetime)
    assert newest < DEFAULT_ANCHOR
    assert newest > DEFAULT_ANCHOR - timedelta(days=3), "the last days must not be empty"


def test_metrics_cover_31_days_and_work_fifteen_months(owner: psycopg.Connection) -> None:
    """ "Last month" finds metrics, "last year" finds events, maintenance and work orders."""
    assert _one(owner, "select count(distinct metric) >= 12 from plant.metric_sample")
    first = _one(owner, "select min(observed_at) from plant.metric_sample")
    assert first == DEFAULT_ANCHOR - timedelta(days=31)
    for table, column in (
        ("event", "occurred_at"),
        ("maintenance", "started_at"),
        ("work_order", "requested_at"),
    ):
        oldest = _one(owner, f"select min({column}) from plant.{table}")
        assert isinstance(oldest, datetime)
        assert oldest < DEFAULT_ANCHOR - timedelta(days=460), table


def test_every_series_has_every_sample(owner: psycopg.Connection) -> None:
    """No machine misses a sample of a metric its class has."""
    counts = owner.execute(
        "select distinct count(*) from plant.metric_sample group by ci_id, metric"
    ).fetchall()
    assert counts == [(31 * 96,)]


def test_there_is_an_alarm_flood(owner: psycopg.Connection) -> None:
    """At least 200 alarms fall within ten minutes of one trip."""
    busiest = _one(
        owner,
        "select max(n) from (select count(*) over (order by occurred_at range between current row"
        " and interval '10 minutes' following) as n from plant.event"
        " where event_type = 'threshold_alarm') w",
    )
    assert isinstance(busiest, int)
    assert busiest >= 200


def test_true_zeros_are_zero(owner: psycopg.Connection) -> None:
    """Machines without an event of some kind really have none."""
    for ci_id, event_type in NEVER:
        count = owner.execute(
            "select count(*) from plant.event where ci_id = %s and event_type = %s",
            [ci_id, event_type],
        ).fetchone()
        assert count == (0,), (ci_id, event_type)


def test_some_nicknames_are_shared_by_two_machines(owner: psycopg.Connection) -> None:
    """ "1호기" is a gas turbine and a steam turbine; "메인 서버" is two servers."""
    shared = dict(
        owner.execute(
            "select alias, array_agg(ci_id order by ci_id) from plant.ci, unnest(aliases) alias"
            " group by alias having count(*) > 1"
        ).fetchall()
    )
    assert shared["1호기"] == ["GT-01", "ST-01"]
    assert shared["메인 서버"] == ["SRV-001", "SRV-002"]


def test_every_table_and_column_has_a_comment(owner: psycopg.Connection) -> None:
    """The schema explains itself to a scan."""
    columns = owner.execute(
        "select c.relname, a.attname, col_description(c.oid, a.attnum) from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'plant'::regnamespace"
        " and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
    ).fetchall()
    assert {table for table, _, _ in columns} == set(TABLE_COMMENTS)
    assert {f"{t}.{c}": text for t, c, text in columns} == COLUMN_COMMENTS


def test_seeding_is_idempotent_and_repeatable(make_settings: Callable[..., Settings]) -> None:
    """The same seed, anchor and scale is loaded once, and gives the same rows in any database."""
    prints: list[object] = []
    for _ in range(2):
        with psycopg.connect(str(make_settings().database_url), autocommit=True) as connection:
            first = ensure_seed("combined_cycle_plant", connection, scale="small")
            again = ensure_seed("combined_cycle_plant", connection, scale="small")
            assert (first.loaded, again.loaded, again.rows) == (True, False, {})
            prints.append(
                [
                    _one(connection, FACTS.format(row="t", key=key, table=table))
                    for table, key in (
                        ("ci", "ci_id"),
                        ("event", "event_id"),
                        ("maintenance", "maintenance_id"),
                        ("work_order", "order_id"),
                        ("metric_sample", "ci_id, metric, observed_at"),
                    )
                ]
            )
    assert prints[0] == prints[1]


def test_a_different_anchor_replaces_the_data(make_settings: Callable[..., Settings]) -> None:
    """Another anchor moves every time along and leaves one seed behind."""
    moved = DEFAULT_ANCHOR - timedelta(days=100)
    with psycopg.connect(str(make_settings().database_url), autocommit=True) as connection:
        ensure_seed("combined_cycle_plant", connection, scale="small")
        assert ensure_seed("combined_cycle_plant", connection, scale="small", anchor=moved).loaded
        assert _one(connection, "select count(*) from plant.seed_info") == 1
        newest = _one(connection, "select max(observed_at) from plant.metric_sample")
    assert newest == moved - timedelta(hours=1)
