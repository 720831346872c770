"""The attacked job board on a database of its own, and the demo plant beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from adversarial.prompts import DATA, missing
from dagster_project.canvas import Canvas
from dagster_project.launch.site import make_ready
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

JOB_BOARD = Path(__file__).parent / "job_board"


def load_job_board(owner_url: str) -> None:
    """The study's two tables, in a schema of their own."""
    script = (DATA / "p2sql-attacks" / "job_postings.sql").read_text(encoding="utf-8")
    with psycopg.connect(owner_url) as connection:
        connection.execute("create schema job_board")
        connection.execute("set local search_path = job_board")
        connection.execute(script.encode())


@pytest.fixture(scope="session")
def job_board_settings(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    if missing():
        pytest.skip(f"not beside the repository: {missing()}")
    settings = make_settings(home=JOB_BOARD)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load_job_board(database.owner_url)
        database.grant_read("job_board")
        patch.setenv("CANVAS_JOB_BOARD_URL", database.reader_url)
        yield settings


@pytest.fixture(scope="session")
def job_board(job_board_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(job_board_settings) as canvas:
        yield canvas


@pytest.fixture(scope="session")
def plant_settings(make_settings: Callable[..., Settings]) -> Settings:
    settings = make_settings()
    with open_database(settings) as database:
        make_ready(settings, database, print)
    return settings


@pytest.fixture(scope="session")
def plant(plant_settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(plant_settings) as canvas:
        yield canvas
