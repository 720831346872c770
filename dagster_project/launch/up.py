"""Brings everything up: Postgres, tables, demo data, published assets, Dagster, a first question.

What runs already is left as it is, so `up` is also how a half-dead installation is mended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dagster_project.launch import work_orders
from dagster_project.launch.parts import PARTS, find_process, read_parts, stop_parts, stop_strays
from dagster_project.launch.serve import DagsterParts, LaunchError, start_postgres
from dagster_project.launch.site import ask_first, example_question, make_ready
from dagster_project.store.database import Database, open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

if TYPE_CHECKING:
    from dagster_project.contracts.trace import Trace

Report = Callable[[str], None]
_WATCH_SECONDS = 1.0
_RESTARTS_PER_MINUTE = 5


@dataclass
class Running:
    """Everything answers."""

    settings: Settings
    database: Database
    parts: DagsterParts
    started_postgres: bool
    first_answer: Trace | None
    """None when no question was asked."""
    _restarts: list[float] = field(default_factory=list)

    @property
    def dagster_url(self) -> str:
        return f"http://127.0.0.1:{self.parts.port}"

    @property
    def logs(self) -> Path:
        return self.settings.logs_dir

    @property
    def database_place(self) -> str:
        """The owner's URL without its password."""
        parts = urlsplit(self.database.owner_url)
        return f"postgresql://{parts.username}@{parts.hostname}:{parts.port or 5432}{parts.path}"

    def pids(self) -> dict[str, int]:
        """Process ids by part, of those alive now."""
        parts = read_parts(self.settings.state_dir)
        found: dict[str, int] = {n: p.pid for n, p in parts.items() if find_process(p)}
        if self.settings.database_url is None:
            pid = EmbeddedPostgres(self.settings.embedded_dir).status().pid
            if pid is not None:
                found["postgres"] = pid
        return found

    def watch(self, report: Report) -> None:
        """Stay; start again what dies; end when another command stops everything.

        Raises: LaunchError when something keeps dying.
        """
        while (mended := self.parts.mend()) is not None:
            for name in mended:
                self._count_restart(name, report)
            time.sleep(_WATCH_SECONDS)
        report("stopped by another command")

    def stop(self) -> None:
        """Stop what this `up` started, and nothing that was there before."""
        recorded = read_parts(self.settings.state_dir)
        stop_parts(recorded[name] for name in self.parts.started if name in recorded)
        if self.parts.started >= set(PARTS):
            stop_strays(self.settings.state_dir)
        self.database.close()
        if self.started_postgres:
            EmbeddedPostgres(self.settings.embedded_dir).down()

    def _count_restart(self, name: str, report: Report) -> None:
        report(f"{name} had ended; it was started again")
        now = time.monotonic()
        self._restarts = [*(t for t in self._restarts if now - t < 60), now]
        if len(self._restarts) > _RESTARTS_PER_MINUTE:
            raise LaunchError(
                f"{name} keeps ending: {len(self._restarts)} restarts in a minute.",
                f"See the logs in {self.logs}.",
            )


def up(
    settings: Settings, report: Report, question: str | None = None, port: int | None = None
) -> Running:
    """Start what is missing and wait until everything answers.

    `question`: asked first; None takes the site's own example, an empty one asks nothing.
    Effects: processes, files in the state's folder, rows in the store. Raises: CanvasError; what
    was started by then is stopped.
    """
    report("starting Postgres")
    started_postgres = start_postgres(settings)
    report("bringing the tables up to date")
    database = open_database(settings)
    parts = DagsterParts(settings, database, port)
    running = Running(settings, database, parts, started_postgres, None)
    try:
        _bring_up(running, report, question)
    except BaseException:
        running.stop()
        raise
    return running


def _bring_up(running: Running, report: Report, question: str | None) -> None:
    """Dagster takes seconds to load; the data is made and the question answered meanwhile."""
    parts, settings = running.parts, running.settings
    report("starting Dagster")
    parts.start_missing(("webserver",))
    site = make_ready(settings, running.database, report)
    parts.want_work_orders(work_orders.is_wanted(site.assets.values()))
    parts.wait_for_work_orders()
    asked = example_question(site.assets.values()) if question is None else question
    if asked:
        report(f"asking: {asked}")
        running.first_answer = ask_first(settings, asked)
    parts.wait_for_tables()
    parts.start_missing()
    parts.wait_for_webserver(report)
    parts.wait_for_daemon(report)
