"""Document collections kept equal to their folders, by whoever may write their index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from dagster_project.canvas.open_engine import documents_schema, embedder_of
from dagster_project.catalog.shelves import Shelf, shelves_of
from dagster_project.store.database import Database
from dagster_project.traces.redact import remember_secret
from sources.errors import SourceError
from sources.secrets import resolve_reference
from sources.vector.folder import FolderMissing
from sources.vector.index import IndexReport, index_documents
from sources.vector.known import IndexDrift, SamplePassage, compare_index, sample_passage

if TYPE_CHECKING:
    from dagster_project.registry.load import Site
    from dagster_project.store.settings import Settings


def index_shelf(
    shelf: Shelf, home: Path, database: Database
) -> tuple[IndexReport, SamplePassage | None]:
    """Index what changed.

    Effects: writes the source's own schema, in one transaction; grants the reader SELECT there
    when the index is in our own database.
    Raises: FolderMissing, SourceError, psycopg.Error; the index is then as it was.
    """
    embedder = embedder_of(shelf.source, shelf.spec)
    schema, collection = documents_schema(shelf.source), shelf.collection
    try:
        with _owner(shelf, database) as connection:
            report = index_documents(
                connection,
                schema,
                collection.name,
                shelf.folder(home),
                collection.patterns,
                embedder,
                max_words=collection.max_words,
                tags=collection.tags,
                reader=_reader(shelf, database),
            )
            return report, sample_passage(connection, schema, collection.name, embedder.dimension)
    finally:
        embedder.close()


def compare_shelf(shelf: Shelf, home: Path, database: Database) -> IndexDrift:
    """How the index differs from what the folder and the embedder ask for. Writes nothing.

    Raises: FolderMissing, psycopg.Error, SourceUnavailable when a secret leads nowhere.
    """
    collection = shelf.collection
    with _owner(shelf, database) as connection:
        return compare_index(
            connection,
            documents_schema(shelf.source),
            collection.name,
            shelf.folder(home),
            collection.patterns,
            shelf.spec.embedder.id,
            max_words=collection.max_words,
            tags=collection.tags,
        )


def ensure_documents(
    settings: Settings, database: Database, site: Site, report: Callable[[str], None]
) -> None:
    """Index the collections of mock sources; a site starts also when one cannot be.

    Effects: writes their schemas. A real source's index is only written when its asset is
    materialised.
    """
    for shelf in shelves_of(site.assets.values()):
        if shelf.spec.environment != "mock":
            continue
        report(f"making sure of the documents {shelf.name!r}")
        try:
            done, _ = index_shelf(shelf, settings.home, database)
        except (FolderMissing, SourceError, psycopg.Error) as error:
            report(f"the documents {shelf.name!r} were not indexed: {error}")
            continue
        for failed in done.failed:
            if not failed.is_empty:
                report(f"documents {shelf.name!r}: {failed.path}: left out: {failed.reason}")


def _owner(shelf: Shelf, database: Database) -> psycopg.Connection[Any]:
    """The one that may write: of our own database, else by the source's own reference."""
    if shelf.spec.environment == "mock":
        return psycopg.connect(database.owner_url, connect_timeout=5)
    given = shelf.spec.connection
    if given.url_ref is not None:
        url = resolve_reference(given.url_ref, source=shelf.source)
        remember_secret(url)
        return psycopg.connect(url, connect_timeout=5)
    password = None
    if given.password_ref is not None:
        password = resolve_reference(given.password_ref, source=shelf.source)
        remember_secret(password)
    parts = {"host": given.host, "port": given.port, "dbname": given.database, "user": given.user,
             "password": password}  # fmt: skip
    text = make_conninfo("", **{name: value for name, value in parts.items() if value is not None})
    return psycopg.connect(text, connect_timeout=5)


def _reader(shelf: Shelf, database: Database) -> str | None:
    if shelf.spec.environment != "mock":
        return None
    return unquote(urlsplit(database.reader_url).username or "") or None
