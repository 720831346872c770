"""Progress lines reach the run's log in order and cost the ask nothing."""

from __future__ import annotations

import time

import pytest

from dagster_project.defs.progress_log import progress_log


def test_lines_come_in_order_and_all_of_them() -> None:
    """Leaving the block waits for the last line."""
    written: list[str] = []
    with progress_log(written.append) as tell:
        for n in range(50):
            tell("execute", f"step {n}", n)
    assert written == [f"execute at {n:.1f} ms: step {n}" for n in range(50)]


def test_a_slow_log_does_not_slow_the_ask() -> None:
    """Telling returns at once, however long a line takes to write."""
    with progress_log(lambda _: time.sleep(0.05)) as tell:
        started = time.perf_counter()
        for n in range(10):
            tell("execute", "step", n)
        assert time.perf_counter() - started < 0.05


def test_an_ask_that_breaks_still_writes_what_it_told() -> None:
    """The lines before a bug are in the log, and the bug comes through."""
    written: list[str] = []

    def breaks() -> None:
        with progress_log(written.append) as tell:
            tell("execute", "step", 1.0)
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        breaks()
    assert written == ["execute at 1.0 ms: step"]
