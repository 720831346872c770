"""Eight asks at once: nobody gets a wrong answer, nobody gets another's, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest

from concurrency.asking import Asked, addresses_in, in_processes, in_threads
from dagster_project.canvas import Canvas
from dagster_project.launch.site import make_ready
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.find import get

ROUNDS = 3


@pytest.fixture(scope="module")
def plant_settings(make_settings: Callable[..., Settings]) -> Settings:
    settings = make_settings()
    with open_database(settings) as database:
        make_ready(settings, database, print)
    return settings


@pytest.fixture(scope="module")
def plant(plant_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(plant_settings) as canvas:
        yield canvas


@pytest.fixture(scope="module")
def addresses(plant: Canvas, plant_settings: Settings) -> dict[str, str]:
    """Machine to its address, read by a query of our own; no two are alike."""
    with psycopg.connect(str(plant_settings.database_url)) as connection:
        rows = connection.execute("select ci_id, ip from plant.ci where ip is not null").fetchall()
    found = dict(rows)
    assert len(found) >= 40
    assert len(set(found.values())) == len(found)
    return found


def test_eight_threads_on_one_canvas(
    plant: Canvas, plant_settings: Settings, addresses: dict[str, str]
) -> None:
    """Threads that share a canvas each get their own question's answer, round after round."""
    asked: list[Asked] = []
    for number in range(ROUNDS):
        asked += in_threads(plant, addresses, threads=8, seed=number * 100)
    assert len(asked) == ROUNDS * 8 * len(addresses)
    _hold(asked, addresses, plant_settings)


def test_eight_processes_on_one_database(
    plant: Canvas, plant_settings: Settings, addresses: dict[str, str]
) -> None:
    """Processes that share a database each get their own question's answer."""
    asked = in_processes(plant_settings, addresses, processes=8, rounds=ROUNDS)
    assert len(asked) == ROUNDS * 8 * len(addresses)
    _hold(asked, addresses, plant_settings)


def _hold(asked: list[Asked], addresses: dict[str, str], settings: Settings) -> None:
    wrong = [a for a in asked if a.addresses != (addresses[a.machine],)]
    assert not wrong, f"{len(wrong)} of {len(asked)} wrong: {wrong[:5]}"
    mixed = [a for a in asked if a.answered_question != a.question]
    assert not mixed, f"{len(mixed)} answers carry another question: {mixed[:5]}"
    assert len({a.trace_id for a in asked}) == len(asked), "a trace id was given out twice"
    with open_database(settings) as database:
        _hold_traces(asked, addresses, database)


def _hold_traces(asked: list[Asked], addresses: dict[str, str], database: Database) -> None:
    """Every acknowledged trace is stored with its own question, and one in ten is read back."""
    with database.pool.connection() as connection:
        rows = connection.execute(
            "select trace_id, question, user_name from canvas.trace where trace_id = any(%s)",
            [[a.trace_id for a in asked]],
        ).fetchall()
    assert Counter(rows) == Counter((a.trace_id, a.question, a.machine) for a in asked)
    among = frozenset(addresses.values())
    for one in asked[::10]:
        trace = get(database, one.trace_id)
        assert trace is not None
        assert trace.question == one.question
        assert addresses_in(trace, among) == (addresses[one.machine],)
