"""Many traces in one commit: each as if it had been kept alone, or none of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.trace import Trace
from dagster_project.store.database import Database
from dagster_project.traces.find import TraceFilter, get, search
from dagster_project.traces.keep import keep, keep_all
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace


def without_previous(trace: Trace) -> Trace:
    inputs = tuple(i.model_copy(update={"prev_output": None}) for i in trace.stage_inputs)
    return trace.model_copy(update={"stage_inputs": inputs})


def test_each_comes_back_whole(database: Database) -> None:
    """Also those that share payloads, within the commit and with what is there."""
    keep(database, table_trace(1))
    traces = [table_trace(2), table_trace(3, rows=5), rich_trace(4, "ko"), short_trace(5)]
    keep_all(database, traces)
    for trace in traces:
        assert without_previous(get(database, trace.trace_id)) == trace
    keep_all(database, [])


def test_all_or_none(database: Database) -> None:
    """One that is kept already refuses the others with it."""
    there = table_trace(1)
    keep(database, there)
    with pytest.raises(InvalidRequest, match="is kept already"):
        keep_all(database, [table_trace(2), there])
    assert len(search(database, TraceFilter())) == 1


def test_writers_that_share_payloads_do_not_lock_each_other(database: Database) -> None:
    """Eight writers, each with the same answers in another order, all finish."""
    seeds = list(range(100, 124))

    def write(number: int) -> None:
        turned = seeds[number * 3 :] + seeds[: number * 3]
        traces = [table_trace(seed % 6, rows=4 + seed % 6) for seed in turned]
        own = [
            t.model_copy(update={"trace_id": f"{number:02d}{place:02d}".ljust(26, "0")})
            for place, t in enumerate(traces)
        ]
        for start in range(0, len(own), 6):
            keep_all(database, own[start : start + 6])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(search(database, TraceFilter(limit=1000))) == 8 * 24
