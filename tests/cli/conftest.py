"""Runs `canvas` as a person would, against a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace

from dagster_project.cli import main
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.keep import keep


@dataclass(frozen=True)
class Kept:
    database: Database
    run: Callable[..., Result]


def runner(settings: Settings) -> Callable[..., Result]:
    environment = {
        "CANVAS_DATABASE_URL": settings.database_url,
        "CANVAS_STATE": str(settings.state_dir),
        "CANVAS_HOME": str(settings.home),
    }

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), env=environment)

    return run


@pytest.fixture(scope="module")
def kept(make_settings: Callable[..., Settings]) -> Iterator[Kept]:
    """Eight tables, a rich trace, a greeting, a reject; and a trace of another tenant."""
    settings = make_settings()
    with open_database(settings) as database:
        for seed in range(8):
            keep(database, table_trace(seed, user="operator-2"))
        keep(database, rich_trace(40, "ko"))
        keep(database, short_trace(100))
        keep(database, short_trace(101, route="reject"))
        keep(database, table_trace(500, tenant="other"))
        yield Kept(database, runner(settings))
