"""Traces come back as they were kept, cost one commit, and repeat nothing."""

from __future__ import annotations

import threading
from typing import LiteralString

import pytest
from psycopg import sql

from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language
from dagster_project.store.database import Database
from dagster_project.traces.content import digest_of
from dagster_project.traces.find import get, get_stage
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep
from dagster_project.traces.sizes import trace_sizes
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace


def without_previous(trace: Trace) -> Trace:
    inputs = tuple(i.model_copy(update={"prev_output": None}) for i in trace.stage_inputs)
    return trace.model_copy(update={"stage_inputs": inputs})


def count(database: Database, table: str) -> int:
    with database.pool.connection() as connection:
        statement = sql.SQL("select count(*) from {}").format(sql.Identifier("canvas", table))
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_field_comes_back(database: Database, language: Language) -> None:
    """A trace with every field of the contract filled is equal after the round trip."""
    trace = rich_trace(3, language)

    keep(database, trace)

    assert without_previous(get(database, trace.trace_id)) == trace


@pytest.mark.parametrize("route", ["direct", "reject"])
def test_direct_and_reject_leave_a_trace(database: Database, route: str) -> None:
    """The short routes are kept like any other."""
    trace = short_trace(1, route=route)

    keep(database, trace)

    assert without_previous(get(database, trace.trace_id)) == trace


def test_inputs_name_the_output_they_went_on_from(database: Database) -> None:
    """`prev_output` is the digest of the output of the stage before, also in a second round."""
    trace = rich_trace(4, "ko")
    keep(database, trace)

    read = get(database, trace.trace_id)

    names = [digest_of(output, trace.trace_id) for output in trace.stage_outputs]
    stages = [output.stage for output in trace.stage_outputs]
    assert stages == ["route_plan", "validate", "execute", "execute", "compose", "present"]
    assert [given.prev_output for given in read.stage_inputs] == [
        None,
        names[0],
        names[1],
        names[1],
        names[3],
        names[4],
    ]


def test_the_same_answer_again_stores_no_payload(database: Database) -> None:
    """Two asks that differ only in time, timings and id share every payload."""
    first = table_trace(11)
    again = Trace.model_validate_json(
        first.model_dump_json()
        .replace(first.trace_id, new_trace_id(first.created_at))
        .replace('"duration_ms":', '"duration_ms":1')
        .replace('"elapsed_ms":', '"elapsed_ms":2')
        .replace('"fetched_at":"2026', '"fetched_at":"2027')
    )
    keep(database, first)
    payloads = count(database, "payload")

    keep(database, again)

    assert count(database, "payload") == payloads == 6
    assert without_previous(get(database, again.trace_id)) == again
    assert without_previous(get(database, first.trace_id)) == first


def test_an_output_that_differs_in_a_cell_has_another_name() -> None:
    """The digest follows the content: equal without the timings, different with another cell."""
    trace = table_trace(12)
    output = trace.stage_outputs[2]
    slower = output.model_copy(update={"duration_ms": output.duration_ms + 1})
    text = output.model_dump_json().replace('"critical"', '"warning"', 1)
    changed = type(output).model_validate_json(text)

    assert digest_of(output, trace.trace_id) == digest_of(slower, trace.trace_id)
    assert digest_of(output, trace.trace_id) != digest_of(changed, trace.trace_id)


def test_a_trace_is_one_transaction(database: Database) -> None:
    """Payloads and trace are written by one transaction, so a crash leaves all or nothing."""
    trace = table_trace(13)
    keep(database, trace)
    with database.pool.connection() as connection:
        writers = connection.execute(
            "select xmin::text from canvas.trace union select xmin::text from canvas.payload"
        ).fetchall()
    assert len(writers) == 1


def test_a_refused_trace_leaves_no_payload(database: Database) -> None:
    """A trace is written once; the second attempt changes nothing and says so."""
    trace = table_trace(15)
    keep(database, trace)
    before = count(database, "payload")
    other = table_trace(16).model_copy(update={"trace_id": trace.trace_id})

    with pytest.raises(InvalidRequest, match="kept already"):
        keep(database, other)

    assert count(database, "payload") == before
    assert without_previous(get(database, trace.trace_id)) == trace


def test_writers_of_the_same_payloads_do_not_block_each_other_for_good(database: Database) -> None:
    """Eight threads keep traces that share payloads: all are kept, and read back right."""
    traces = [
        [
            Trace.model_validate_json(
                base.model_dump_json().replace(base.trace_id, new_trace_id(base.created_at))
            )
            for base in (table_trace(20 + n) for n in range(6))
        ]
        for _ in range(8)
    ]
    failures: list[Exception] = []

    def work(mine: list[Trace]) -> None:
        try:
            for trace in mine:
                keep(database, trace)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in traces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert count(database, "trace") == 48
    for mine in traces:
        for trace in mine:
            assert without_previous(get(database, trace.trace_id)) == trace


@pytest.mark.parametrize(
    "harm",
    [
        "update canvas.payload set body = (select max(body) from canvas.payload)",
        "update canvas.payload set body = (select min(body) from canvas.payload)",
        "update canvas.payload set body = substring(body for length(body) - 9)",
        "update canvas.payload set body = set_byte(body, 17 + length(body) / 2, 7)",
        "update canvas.payload set body = set_byte(body, 0, 9)",
        "delete from canvas.payload where length(body) = (select min(length(body))"
        " from canvas.payload)",
        "update canvas.trace set body = set_byte(body, length(body) - 200, 7)",
    ],
)
def test_changed_bytes_are_noticed(database: Database, harm: LiteralString) -> None:
    """Bytes that are not what was kept are an error that says so, never another answer."""
    trace = table_trace(30)
    keep(database, trace)
    with database.pool.connection() as connection:
        connection.execute(harm)

    with pytest.raises(StoreError):
        get(database, trace.trace_id)


def test_a_one_table_answer_takes_at_most_six_kilobytes(database: Database) -> None:
    """500 different answers of 20 rows × 6 columns, with indexes and pages: ≤ 6,000 bytes each."""
    for seed in range(500):
        keep(database, table_trace(seed))

    sizes = trace_sizes(database)

    assert sizes.traces == 500
    assert sizes.bytes_per_trace <= 6_000


def test_stage_look_up_gives_every_round(database: Database) -> None:
    """A stage that ran twice has two records, each with its own input."""
    trace = rich_trace(5, "en")
    keep(database, trace)

    records = get_stage(database, trace.trace_id, "execute")

    assert [record.output.duration_ms for record in records] == [
        output.duration_ms for output in trace.stage_outputs if output.stage == "execute"
    ]
    assert all(record.input and record.input.stage == "execute" for record in records)
