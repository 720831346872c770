"""Keeps a collection's index equal to its folder: only what changed is read, cut and embedded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from psycopg import sql

from sources.vector.embedders import TextEmbedder
from sources.vector.folder import CUTTER_VERSION, FoundFile, found_files, read_document
from sources.vector.passages import EmptyDocument, UnreadableDocument
from sources.vector.tables import Connection, grant_read, has_tables, make_tables, table
from sources.vector.write import ReadFile, forget, keep_collection, sum_up, write_documents


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A file that was left out; what was indexed of it before stays."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run found and did."""

    collection: str
    embedder: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[FailedDocument, ...]
    documents: int
    """In the index now."""
    passages: int
    embedded: int
    """Texts that the embedder was asked for; known texts keep their vectors."""
    elapsed_seconds: float

    @property
    def touched(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class _Known:
    """The collection as the index has it."""

    id: int | None
    embedder: str
    hashes: dict[str, str]
    """By path."""


def index_documents(
    connection: Connection,
    schema: str,
    collection: str,
    folder: Path,
    patterns: Iterable[str],
    embedder: TextEmbedder,
    *,
    max_words: int = 220,
    tags: Sequence[str] = (),
    reader: str | None = None,
) -> IndexReport:
    """Make the index what the folder is. The connection is the owner's.

    Effects: one transaction, so that a reader sees the old index or the new one; a second run at
    the same time waits. `reader` is a role that is then granted SELECT.
    Raises: FolderMissing, SourceError from the embedder, psycopg.Error; nothing is changed then.
    """
    started = perf_counter()
    made_by = f"{CUTTER_VERSION}|{embedder.id}|{max_words}|{'|'.join(tags)}"
    files = list(found_files(folder, patterns, made_by))
    with connection.transaction():
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"documents {schema}"]
        )
        if not has_tables(connection, schema, embedder.dimension):
            make_tables(connection, schema, embedder.dimension)
        known = _known(connection, schema, collection)
        fresh, failed, gone = _compare(files, known.hashes, max_words)
        embedded = 0
        if fresh or gone or known.embedder != embedder.id:
            collection_id = keep_collection(connection, schema, collection, embedder)
            embedded = write_documents(
                connection, schema, collection_id, embedder, fresh, gone,
                tags=tags, has_same_embedder=known.embedder == embedder.id,
            )  # fmt: skip
            sum_up(connection, schema, collection_id, embedder.dimension)
        documents, passages = _counts(connection, schema, collection)
        if reader is not None:
            grant_read(connection, schema, reader)
    return IndexReport(
        collection,
        embedder.id,
        added=tuple(read.file.path for read in fresh if read.file.path not in known.hashes),
        changed=tuple(read.file.path for read in fresh if read.file.path in known.hashes),
        removed=tuple(sorted(gone)),
        unchanged=len(files) - len(fresh) - len(failed),
        failed=tuple(FailedDocument(file.path, reason) for file, reason in failed),
        documents=documents,
        passages=passages,
        embedded=embedded,
        elapsed_seconds=perf_counter() - started,
    )


def drop_collection(connection: Connection, schema: str, collection: str) -> bool:
    """Take a collection out of the index; False when it was not there."""
    with connection.transaction():
        known = _known(connection, schema, collection)
        if known.id is None:
            return False
        forget(connection, schema, known.id, list(known.hashes))
        statement = sql.SQL("delete from {} where id = %s").format(table(schema, "collections"))
        connection.execute(statement, [known.id])
    return True


def _known(connection: Connection, schema: str, collection: str) -> _Known:
    collections, documents = table(schema, "collections"), table(schema, "documents")
    row = connection.execute(
        sql.SQL("select id, embedder from {} where name = %s").format(collections), [collection]
    ).fetchone()
    if row is None:
        return _Known(None, "", {})
    hashes = connection.execute(
        sql.SQL("select path, content_hash from {} where collection_id = %s").format(documents),
        [row[0]],
    )
    return _Known(row[0], row[1], dict(hashes.fetchall()))


def _compare(
    files: list[FoundFile], hashes: dict[str, str], max_words: int
) -> tuple[list[ReadFile], list[tuple[FoundFile, str]], list[str]]:
    """What is to be written, what failed and why, and the paths that are to go."""
    fresh: list[ReadFile] = []
    failed: list[tuple[FoundFile, str]] = []
    there = {file.path for file in files}
    gone = [path for path in hashes if path not in there]
    for file in files:
        if file.problem:
            failed.append((file, file.problem))
        elif hashes.get(file.path) != file.content_hash:
            try:
                document = read_document(file.path, file.content, max_words)
            except UnreadableDocument as error:
                failed.append((file, str(error)))
                if isinstance(error, EmptyDocument) and file.path in hashes:
                    gone.append(file.path)
            else:
                fresh.append(ReadFile(file, document))
    return fresh, failed, gone


def _counts(connection: Connection, schema: str, collection: str) -> tuple[int, int]:
    row = connection.execute(
        sql.SQL("select documents, passages from {} where name = %s").format(
            table(schema, "collections")
        ),
        [collection],
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)
