"""Old traces go, what is named stays, and what stays is whole whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from dagster_project.contracts.assets.policy import Retention
from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.store.database import Database
from dagster_project.traces import payload_sweep
from dagster_project.traces.find import get
from dagster_project.traces.keep import keep
from dagster_project.traces.packing import digests_in, pack_body, pack_payload
from dagster_project.traces.prune import prune
from traces.prune_examples import (
    NOW,
    OLD,
    YOUNG,
    aged,
    assert_whole,
    kept,
    needed_payloads,
    payloads,
    prune_rows,
    trace_ids,
)
from traces.trace_examples import table_trace

POLICY = Retention()


def name_in_night(database: Database, trace_id: str, case: str = "c1") -> int:
    """A golden result that names the trace; the night's id."""
    with database.pool.connection() as connection:
        row = connection.execute(
            "insert into canvas.golden_night"
            " (suite, day, started_by, whole, release_id, started_at, body)"
            " values ('plant', '2026-01-01', 'manual', true, 'r', now(), '{}') returning id"
        ).fetchone()
        assert row is not None
        connection.execute(
            "insert into canvas.golden_result values (%s, %s, 'passed', 1, 0, %s, 1, '{}')",
            (row[0], case, trace_id),
        )
    return row[0]


def name_as_baseline(database: Database, trace_id: str) -> None:
    with database.pool.connection() as connection:
        connection.execute(
            "insert into canvas.golden_baseline"
            ' (suite, case_id, trace_id, release_id, "by", reason, at)'
            " values ('plant', 'c1', %s, 'r', 'operator-1', 'first', now())",
            (trace_id,),
        )


def name_in_request(database: Database, night: int, trace_id: str) -> None:
    body = {"evidence": {"cases": [{"case_id": "c1", "green_trace_id": trace_id}]}}
    with database.pool.connection() as connection:
        connection.execute(
            "insert into canvas.rollback_request (suite, night, status, created_at, body)"
            " values ('plant', %s, 'pending', now(), %s)",
            (night, json.dumps(body)),
        )


def test_old_traces_go_and_young_ones_stay(database: Database) -> None:
    """What was created before the retention goes with its payloads, of every tenant."""
    kept(database, 1, OLD)
    kept(database, 2, OLD, tenant="other")
    at_the_edge = kept(database, 3, NOW - timedelta(days=30))
    young = kept(database, 4, YOUNG)

    report = prune(database, POLICY, NOW)

    assert trace_ids(database) == {at_the_edge, young}
    assert (report.deleted, report.kept) == (2, {"young": 2})
    assert report.oldest_kept == NOW - timedelta(days=30)
    assert payloads(database).keys() == needed_payloads(database)
    assert report.payloads_deleted > 0
    assert report.trace_bytes > 0
    assert_whole(database)


def test_what_is_named_stays(database: Database) -> None:
    """Failed, golden, baseline and requested traces stay, and the parents of all that stay."""
    names = {
        "failed": kept(database, 1, OLD, status="failed"),
        "golden": kept(database, 2, OLD),
        "baseline": kept(database, 3, OLD),
        "request": kept(database, 4, OLD),
    }
    grandparent = kept(database, 5, OLD)
    parent = kept(database, 6, OLD, parent_trace_id=grandparent)
    child = kept(database, 7, YOUNG, parent_trace_id=parent)
    gone_child = kept(database, 8, OLD, parent_trace_id=names["golden"])
    gone_parent = kept(database, 9, OLD)
    kept(database, 10, OLD, parent_trace_id=gone_parent)
    night = name_in_night(database, names["golden"])
    name_as_baseline(database, names["baseline"])
    name_in_request(database, night, names["request"])

    report = prune(database, POLICY, NOW)

    assert trace_ids(database) == {*names.values(), grandparent, parent, child}
    assert report.kept == {
        **{"failed": 1, "golden": 1, "baseline": 1, "request": 1},
        **{"parent": 2, "young": 1},
    }
    assert gone_child not in trace_ids(database)
    assert report.deleted == 3
    assert_whole(database)


