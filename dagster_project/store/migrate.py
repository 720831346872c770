"""Brings the tables to the newest revision. Loads Alembic and SQLAlchemy: call only when needed.

`python -m dagster_project.store.migrate "what changes"` drafts the next revision from tables.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from dagster_project.store.migrations import HEAD

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run the missing revisions, all in one transaction. Needs the schema `canvas`."""
    with _alone(owner_url) as connection:
        command.upgrade(_config(connection), revision)


def draft(owner_url: str, message: str) -> None:
    """Write the next revision's file: the difference between tables.py and the database."""
    number = f"{int(HEAD) + 1:04d}"
    with _alone(owner_url) as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


@contextmanager
def _alone(owner_url: str) -> Iterator[sa.Connection]:
    """One transaction; its session ends with it, so that the database may be copied or dropped."""
    engine = owner_engine(owner_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def owner_engine(owner_url: str) -> sa.Engine:
    """SQLAlchemy with the driver named, since its default has changed between versions.

    A role called like our schema would have it as default, and reflection treats that one apart.
    """
    url = sa.make_url(owner_url).set(drivername="postgresql+psycopg")
    options = f"{url.query.get('options', '')} -csearch_path=public".strip()
    return sa.create_engine(url, connect_args={"options": options}, pool_pre_ping=True)


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    from dagster_project.store.database import open_database
    from dagster_project.store.settings import load_settings

    with open_database(load_settings()) as database:
        draft(database.owner_url, " ".join(sys.argv[1:]) or "change tables")
