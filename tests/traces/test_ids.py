"""Trace ids sort by time and never meet."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

from dagster_project.traces.ids import ID_LENGTH, new_trace_id

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def many(count: int) -> list[str]:
    return [new_trace_id(NOW) for _ in range(count)]


def test_ids_sort_by_time() -> None:
    """An id of a later microsecond is greater as text."""
    moments = [NOW + timedelta(microseconds=n**3) for n in range(200)]

    ids = [new_trace_id(moment) for moment in moments]

    assert ids == sorted(ids)
    assert {len(name) for name in ids} == {ID_LENGTH}
    assert all(name.isalnum() and name == name.upper() for name in ids)


def test_processes_never_make_the_same_id() -> None:
    """Forked processes at the same microsecond make different ids."""
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        made = [name for names in pool.map(many, [2_000] * 4) for name in names]

    assert len(set(made)) == 8_000