def test_the_policy_decides(database: Database) -> None:
    """Test runs have an age of their own, and failed traces stay only while the policy says so."""
    kept(database, 1, YOUNG, test_mode=True)
    real = kept(database, 2, YOUNG)
    kept(database, 3, OLD, status="failed")

    retention = Retention(days=30, test_days=1, keep_failed=False)
    report = prune(database, retention, NOW + timedelta(minutes=1))

    assert trace_ids(database) == {real}
    assert report.deleted == 2


def test_a_dry_run_says_the_same_and_does_nothing(database: Database) -> None:
    """The counts of a dry run are those of the prune that follows it."""
    for seed in range(5):
        kept(database, seed, OLD)
    kept(database, 4, YOUNG)
    before = trace_ids(database), payloads(database)

    dry = prune(database, POLICY, NOW, dry_run=True)

    assert (trace_ids(database), payloads(database)) == before
    assert prune_rows(database) == []
    real = prune(database, POLICY, NOW, batch=2)
    same = ("deleted", "kept", "payloads_deleted", "trace_bytes", "payload_bytes", "oldest_kept")
    assert [getattr(dry, name) for name in same] == [getattr(real, name) for name in same]
    assert dry.deleted == 5
    assert payloads(database).keys() == needed_payloads(database)


def test_each_prune_that_deletes_leaves_one_audit_row(database: Database) -> None:
    """The row says who, how much and why; a second prune finds nothing and writes none."""
    for seed in range(5):
        kept(database, seed, OLD)

    prune(database, POLICY, NOW, batch=2, by="operator-1")
    again = prune(database, POLICY, NOW, by="lee")

    assert (again.deleted, again.payloads_deleted) == (0, 0)
    (row,) = prune_rows(database)
    assert (row.by, row.subject, row.after["traces"]) == ("operator-1", "traces", 5)
    assert row.reason == "older than 30 days, test runs 30"


def test_a_payload_stays_while_another_leans_on_it(database: Database) -> None:
    """What a remaining payload was compressed against stays, also when no trace names it."""
    first = aged(table_trace(1, rows=3), OLD)
    other = table_trace(2, rows=3)
    # The same last stages after another execute: their bytes lean on the first trace's.
    outputs = (*first.stage_outputs[:2], other.stage_outputs[2], *first.stage_outputs[3:])
    second = aged(first, YOUNG, stage_outputs=outputs)
    keep(database, first)
    keep(database, second)

    prune(database, POLICY, NOW)

    with database.pool.connection() as connection:
        row = connection.execute("select body from canvas.trace").fetchone()
    assert row is not None
    named = set(digests_in(bytes(row[0])))
    assert payloads(database).keys() > named
    assert payloads(database).keys() == needed_payloads(database)
    assert get(database, second.trace_id).stage_outputs == outputs


def killer(database: Database, steps: int) -> Callable[[str, str, float], None]:
    """Ends the prune's server process, as a crash would, after so many steps."""
    done = 0

    def step(name: str, message: str, ms: float) -> None:
        nonlocal done
        done += 1
        if done > steps:
            with psycopg.connect(database.owner_url, autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                    " where application_name = 'canvas prune' and datname = current_database()"
                )

    return step


def test_a_prune_killed_at_any_step_leaves_a_whole_store(database: Database) -> None:
    """Its server process ended after each step in turn: all can be read, shared, pruned again."""
    kills = 0
    while True:
        for seed in range(6):
            kept(database, seed, OLD)
        kept(database, 100 + kills, YOUNG)
        try:
            prune(database, POLICY, NOW, batch=4, progress=killer(database, kills))
        except StoreError:
            kills += 1
            assert_whole(database)
        else:
            break
    assert kills > 8
    assert len(trace_ids(database)) == kills + 1
    assert payloads(database).keys() == needed_payloads(database)
    assert_whole(database)


