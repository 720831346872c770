"""Traces are kept and pruned at once, over the same payloads, and none is damaged."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dagster_project.contracts.assets.policy import Retention
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import TraceId
from dagster_project.store.database import Database
from dagster_project.traces.find import get
from dagster_project.traces.keep import keep, keep_in
from dagster_project.traces.prune import prune
from traces.prune_examples import (
    NOW,
    OLD,
    YOUNG,
    aged,
    assert_whole,
    needed_payloads,
    payloads,
    trace_ids,
)
from traces.trace_examples import table_trace

SECONDS, MOST_SECONDS = 4.0, 60.0
ENOUGH = 300
"""Deleted traces, and payloads; a busy machine may need longer."""
CONTENTS = 120


class Keepers:
    """Threads that keep an old trace, and soon after a young one of the same payloads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._contents = [table_trace(seed, rows=2) for seed in range(CONTENTS)]
        self._stop = threading.Event()
        self.young: dict[TraceId, Trace] = {}

    def run(self, seed: int) -> None:
        """Young traces turn old in the end, so that their payloads become unneeded again."""
        pick = random.Random(seed)
        for content in self._endless(pick):
            keep(self._database, aged(content, OLD))
            time.sleep(pick.uniform(0, 0.03))
            trace = aged(content, YOUNG)
            keep(self._database, trace)
            self.young[trace.trace_id] = trace
            if pick.random() < 0.95:
                self._let_go(trace)

    def _let_go(self, trace: Trace) -> None:
        # Read before it goes: a damage must not be pruned away with its trace.
        assert get(self._database, trace.trace_id).answer == trace.answer
        del self.young[trace.trace_id]
        with self._database.pool.connection() as connection:
            connection.execute(
                "update canvas.trace set created_at = %s where trace_id = %s",
                (OLD, trace.trace_id),
            )

    def _endless(self, pick: random.Random) -> Iterator[Trace]:
        while not self._stop.is_set():
            yield pick.choice(self._contents)

    def stop(self) -> None:
        self._stop.set()


@pytest.mark.parametrize(
    "begins", ["a moment", "which traces go", "payloads only", "1 of 1 deleted"]
)
def test_a_slow_keep_is_waited_for(database: Database, begins: str) -> None:
    """A keep that has found its payloads there and is not yet committed never loses them, at
    whatever step of the prune it found them."""
    old = aged(table_trace(1, rows=2), OLD)
    keep(database, old)
    young = aged(old, YOUNG)
    threads: list[threading.Timer] = []
    with psycopg.connect(database.owner_url) as slow:

        def begin(step: str, message: str, ms: float) -> None:
            if begins in message and not threads:
                keep_in(slow, young)
                threads.append(threading.Timer(0.4, slow.commit))
                threads[0].start()

        report = prune(database, Retention(), NOW, progress=begin)
        threads[0].join()

    assert report.deleted == 1
    assert get(database, young.trace_id).answer == young.answer
    assert payloads(database).keys() == needed_payloads(database)


def test_keeping_and_pruning_at_once(database: Database) -> None:
    """After seconds of both, every trace that was to stay is read back as it was kept, and
    nothing that no trace needs is left."""
    keepers = Keepers(database)
    deleted = traces = 0
    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(keepers.run, seed) for seed in range(3)]
        began = time.monotonic()
        try:
            while (spent := time.monotonic() - began) < MOST_SECONDS:
                report = prune(database, Retention(), NOW, batch=40)
                deleted += report.payloads_deleted
                traces += report.deleted
                if spent > SECONDS and min(deleted, traces) > ENOUGH:
                    break
        finally:
            keepers.stop()
        for done in running:
            done.result()

    assert min(deleted, traces) > ENOUGH
    for trace_id, trace in keepers.young.items():
        assert get(database, trace_id).answer == trace.answer
    prune(database, Retention(), NOW)
    assert trace_ids(database) == keepers.young.keys()
    assert payloads(database).keys() == needed_payloads(database)
    assert_whole(database)
