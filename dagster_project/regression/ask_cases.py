"""Many cases on a few threads: answers go out in pieces, so that memory stays flat."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from dagster_project.contracts.golden import Criteria, GoldenCase
from dagster_project.contracts.night import CaseResult
from dagster_project.pipeline.run import Progress
from dagster_project.regression.check_case import unexpected_empty
from dagster_project.regression.run_case import CaseRunner, Ran
from dagster_project.regression.verdict import Counted, counted

A = TypeVar("A")
B = TypeVar("B")
Sink = Callable[[Sequence[Ran]], None]
THREADS = 2
"""Measured on near sources: one thread waits for the source, four wait for the interpreter."""
PIECE = 50
"""Results handed on at once; so many answers are held in memory."""
_WAITING_PER_THREAD = 8
_PROGRESS_SECONDS = 0.5


def ask_cases(
    cases: Sequence[GoldenCase],
    runner: CaseRunner,
    criteria: Criteria,
    aside: frozenset[str],
    generated: frozenset[str],
    sink: Sink,
    progress: Progress | None = None,
    threads: int = THREADS,
) -> list[Counted]:
    """Run all of them. Shape: what a verdict needs of each, in their order.

    `aside`: ids in quarantine. Effects: hands every result to the sink, in pieces, from the
    caller's thread.
    """

    def one(case: GoldenCase) -> tuple[GoldenCase, Ran]:
        return case, runner.run(case, case.id in aside, case.id in generated)

    done: list[Counted] = []
    piece: list[Ran] = []
    told = _Told(progress, len(cases))
    with (
        _rare_collections(),
        ThreadPoolExecutor(threads, thread_name_prefix="golden") as pool,
    ):
        for case, ran in _in_order(pool, one, cases, threads * _WAITING_PER_THREAD):
            done.append(_counted(case, ran.result, criteria))
            piece.append(ran)
            if len(piece) >= PIECE:
                sink(piece)
                piece = []
            told.one_more(ran.result)
    if piece:
        sink(piece)
    return done


def _in_order(
    pool: ThreadPoolExecutor, call: Callable[[A], B], items: Iterable[A], ahead: int
) -> Iterator[B]:
    """Results in the order of the items; never more than `ahead` of them are in the pool."""
    left = iter(items)
    running = deque(pool.submit(call, item) for item in islice(left, ahead))
    while running:
        yield running.popleft().result()
        running.extend(pool.submit(call, item) for item in islice(left, 1))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Answers are freed by their counts: looking for cycles among them takes a tenth of a night."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _counted(case: GoldenCase, result: CaseResult, criteria: Criteria) -> Counted:
    found = result.fingerprint
    empty = found is not None and unexpected_empty(case.expect, found)
    pairs = [
        f"relations[{place}]"
        for place, relation in enumerate(case.expect.relations)
        if relation.kind == "same_plan"
    ]
    broken = {check.name for check in result.checks}
    parity = not broken.intersection(pairs) if pairs and found is not None else None
    return counted(result, criteria, empty=empty, parity=parity)


class _Told:
    """Tells how far it is, now and then."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._started = self._last = time.monotonic()
        self._done = self._failed = 0

    def one_more(self, result: CaseResult) -> None:
        self._done += 1
        self._failed += result.outcome in ("failed", "error", "timed_out")
        now = time.monotonic()
        due = now - self._last >= _PROGRESS_SECONDS or self._done == self._total
        if self._progress is not None and due:
            self._last = now
            failed = f", {self._failed} failed" if self._failed else ""
            elapsed_ms = (now - self._started) * 1000
            self._progress("golden", f"{self._done}/{self._total}{failed}", elapsed_ms)
