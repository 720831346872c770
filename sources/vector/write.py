"""Writes documents into the index's tables, by COPY; a text that is known keeps its vector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from psycopg import sql

from sources.vector.copy_rows import (
    PassageRow,
    copy_passages,
    copy_vectors,
    copy_words,
    new_ids,
    storable,
)
from sources.vector.embedders import TextEmbedder
from sources.vector.folder import FoundFile
from sources.vector.passages import Document, Passage
from sources.vector.tables import KINDS, Connection, dimensions, table
from sources.vector.words import words_of

if TYPE_CHECKING:
    from sources.vector.copy_rows import Vector

TITLE_WEIGHT, HEADING_WEIGHT = 3, 2
"""How often a word of the title or a heading counts beside one of the passage."""
BATCH = 64
"""Texts that the embedder is given at a time."""
EMBED_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and the document that it is."""

    file: FoundFile
    document: Document


def keep_collection(
    connection: Connection, schema: str, collection: str, embedder: TextEmbedder
) -> int:
    """The collection's id; its row names this embedder from now on."""
    row = connection.execute(
        sql.SQL(
            "insert into {} (name, embedder, dimension) values (%s, %s, %s) on conflict (name)"
            " do update set embedder = excluded.embedder, dimension = excluded.dimension"
            " returning id"
        ).format(table(schema, "collections")),
        [collection, embedder.id, embedder.dimension],
    ).fetchone()
    assert row is not None
    return int(row[0])


def forget(connection: Connection, schema: str, collection_id: int, paths: list[str]) -> None:
    """Take documents out, of whatever dimension their vectors are. Empty old tables stay."""
    if not paths:
        return
    given = {"id": collection_id, "paths": paths}
    documents = table(schema, "documents")
    doomed = sql.SQL(
        "select p.id from {} p join {} d on d.id = p.document_id"
        " where d.collection_id = %(id)s and d.path = any(%(paths)s)"
    )
    for dimension in dimensions(connection, schema):
        of = {kind: table(schema, kind, dimension) for kind in KINDS}
        for kind in ("vectors", "words"):
            connection.execute(
                sql.SQL(
                    "delete from {} where collection_id = %(id)s and passage_id in ({})"
                ).format(of[kind], doomed.format(of["passages"], documents)),
                given,
            )
    connection.execute(
        sql.SQL("delete from {} where collection_id = %(id)s and path = any(%(paths)s)").format(
            documents
        ),
        given,
    )


def write_documents(
    connection: Connection,
    schema: str,
    collection_id: int,
    embedder: TextEmbedder,
    files: Sequence[ReadFile],
    gone: Sequence[str],
    *,
    tags: Sequence[str],
    has_same_embedder: bool,
) -> int:
    """Put documents in the place of what is there at their paths, and take `gone` out.

    Returns how many texts were embedded.
    """
    of = {kind: table(schema, kind, embedder.dimension) for kind in KINDS}
    rows = [_row(at, read, passage) for read in files for at, passage in _numbered(read)]
    texts = {row.text_hash: row.text for row in rows}
    known = _known_vectors(connection, of, collection_id, list(texts)) if has_same_embedder else {}
    new = {key: text for key, text in texts.items() if key not in known}
    vectors = known | _embedded(embedder, new)
    paths = [read.file.path for read in files]
    forget(connection, schema, collection_id, [*gone, *paths])
    if rows:
        documents = _write_documents(connection, schema, collection_id, files, tags)
        ids = new_ids(connection, of["passages"], len(rows))
        copy_passages(connection, of["passages"], collection_id, ids, documents, rows)
        copy_vectors(connection, of["vectors"], collection_id, ids, rows, vectors)
        copy_words(connection, of["words"], collection_id, ids, rows)
        for name in (*of.values(), table(schema, "documents")):
            connection.execute(sql.SQL("analyze {}").format(name))
    return len(new)


def sum_up(connection: Connection, schema: str, collection_id: int, dimension: int) -> None:
    """Keep the collection's counts, which rankings divide by."""
    connection.execute(
        sql.SQL(
            "update {collections} set (documents, passages, words, indexed_at) = (select"
            " (select count(*) from {documents} where collection_id = %(id)s),"
            " count(*), coalesce(sum(words), 0), now() from {passages}"
            " where collection_id = %(id)s)"
            " where id = %(id)s"
        ).format(
            collections=table(schema, "collections"),
            documents=table(schema, "documents"),
            passages=table(schema, "passages", dimension),
        ),
        {"id": collection_id},
    )


def _numbered(read: ReadFile) -> Iterable[tuple[int, Passage]]:
    return enumerate(read.document.passages)


def _row(position: int, read: ReadFile, passage: Passage) -> PassageRow:
    document = read.document
    stem = PurePosixPath(document.path).stem
    name = " ".join(dict.fromkeys((document.title, stem)))
    headings = " ".join(passage.headings)
    text = " ".join((name, headings, passage.text))
    words = Counter(words_of(passage.text))
    for said, weight in (
        (f"{name} {document.description} {' '.join(document.tags)}", TITLE_WEIGHT),
        (headings, HEADING_WEIGHT),
    ):
        for word in words_of(said):
            words[word] += weight
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return PassageRow(document.path, position, passage, text, digest, words)


def _known_vectors(
    connection: Connection, of: dict[str, sql.Identifier], collection_id: int, hashes: list[str]
) -> dict[str, Vector]:
    """Vectors of equal texts that the collection holds, by the text's hash."""
    import numpy as np

    found = connection.execute(
        sql.SQL(
            "select p.text_hash, v.embedding::real[] from {passages} p"
            " join {vectors} v on v.passage_id = p.id"
            " where p.collection_id = %s and p.text_hash = any(%s)"
        ).format(passages=of["passages"], vectors=of["vectors"]),
        [collection_id, hashes],
    )
    return {row[0]: np.asarray(row[1], np.float32) for row in found}


def _embedded(embedder: TextEmbedder, texts: dict[str, str]) -> dict[str, Vector]:
    vectors: dict[str, Vector] = {}
    keys = list(texts)
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        made = embedder.embed([texts[key] for key in batch], EMBED_TIMEOUT_SECONDS)
        vectors.update(zip(batch, made, strict=True))
    return vectors


def _write_documents(
    connection: Connection,
    schema: str,
    collection_id: int,
    files: Sequence[ReadFile],
    tags: Sequence[str],
) -> dict[str, int]:
    """Their new ids, by path."""
    columns = "collection_id, path, title, description, tags, content_hash, size_bytes"
    name = table(schema, "documents")
    copying = sql.SQL("copy {} ({}) from stdin").format(name, sql.SQL(columns))
    with connection.cursor().copy(copying) as copy:
        for read in files:
            document, file = read.document, read.file
            own = [storable(tag) for tag in dict.fromkeys((*tags, *document.tags))]
            title, description = storable(document.title), storable(document.description)
            copy.write_row(
                (collection_id, document.path, title, description, own, file.content_hash,
                 len(file.content))
            )  # fmt: skip
    found = connection.execute(
        sql.SQL("select path, id from {} where collection_id = %s").format(name), [collection_id]
    )
    return dict(found.fetchall())
