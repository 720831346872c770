"""What the index holds of a collection, and how that differs from its folder. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psycopg import sql

from sources.vector.folder import FoundFile, found_files, made_by, read_document
from sources.vector.passages import EmptyDocument, UnreadableDocument
from sources.vector.tables import Connection, dimensions, table


@dataclass(frozen=True, slots=True)
class Known:
    """A collection as the index has it."""

    id: int | None
    embedder: str
    hashes: dict[str, str]
    """By path."""


@dataclass(frozen=True, slots=True)
class IndexDrift:
    """How the index differs from the folder; `is_indexed` is False before the first run."""

    is_indexed: bool
    embedder: str
    """Whose vectors are there."""
    documents: int
    missing: tuple[str, ...]
    """Files that could be in the index and are not."""
    unreadable: tuple[str, ...]
    """Files that no run can read."""
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    """Documents of the index that have no file."""


@dataclass(frozen=True, slots=True)
class SamplePassage:
    document: str
    title: str
    headings: tuple[str, ...]
    quote: str


def compare_index(
    connection: Connection,
    schema: str,
    collection: str,
    folder: Path,
    patterns: Iterable[str],
    embedder_id: str,
    *,
    max_words: int = 220,
    tags: Sequence[str] = (),
) -> IndexDrift:
    """Look without touching. Raises: FolderMissing, psycopg.Error."""
    files = list(found_files(folder, patterns, made_by(embedder_id, max_words, tags)))
    hashes = {file.path: file.content_hash for file in files if not file.problem}
    known = Known(None, "", {})
    if dimensions(connection, schema):
        known = read_known(connection, schema, collection)
    new = [file for file in files if file.path not in known.hashes]
    outcomes = {file.path: _outcome(file, max_words) for file in new}
    there = {file.path for file in files}
    return IndexDrift(
        is_indexed=known.id is not None,
        embedder=known.embedder,
        documents=len(known.hashes),
        missing=tuple(path for path, outcome in outcomes.items() if outcome == "good"),
        unreadable=tuple(path for path, outcome in outcomes.items() if outcome == "unreadable"),
        changed=tuple(
            path for path, found in hashes.items() if known.hashes.get(path, found) != found
        ),
        gone=tuple(sorted(path for path in known.hashes if path not in there)),
    )


def _outcome(file: FoundFile, max_words: int) -> Literal["good", "empty", "unreadable"]:
    if file.problem:
        return "unreadable"
    try:
        read_document(file.path, file.content, max_words)
    except EmptyDocument:
        return "empty"
    except UnreadableDocument:
        return "unreadable"
    return "good"


def read_known(connection: Connection, schema: str, collection: str) -> Known:
    """The tables must be there. Raises: psycopg.Error."""
    collections, documents = table(schema, "collections"), table(schema, "documents")
    row = connection.execute(
        sql.SQL("select id, embedder from {} where name = %s").format(collections), [collection]
    ).fetchone()
    if row is None:
        return Known(None, "", {})
    hashes = connection.execute(
        sql.SQL("select path, content_hash from {} where collection_id = %s").format(documents),
        [row[0]],
    )
    return Known(row[0], row[1], dict(hashes.fetchall()))


def sample_passage(
    connection: Connection, schema: str, collection: str, dimension: int
) -> SamplePassage | None:
    """One passage to look at: the longest of the first document."""
    row = connection.execute(
        sql.SQL(
            "select d.path, d.title, p.headings, p.quote from {documents} d"
            " join {collections} c on c.id = d.collection_id"
            " join {passages} p on p.document_id = d.id where c.name = %s"
            " order by d.path, p.words desc limit 1"
        ).format(
            documents=table(schema, "documents"),
            collections=table(schema, "collections"),
            passages=table(schema, "passages", dimension),
        ),
        [collection],
    ).fetchone()
    return SamplePassage(row[0], row[1], tuple(row[2]), row[3]) if row else None
