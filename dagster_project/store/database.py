"""The one database: opened ready, with a URL for each kind of guest.

The owner migrates and writes in the schema `canvas`; Dagster has the schema `dagster`; sources read
as a SELECT-only role that sees neither.
"""

from __future__ import annotations

import atexit
import select
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psycopg

from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.store import prepare
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.small_files import locked, read_json, write_json

if TYPE_CHECKING:
    import sqlalchemy as sa
    from psycopg_pool import ConnectionPool

    from dagster_project.store.settings import Settings


class Database:
    """Where to connect as whom; connections are opened on first use. Safe from many threads."""

    def __init__(self, owner_url: str, reader_url: str) -> None:
        self.owner_url = owner_url
        self.reader_url = reader_url
        self._lock = threading.Lock()
        self._pools: dict[bool, ConnectionPool] = {}

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def dagster_url(self) -> str:
        """For dagster-postgres: psycopg 2 by name, its tables in the schema `dagster`."""
        parts = urlsplit(self.owner_url)
        query = dict(parse_qsl(parts.query))
        query["options"] = f"{query.get('options', '')} -csearch_path=dagster".strip()
        encoded = urlencode(query, quote_via=quote)
        return urlunsplit(parts._replace(scheme="postgresql+psycopg2", query=encoded))

    @property
    def pool(self) -> ConnectionPool:
        """The owner's connections; one whose server is gone is replaced when it is handed out."""
        return self._pool_of(autocommit=False)

    @property
    def single_statement_pool(self) -> ConnectionPool:
        """The same, each statement a transaction of its own: see `single_statements`."""
        return self._pool_of(autocommit=True)

    def _pool_of(self, *, autocommit: bool) -> ConnectionPool:
        with self._lock:
            if autocommit not in self._pools:
                from psycopg_pool import ConnectionPool

                given = {"application_name": "canvas", "connect_timeout": 5}
                pool: ConnectionPool = ConnectionPool(
                    self.owner_url,
                    min_size=1,
                    max_size=8,
                    timeout=10.0,
                    kwargs={**given, "autocommit": autocommit},
                    check=_refuse_dead,
                    open=True,
                )
                atexit.register(pool.close)
                self._pools[autocommit] = pool
            return self._pools[autocommit]

    @cached_property
    def engine(self) -> sa.Engine:
        """SQLAlchemy over the owner's URL, for work that is not on the road of an ask."""
        from dagster_project.store.migrate import owner_engine

        return owner_engine(self.owner_url)

    def grant_read(self, schema: str) -> None:
        """Let the SELECT-only role read a schema of seed data, now and later.

        Raises: InvalidRequest for our own schemas.
        """
        if schema in prepare.SCHEMAS:
            raise InvalidRequest(
                f"The schema {schema!r} holds the system's own tables; sources must not read it.",
                "Put a source's data in a schema of its own.",
            )
        role = unquote(urlsplit(self.reader_url).username or "")
        with psycopg.connect(self.owner_url, connect_timeout=5) as connection:
            prepare.grant_read(connection, schema, role)

    def close(self) -> None:
        """Give all connections back. Effects: none on the server."""
        with self._lock:
            while self._pools:
                _, pool = self._pools.popitem()
                atexit.unregister(pool.close)
                pool.close()
        engine = self.__dict__.pop("engine", None)
        if engine is not None:
            engine.dispose()


def _refuse_dead(connection: psycopg.Connection[Any]) -> None:
    """The pool's check, without a round trip: an idle connection with news has only bad news.

    Raises: psycopg.OperationalError.
    """
    watch = select.poll()
    watch.register(connection.pgconn.socket, select.POLLIN)
    if watch.poll(0):
        connection.close()  # or the pool takes it back, as it still looks idle
        raise psycopg.OperationalError("the server has closed the connection")


def open_database(settings: Settings) -> Database:
    """The database, started when it is the embedded one, migrated, with its roles.

    Effects: on first use makes the server, the schemas, the tables and the reader role.
    Raises: StoreError.
    """
    owner_url = settings.database_url
    if owner_url is None:
        server = EmbeddedPostgres(settings.embedded_dir)
        server.up()
        owner_url = server.url()
    try:
        return Database(owner_url, _ready_reader_url(settings, owner_url))
    except psycopg.Error as error:
        parts = urlsplit(owner_url)
        place = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
        raise StoreError(
            f"Postgres at {place} cannot be used: {error}",
            "See that it runs and that CANVAS_DATABASE_URL is right.",
        ) from error


def _ready_reader_url(settings: Settings, owner_url: str) -> str:
    """The SELECT-only role's URL; tables and role are there when this returns."""
    parts = urlsplit(owner_url)
    role = f"{unquote(parts.path.strip('/'))}_reader"
    kept = _reader_file(settings, parts)
    password = read_json(kept).get("password")
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
        ready = prepare.look(connection, role)
    if not ready.migrated:
        prepare.make_tables(owner_url)
    if settings.reader_url:
        return settings.reader_url
    if not ready.has_reader or not password:
        password = _make_reader(owner_url, role, kept, settings.database_url is None)
    host = parts.netloc.rpartition("@")[2]
    user = f"{quote(role, safe='')}:{quote(str(password))}"
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))


def _make_reader(owner_url: str, role: str, kept: Path, may_take_over: bool) -> str:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with locked(kept.with_suffix(".lock")):
        with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
            ready = prepare.look(connection, role)
        known = read_json(kept).get("password")
        if ready.has_reader and isinstance(known, str):
            return known
        password = prepare.make_reader(owner_url, role, may_take_over)
        write_json(kept, {"password": password})
        return password


def _reader_file(settings: Settings, parts: SplitResult) -> Path:
    """With the embedded cluster, so that both go together; else named after the server."""
    if settings.database_url is None:
        return settings.embedded_dir / "reader.json"
    place = f"{parts.hostname}-{parts.port or 5432}-{parts.path.strip('/')}"
    return settings.state_dir / f"reader-{quote(place, safe='')}.json"
