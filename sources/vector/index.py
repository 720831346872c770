"""Keeps a collection's index equal to its folder: only what changed is read, cut and embedded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from psycopg import sql

from sources.vector.embedders import TextEmbedder
from sources.vector.folder import FoundFile, found_files, made_by, read_document
from sources.vector.known import read_known
from sources.vector.passages import EmptyDocument, UnreadableDocument
from sources.vector.tables import Connection, grant_read, has_tables, make_tables, table
from sources.vector.write import ReadFile, forget, keep_collection, sum_up, write_documents


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A file that was left out; what was indexed of it before stays."""

    path: str
    reason: str
    is_empty: bool = False
    """It can be read and holds no text: nothing is wrong with it."""


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
    files = list(found_files(folder, patterns, made_by(embedder.id, max_words, tags)))
    with connection.transaction():
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"documents {schema}"]
        )
        if not has_tables(connection, schema, embedder.dimension):
            make_tables(connection, schema, embedder.dimension)
        known = read_known(connection, schema, collection)
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
        failed=tuple(failed),
        documents=documents,
        passages=passages,
        embedded=embedded,
        elapsed_seconds=perf_counter() - started,
    )


def drop_collection(connection: Connection, schema: str, collection: str) -> bool:
    """Take a collection out of the index; False when it was not there."""
    with connection.transaction():
        known = read_known(connection, schema, collection)
        if known.id is None:
            return False
        forget(connection, schema, known.id, list(known.hashes))
        statement = sql.SQL("delete from {} where id = %s").format(table(schema, "collections"))
        connection.execute(statement, [known.id])
    return True


def _compare(
    files: list[FoundFile], hashes: dict[str, str], max_words: int
) -> tuple[list[ReadFile], list[FailedDocument], list[str]]:
    """What is to be written, what failed and why, and the paths that are to go."""
    fresh: list[ReadFile] = []
    failed: list[FailedDocument] = []
    there = {file.path for file in files}
    gone = [path for path in hashes if path not in there]
    for file in files:
        if file.problem:
            failed.append(FailedDocument(file.path, file.problem))
        elif hashes.get(file.path) != file.content_hash:
            try:
                document = read_document(file.path, file.content, max_words)
            except UnreadableDocument as error:
                is_empty = isinstance(error, EmptyDocument)
                failed.append(FailedDocument(file.path, str(error), is_empty))
                if is_empty and file.path in hashes:
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
