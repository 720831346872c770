"""Document collections: kept equal to their folders, and compared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from dagster_project.canvas.open_engine import documents_schema, embedder_of
from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets.schema_catalog import DocumentCollection, SchemaCatalogSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable, observed
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

MAX_QUOTE_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Shelf:
    """One document collection with all that indexing needs to know."""

    catalog: str
    collection: DocumentCollection
    source: str
    spec: SourceSpec

    @property
    def name(self) -> str:
        return f"{self.catalog}/{self.collection.name}"

    def folder(self, home: Path) -> Path:
        return home / self.collection.folder


def shelves_of(assets: Iterable[ConfigAsset]) -> tuple[Shelf, ...]:
    """Every enabled collection whose catalog stands on a vector source."""
    assets = tuple(assets)
    sources = {a.header.name: a.spec for a in assets if isinstance(a.spec, SourceSpec)}
    return tuple(
        Shelf(asset.header.name, collection, asset.spec.source, source)
        for asset in assets
        if isinstance(asset.spec, SchemaCatalogSpec)
        and (source := sources.get(asset.spec.source)) is not None
        and source.engine == "vector"
        for collection in asset.spec.document_collections
        if collection.enabled
    )


def index_shelf(shelf: Shelf, home: Path, database: Database) -> Inspection:
    """Index what changed and say what was done.

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
            sample = sample_passage(connection, schema, collection.name, embedder.dimension)
    finally:
        embedder.close()
    return _told(shelf, report, sample)


def compare_shelf(shelf: Shelf, home: Path, database: Database) -> Inspection:
    """Whether the index is what the folder and the embedder ask for. Writes nothing.

    Raises: psycopg.Error, SourceUnavailable when a secret reference leads nowhere.
    """
    schema, collection = documents_schema(shelf.source), shelf.collection
    try:
        with _owner(shelf, database) as connection:
            drift = compare_index(
                connection,
                schema,
                collection.name,
                shelf.folder(home),
                collection.patterns,
                shelf.spec.embedder.id,
                max_words=collection.max_words,
                tags=collection.tags,
            )
    except FolderMissing as error:
        finding = Observation(name="folder", status="error", detail=str(error))
        return Inspection(summary=f"{shelf.name}: {error}", findings=(finding,))
    return _compared(shelf, drift)


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
            told = index_shelf(shelf, settings.home, database)
        except (FolderMissing, SourceError, psycopg.Error) as error:
            report(f"the documents {shelf.name!r} were not indexed: {error}")
            continue
        for problem in told.problems():
            report(f"documents {shelf.name!r}: {problem.name}: {problem.detail}")


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


def _told(shelf: Shelf, report: IndexReport, sample: SamplePassage | None) -> Inspection:
    added, changed, removed = len(report.added), len(report.changed), len(report.removed)
    done = f"{added} added, {changed} changed, {removed} removed"
    failures = tuple((failed.path, failed.reason) for failed in report.failed)
    return Inspection(
        summary=f"{shelf.name}: {report.documents} documents, {report.passages} passages; {done}, "
        f"{report.unchanged} unchanged, {len(failures)} left out",
        findings=tuple(
            Observation(name=failed.path, status="warn", detail=f"left out: {failed.reason}")
            for failed in report.failed
            if not failed.is_empty
        ),
        facts={
            "documents": report.documents,
            "passages": report.passages,
            "passages_per_document": round(report.passages / max(report.documents, 1), 1),
            "added": added,
            "changed": changed,
            "removed": removed,
            "unchanged": report.unchanged,
            "failed": len(failures),
            "embedded_texts": report.embedded,
            "embedder": report.embedder,
            "elapsed_seconds": round(report.elapsed_seconds, 3),
        },
        table=PreviewTable(columns=("left out", "why"), rows=failures) if failures else None,
        document=_shown(sample) if sample else None,
    )


def _shown(sample: SamplePassage) -> str:
    place = " › ".join((sample.title, *sample.headings))
    quote = sample.quote[:MAX_QUOTE_CHARACTERS].replace("\n", "\n> ")
    return f"**{place}** · `{sample.document}`\n\n> {quote}"


def _compared(shelf: Shelf, drift: IndexDrift) -> Inspection:
    wanted = shelf.spec.embedder.id
    again = "Materialise this asset."
    foreign = drift.is_indexed and drift.embedder != wanted
    findings = (
        observed("indexed", None if drift.is_indexed else f"never indexed. {again}", "it is there"),
        observed(
            "embedder",
            f"vectors of {drift.embedder!r}, wanted {wanted!r}. {again}" if foreign else None,
            wanted,
        ),
        observed("new files", _some(drift.missing, again), "none", "warn"),
        observed("changed files", _some(drift.changed, again), "none", "warn"),
        observed("unreadable files", _some(drift.unreadable, "Mend them."), "none", "warn"),
        observed("removed files", _some(drift.gone, again), "none", "warn"),
    )
    differing = len(drift.missing) + len(drift.changed) + len(drift.gone)
    return Inspection(
        summary=f"{shelf.name}: {drift.documents} documents indexed, {differing} differ",
        findings=findings,
        facts={"documents": drift.documents, "differing": differing, "embedder": drift.embedder},
    )


def _some(paths: tuple[str, ...], then: str) -> str | None:
    if not paths:
        return None
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"{', '.join(paths[:5])}{more}. {then}"