def test_what_becomes_golden_meanwhile_stays(database: Database) -> None:
    """A trace named, or gone on from, after the list was made is spared with its payloads."""
    named = kept(database, 1, OLD)
    parent = kept(database, 2, OLD)
    kept(database, 3, OLD)

    def name_it(step: str, message: str, ms: float) -> None:
        if "payloads only" in message:
            name_in_night(database, named)
            kept(database, 4, YOUNG, parent_trace_id=parent)

    report = prune(database, POLICY, NOW, progress=name_it)

    assert {named, parent} < trace_ids(database)
    assert report.deleted == 1
    assert report.kept["late"] == 2
    assert payloads(database).keys() == needed_payloads(database)
    assert_whole(database)


def test_one_prune_at_a_time(database: Database) -> None:
    """A second prune is refused while one runs, and may run after it."""
    kept(database, 1, OLD)
    refused: list[str] = []

    def second(step: str, message: str, ms: float) -> None:
        if step != "vacuum":
            return
        with pytest.raises(InvalidRequest) as error:
            prune(database, POLICY, NOW)
        refused.append(str(error.value))

    prune(database, POLICY, NOW, progress=second)

    assert refused
    assert "Another prune is under way" in refused[0]
    assert prune(database, POLICY, NOW).deleted == 0


def test_a_table_in_use_is_left_for_the_next_prune(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a vacuum holds the payloads the sweep gives up, keeps go on, and the report says it."""
    monkeypatch.setattr(payload_sweep, "PATIENCE_SECONDS", 0.2)
    kept(database, 1, OLD)
    vacuum = psycopg.connect(database.owner_url)

    def hold(step: str, message: str, ms: float) -> None:
        if step == "traces" or "payloads only" in message:
            vacuum.execute("lock table canvas.payload in share update exclusive mode")
            kept(database, 50, YOUNG)

    with vacuum:
        report = prune(database, POLICY, NOW, progress=hold)
        assert (report.deleted, report.payloads_deleted) == (1, 0)
        assert report.payloads_left > 0
        with pytest.raises(StoreError, match="could not be locked"):
            prune(database, POLICY, NOW)
    assert prune(database, POLICY, NOW).payloads_deleted == report.payloads_left
    assert payloads(database).keys() == needed_payloads(database)


def test_dagsters_tables_are_shown_and_untouched(database: Database) -> None:
    """Sizes name tables of both schemas, the largest first; rows of Dagster's stay."""
    with database.pool.connection() as connection:
        connection.execute(
            "create table dagster.event_logs as select n, repeat('x', 900) as event"
            " from generate_series(1, 5000) as n"
        )
    kept(database, 1, OLD)

    report = prune(database, POLICY, NOW)

    sizes = {size.table: size for size in report.tables}
    assert report.tables[0].table == "dagster.event_logs"
    assert sizes["dagster.event_logs"].after_bytes == sizes["dagster.event_logs"].before_bytes
    assert sizes["canvas.trace"].after_bytes > 0
    with database.pool.connection() as connection:
        row = connection.execute("select count(*) from dagster.event_logs").fetchone()
    assert row == (5000,)


def test_another_layout_is_not_swept(database: Database) -> None:
    """Bodies that this program cannot read stop the prune before anything is deleted."""
    kept(database, 1, OLD)
    with database.pool.connection() as connection:
        connection.execute(
            sql.SQL("update canvas.trace set body = {} || substring(body from 2)").format(
                sql.Literal(b"\x09")
            )
        )

    with pytest.raises(StoreError, match="layout"):
        prune(database, POLICY, NOW)

    assert len(trace_ids(database)) == 1
    assert prune_rows(database) == []


def test_the_sweep_reads_the_layout_that_is_written() -> None:
    """The layout that the sweep knows is the one that bodies and payloads are packed in."""
    assert pack_body(b"", [b"d" * 16], [b""])[:3] == payload_sweep.LAYOUT + b"\0\0"
    assert pack_payload(b"", b"b" * 16, b"x")[:17] == payload_sweep.LAYOUT + b"b" * 16
