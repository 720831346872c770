"""Makes a database ready: schemas, the SELECT-only role, the newest tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from dagster_project.contracts.errors import StoreError
from dagster_project.store.migrations import HEAD

_LOCK_KEY = 0x0CA27A5
SCHEMAS = ("canvas", "dagster")
_READER_LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "5s",
}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What an open database already has."""

    migrated: bool
    has_reader: bool


def look(connection: psycopg.Connection, reader: str) -> Readiness:
    """What is there already; one query. Raises: StoreError when the tables are newer than us."""
    exists = "select exists (select from pg_roles where rolname = %s)"
    try:
        row = connection.execute(
            f"select max(version_num), ({exists}) from canvas.alembic_version", [reader]
        ).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        row = None, *(connection.execute(exists, [reader]).fetchone() or (False,))
    version, has_reader = row or (None, False)
    if version and version > HEAD:
        raise StoreError(
            f"The database is at revision {version}; this code knows revisions up to {HEAD}.",
            "Update Ops Canvas, or use another CANVAS_STATE or CANVAS_DATABASE_URL.",
        )
    return Readiness(version == HEAD, bool(has_reader))


def make_tables(owner_url: str) -> None:
    """Schemas and tables, once, whoever comes first. Raises: StoreError."""
    with _alone(owner_url) as connection:
        if look(connection, "").migrated:
            return
        try:
            for schema in SCHEMAS:
                connection.execute(
                    sql.SQL("create schema if not exists {}").format(sql.Identifier(schema))
                )
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                f"The owner in CANVAS_DATABASE_URL may not make schemas: {error}",
                f'Run as an administrator: GRANT CREATE ON DATABASE "{connection.info.dbname}" '
                f'TO "{connection.info.user}";',
            ) from error
        from dagster_project.store.migrate import upgrade

        upgrade(owner_url)


def make_reader(owner_url: str, role: str, may_take_over: bool) -> str:
    """Make the SELECT-only role; its password.

    `may_take_over`: the server is ours alone, so a role with a forgotten password gets a new one.
    Raises: StoreError.
    """
    password = secrets.token_urlsafe(24)
    with _alone(owner_url) as connection:
        advice = _what_an_administrator_runs(role, connection.info.dbname)
        known = look(connection, role).has_reader
        if known and not may_take_over:
            raise StoreError(f"The role {role!r} exists with a password unknown here.", advice)
        try:
            _create_or_alter(connection, role, password, known)
        except psycopg.errors.InsufficientPrivilege as error:
            reason = f"The owner in CANVAS_DATABASE_URL may not make the role {role!r}: {error}"
            raise StoreError(reason, advice) from error
    return password


@contextmanager
def _alone(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
        connection.execute("set lock_timeout = '60s'")
        connection.execute("select pg_advisory_lock(%s)", [_LOCK_KEY])
        yield connection


def _create_or_alter(connection: psycopg.Connection, role: str, password: str, known: bool) -> None:
    name = sql.Identifier(role)
    verb = sql.SQL("alter role {}" if known else "create role {}").format(name)
    connection.execute(verb + sql.SQL(" login password {}").format(sql.Literal(password)))
    for setting, value in _READER_LIMITS.items():
        connection.execute(
            sql.SQL("alter role {} set {} = {}").format(
                name, sql.Identifier(setting), sql.Literal(value)
            )
        )
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("grant connect on database {} to {}").format(database, name))


def _what_an_administrator_runs(role: str, database: str) -> str:
    limits = " ".join(
        f"ALTER ROLE {role} SET {name} = '{value}';" for name, value in _READER_LIMITS.items()
    )
    return (
        f"Run as an administrator: CREATE (or ALTER) ROLE {role} LOGIN PASSWORD '…'; {limits} "
        f'GRANT CONNECT ON DATABASE "{database}" TO {role}; '
        f"then set CANVAS_READER_URL=postgresql://{role}:…@host:5432/{database}."
    )


def grant_read(connection: psycopg.Connection, schema: str, role: str) -> None:
    """Let the role read what is and will be in the schema. The caller commits."""
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
    for statement in (
        "grant usage on schema {schema} to {role}",
        "grant select on all tables in schema {schema} to {role}",
        "alter default privileges in schema {schema} grant select on tables to {role}",
    ):
        connection.execute(sql.SQL(statement).format(**names))
