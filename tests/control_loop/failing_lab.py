"""The laboratory on a server of its own that slows, locks, forbids, changes and stops when told to.

The store of assets and traces is on another server: only the source fails.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from lab import SITE, load_lab
from lab.rows import AS_OF

from dagster_project.store.embedded import EmbeddedPostgres

OVERLAY = Path(__file__).with_name("site")
URL_VARIABLE = "CANVAS_FAILING_LAB_URL"
_ROLE = "lab_reader"
_PASSWORD = "only-here"
_DELAY = """
create table lab.delay (seconds float);
insert into lab.delay values (0);
alter table lab.fault rename to fault_rows;
create view lab.fault as
  select f.* from lab.fault_rows f
  where (select pg_sleep(seconds)::text from lab.delay) is not null;
"""
_STAMP = """
create sequence lab.counter;
create view lab.stamp as select nextval('lab.counter')::integer as number;
"""
_READER = f"""
create role {_ROLE} login password '{_PASSWORD}';
grant connect on database canvas to {_ROLE};
grant usage on schema lab to {_ROLE};
grant select on all tables in schema lab to {_ROLE};
grant usage on all sequences in schema lab to {_ROLE};
"""


def write_site(folder: Path) -> Path:
    """The laboratory's site with this folder's files over it."""
    shutil.copytree(SITE, folder, dirs_exist_ok=True)
    shutil.copytree(OVERLAY, folder, dirs_exist_ok=True)
    return folder


@dataclass(frozen=True)
class FailingLab:
    """Ways to fail, each for as long as its `with` lasts. On a real server."""

    server: EmbeddedPostgres

    @classmethod
    def load(cls, server: EmbeddedPostgres) -> FailingLab:
        """Effects: makes the rows, the views and the role that may only read."""
        load_lab(server.url())
        lab = cls(server)
        with lab.owner() as connection:
            connection.execute(_DELAY)
            connection.execute(_STAMP)
            connection.execute(_READER)
            _add_readings(connection)
        return lab

    @property
    def reader_url(self) -> str:
        parts = urlsplit(self.server.url())
        return f"postgresql://{_ROLE}:{_PASSWORD}@{parts.hostname}:{parts.port}{parts.path}"

    def owner(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.server.url(), autocommit=True)

    def set_delay(self, seconds: float) -> None:
        """Each query of `lab.fault` takes this much longer."""
        self._do("update lab.delay set seconds = %s", seconds)

    @contextmanager
    def slow(self, seconds: float = 30.0) -> Iterator[None]:
        """`lab.fault` answers, but late."""
        self.set_delay(seconds)
        try:
            yield
        finally:
            self.set_delay(0)

    def stop(self) -> None:
        self.server.down()

    def start(self) -> None:
        self.server.up()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """No server: connections are refused, open ones are gone."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def open_door(self) -> None:
        self._do(f"alter role {_ROLE} connection limit -1")

    @contextmanager
    def out_of_connections(self) -> Iterator[None]:
        """The reader's role gets no session, and those it had are ended."""
        self._do(f"alter role {_ROLE} connection limit 0")
        self.end_sessions()
        try:
            yield
        finally:
            self.open_door()

    def end_sessions(self) -> None:
        self._do(
            "select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = %s", _ROLE
        )

    @contextmanager
    def locked(self, table: str = "lab.repair") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Someone holds the table; rolling back the connection lets it go."""
        with psycopg.connect(self.server.url()) as holder:
            holder.execute(f"lock table {table} in access exclusive mode".encode())
            try:
                yield holder
            finally:
                holder.rollback()

    @contextmanager
    def without_column(self, table: str = "lab.repair", column: str = "cost") -> Iterator[None]:
        """The table lost a column that the catalog still knows."""
        self._do(f"alter table {table} rename column {column} to {column}_gone")
        try:
            yield
        finally:
            self._do(f"alter table {table} rename column {column}_gone to {column}")

    @contextmanager
    def without_rights(self, table: str = "lab.repair") -> Iterator[None]:
        """The role may no longer read the table."""
        self._do(f"revoke select on {table} from {_ROLE}")
        try:
            yield
        finally:
            self._do(f"grant select on {table} to {_ROLE}")

    def _do(self, statement: str, *values: object) -> None:
        with self.owner() as connection:
            connection.execute(statement.encode(), values)


def _add_readings(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """What the remedies find: older values, an hourly line, and more rows than may be shown."""
    rows: list[tuple[object, ...]] = [
        (101, "SC-02", "humidity", AS_OF - timedelta(days=5), 33.0),
        (102, "SC-01", "temperature", AS_OF - timedelta(days=20), 19.0),
        (103, "SC-02", "temperature", AS_OF - timedelta(days=200), 18.0),
    ]
    rows += [
        (1000 + hour, "OV-02", "humidity", AS_OF - timedelta(hours=hour, minutes=30), 40.0 + hour)
        for hour in range(240)
    ]
    connection.cursor().executemany("insert into lab.reading values (%s, %s, %s, %s, %s)", rows)
