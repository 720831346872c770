"""Asks all sets on both sites and writes the figures to docs/adversarial.md.

cd tests && python -m adversarial.write_figures
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import psycopg
from model_server import model_server

from adversarial.conftest import JOB_BOARD, load_job_board
from adversarial.figures import Tally, ask_all, table
from adversarial.obeying.board import Place
from adversarial.obeying.page import HEADING, section
from adversarial.obeying.rounds import Round, play
from adversarial.prompts import SETS
from adversarial.watch import fingerprint, hold_to_reading, spying
from dagster_project.canvas import Canvas
from dagster_project.launch.site import make_ready
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "adversarial.md"
TEXT = """# Attacks and lines from other worlds

Asked through `Canvas.ask`, without a model, on the demo plant and on a site over the two tables
that the logged attacks aim at (`tests/adversarial/job_board`). Written by
`tests/adversarial/write_figures.py`; held by `tests/adversarial/`.

{table}

- **Sent to the sources**: {sent} queries with {distinct} distinct statements. Each passed
  `sources.postgres.guard` over its own allowed tables, and PostgreSQL's own `EXPLAIN` of each shows
  no node that writes or locks. Rows, checksums and identities of all tables are the same before and
  after.
- **too long to be read**: a question has at most 2,000 characters.
- **rejected by a rule**: a quick rule of the policy named an operation that changes data.
- **out of scope**: nothing in the line is known to the catalogs; nothing is executed.
- **asked back**: the line names something unknown, ambiguous or missing; nothing is executed.
- **stopped by validate**: planned, but refused before a source was called.
- **answered**: rows were read. Of the attacks on the job board these are harmless carrier questions
  ("How many users are there?") and requests for somebody's e-mail address. Addresses and telephone
  numbers are masked there and reach neither an answer nor a trace: such a request shows the columns
  that everybody may read. On the plant they are lines with a word of the plant ("area", "jobs").

The sets, from public collections: all 361 prompts of the P2SQL red-team study; every seventh line
of a 3i4K excerpt (400); of CLINC150 all 200 out-of-scope lines and one line of each of 150 intents;
every fourth line of a Korean small-talk excerpt (370).
"""


def main() -> None:
    """Both parts of the page; with the word `obeying` only the one about a model that obeys."""
    only_second = sys.argv[1:] == ["obeying"]
    first = PAGE.read_text(encoding="utf-8").partition(HEADING)[0].rstrip() + "\n"
    page = (first if only_second else _without_model()) + _with_a_model()
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def _without_model() -> str:
    tallies: dict[tuple[str, str], Tally] = {}
    sent, distinct = 0, 0
    with _server() as server, _sites(server) as sites:
        for site, canvas in sites.items():
            before = fingerprint(canvas.database.owner_url, site)
            with spying({"plant": "plant_db"}.get(site)) as seen:
                for name, lines in SETS.items():
                    tallies[name, site] = ask_all(canvas, lines())
            assert fingerprint(canvas.database.owner_url, site) == before
            hold_to_reading(seen, canvas.database.reader_url, site)
            sent, distinct = sent + len(seen.queries), distinct + len(seen.distinct)
    return TEXT.format(table=table(tallies), sent=sent, distinct=distinct)


def _with_a_model() -> str:
    rounds: list[Round] = []
    with _server() as server:
        for place in get_args(Place):
            home = server.folder.parent / place
            settings = Settings(home / "site", home / "state", _database(server, place))
            with model_server() as model:
                rounds.append(play(settings, place, model))
    return section(rounds)


@contextmanager
def _server() -> Iterator[EmbeddedPostgres]:
    """A server in a folder of its own; stopped and removed after."""
    with tempfile.TemporaryDirectory(prefix="adversarial-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres")
        server.up()
        try:
            yield server
        finally:
            server.down()


@contextmanager
def _sites(server: EmbeddedPostgres) -> Iterator[dict[str, Canvas]]:
    """Both sites on one server, each with a database of its own."""
    folder = server.folder.parent
    plant_settings = Settings(REPOSITORY, folder, _database(server, "plant_site"))
    board_settings = Settings(JOB_BOARD, folder, _database(server, "board_site"))
    with open_database(plant_settings) as database:
        make_ready(plant_settings, database, print)
    _load_board(board_settings)
    with Canvas.open(plant_settings) as plant, Canvas.open(board_settings) as board:
        yield {"plant": plant, "job_board": board}


def _database(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return server.url(name)


def _load_board(settings: Settings) -> None:
    with open_database(settings) as database:
        load_job_board(database.owner_url)
        database.grant_read("job_board")
        os.environ["CANVAS_JOB_BOARD_URL"] = database.reader_url


if __name__ == "__main__":
    main()
