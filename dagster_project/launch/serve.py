"""Keeps the parts of a site running, Dagster's first: starts what is missing, no more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg

from dagster_project.contracts.errors import CanvasError
from dagster_project.launch import dagster_home, work_orders
from dagster_project.launch.parts import (
    PARTS,
    Part,
    PartName,
    find_process,
    last_lines,
    listens,
    read_parts,
    start_part,
    stop_parts,
    write_parts,
)
from dagster_project.launch.probe import Answering, probe
from dagster_project.store.database import Database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.ports import free_port, is_free
from dagster_project.store.settings import Settings
from dagster_project.store.small_files import locked, read_json, write_json

_USUAL_PORT = 3000
_OTHER_PORTS = (3001, 9999)
_PATIENCE_SECONDS = 240.0
_TITLES: dict[PartName, str] = {
    "webserver": "Dagster's webserver",
    "daemon": "Dagster's daemon",
    "work_orders": "The demo's work-order service",
}
_LAST_TABLES = """
    select to_regclass('dagster.instance_info'), to_regclass('dagster.event_logs'),
           to_regclass('dagster.asset_keys'), to_regclass('dagster.jobs')
"""


class LaunchError(CanvasError):
    """A part did not come up; the message ends with the end of its log."""

    code = "UPSTREAM_UNAVAILABLE"


class DagsterParts:
    """The parts of one site's state. `started` names what this object started."""

    def __init__(self, settings: Settings, database: Database, port: int | None = None) -> None:
        self._settings = settings
        self._environment = dagster_home.environment(settings, database)
        self._owner_url = database.owner_url
        self._port_is_asked_for = port is not None
        self.port = port or _kept_port(settings)
        self.wanted: tuple[PartName, ...] = PARTS
        self.started: set[PartName] = set()

    def start_missing(self, names: tuple[PartName, ...] | None = None) -> tuple[PartName, ...]:
        """Start those wanted that do not run, or run for another database, site or port.

        Effects: writes dagster.yaml and the record of processes. Shape: the names started.
        """
        with parts_lock(self._settings):
            return self._start_missing(self.wanted if names is None else names)

    def want_work_orders(self, wanted: bool) -> None:
        """Start the demo's work-order service with the others from now on, or stop it."""
        self.wanted = (*PARTS, "work_orders") if wanted else PARTS
        with parts_lock(self._settings):
            if wanted:
                self._start_missing(("work_orders",))
                return
            work_orders.forget(self._settings)
            parts = read_parts(self._settings.state_dir)
            if (part := parts.pop("work_orders", None)) is not None:
                stop_parts([part])
                write_parts(self._settings.state_dir, parts)

    def mend(self) -> tuple[str, ...] | None:
        """Start again what died, Postgres too; None when another command stopped everything.

        Shape: the names started. Raises: StoreError, LaunchError.
        """
        with parts_lock(self._settings):
            if not read_parts(self._settings.state_dir):
                return None
            postgres = ("postgres",) if start_postgres(self._settings) else ()
            return (*postgres, *self._start_missing(self.wanted))

    def _start_missing(self, names: tuple[PartName, ...]) -> tuple[PartName, ...]:
        parts = read_parts(self._settings.state_dir)
        missing: tuple[PartName, ...] = tuple(
            n for n in names if not self._is_right(parts.get(n), n)
        )
        if missing:
            dagster_home.write_dagster_home(self._settings)
            stop_parts(parts[name] for name in missing if name in parts)
        for name in missing:
            parts[name] = self._start(name)
            write_parts(self._settings.state_dir, parts)
        self.started.update(missing)
        return missing

    def wait_for_webserver(self, report: Callable[[str], None]) -> Answering:
        """Wait until GraphQL answers with the code location. Raises: LaunchError."""
        report("waiting for Dagster's webserver")
        return self._wait("webserver", lambda seen: seen.location_loaded)

    def wait_for_daemon(self, report: Callable[[str], None]) -> Answering:
        """Wait for the daemon's first sign of life. Raises: LaunchError."""
        report("waiting for Dagster's daemon")
        return self._wait("daemon", lambda seen: seen.daemon_healthy)

    def wait_for_work_orders(self) -> None:
        """Wait until the work-order service answers, where it is wanted. Raises: LaunchError."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while "work_orders" in self.wanted and not self._work_orders_answer():
            self._still_there("work_orders", deadline)
            time.sleep(0.05)

    def _work_orders_answer(self) -> bool:
        ours = read_parts(self._settings.state_dir).get("work_orders")
        port = work_orders.known_port(self._settings)
        return ours is not None and port is not None and listens(ours, port)

    def wait_for_tables(self) -> None:
        """Wait until the first part has made Dagster's tables: two at once trip over each other.

        Raises: LaunchError.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        with closing(psycopg.connect(self._owner_url, autocommit=True)) as connection:
            while None in (connection.execute(_LAST_TABLES).fetchone() or (None,)):
                self._still_there("webserver", deadline)
                time.sleep(0.1)

    def log(self, name: PartName) -> str:
        return str(self._settings.logs_dir / f"{name}.log")

    # --------------------------------------------------------------------------------------------

    def _is_right(self, part: Part | None, name: PartName) -> bool:
        if part is None or find_process(part) is None:
            return False
        argv = self._command(name)
        return part.started_for == dagster_home.started_for(argv, self._environment)

    def _start(self, name: PartName) -> Part:
        if name == "webserver" and not is_free(self.port):
            if self._port_is_asked_for:
                raise LaunchError(
                    f"Port {self.port} on 127.0.0.1 is taken by another program.",
                    "Give another --port, or none.",
                )
            self.port = free_port(*_OTHER_PORTS)
        if name == "work_orders":
            work_orders.choose_port(self._settings)
        write_json(self._settings.state_dir / "webserver.json", {"port": self.port})
        argv = self._command(name)
        part = start_part(
            name,
            argv,
            self._environment,
            dagster_home.CODE_FOLDER,
            self._settings.logs_dir / f"{name}.log",
        )
        return replace(part, started_for=dagster_home.started_for(argv, self._environment))

    def _command(self, name: PartName) -> list[str]:
        if name == "work_orders":
            return work_orders.command(work_orders.known_port(self._settings) or 0)
        return dagster_home.command(name, self.port)

    def _wait(self, name: PartName, enough: Callable[[Answering], bool]) -> Answering:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            seen = self._probe_ours()
            if seen and seen.load_error:
                raise LaunchError(
                    f"Dagster cannot load the code location: {seen.load_error}",
                    f"The whole log is {self.log('webserver')}.",
                )
            if seen and enough(seen):
                return seen
            self._still_there("webserver", deadline)
            self._still_there(name, deadline)
            time.sleep(0.25)

    def _probe_ours(self) -> Answering | None:
        """Another site's webserver may have taken the port while ours was loading."""
        ours = read_parts(self._settings.state_dir).get("webserver")
        return probe(self.port) if ours and listens(ours, self.port) else None

    def _still_there(self, name: PartName, deadline: float) -> None:
        part = read_parts(self._settings.state_dir).get(name)
        log = self._settings.logs_dir / f"{name}.log"
        if part is None or find_process(part) is None:
            if self._lost_its_port(name):
                self.start_missing((name,))
                return
            raise LaunchError(
                f"{_TITLES[name]} ended while it started. The end of {log}:\n{last_lines(log)}"
            )
        if time.monotonic() > deadline:
            raise LaunchError(
                f"{_TITLES[name]} was not ready within {_PATIENCE_SECONDS:.0f} s. "
                f"The end of {log}:\n{last_lines(log)}"
            )

    def _lost_its_port(self, name: PartName) -> bool:
        """Another program took it between the choice and the start."""
        if name == "work_orders":
            port = work_orders.known_port(self._settings)
            return port is not None and not is_free(port)
        return name == "webserver" and not is_free(self.port)


@contextmanager
def parts_lock(settings: Settings) -> Iterator[None]:
    """Held while the set of running parts changes, so that two commands do not undo each other."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with locked(settings.state_dir / "parts.lock"):
        yield


def start_postgres(settings: Settings) -> bool:
    """True when it is the embedded one and did not run."""
    return settings.database_url is None and EmbeddedPostgres(settings.embedded_dir).up().started


def known_port(settings: Settings) -> int | None:
    """The webserver's port, as last used."""
    port = read_json(settings.state_dir / "webserver.json").get("port")
    return port if isinstance(port, int) else None


def _kept_port(settings: Settings) -> int:
    known = known_port(settings)
    if known is not None:
        return known
    return _USUAL_PORT if is_free(_USUAL_PORT) else free_port(*_OTHER_PORTS)
