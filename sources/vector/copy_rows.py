"""Passages, vectors and words into their tables by COPY."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from sources.vector.passages import Passage
from sources.vector.tables import Connection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One passage on its way into the tables."""

    path: str
    position: int
    passage: Passage
    text: str
    """What is embedded."""
    text_hash: str
    words: Counter[str]


def new_ids(connection: Connection, passages: sql.Identifier, count: int) -> list[int]:
    found = connection.execute(
        "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
        [passages.as_string(connection), count],
    )
    return [row[0] for row in found]


def copy_passages(
    connection: Connection,
    name: sql.Identifier,
    collection_id: int,
    ids: list[int],
    documents: dict[str, int],
    rows: list[PassageRow],
) -> None:
    columns = (
        "id, document_id, collection_id, position, headings, anchor, page, quote, text_hash, words"
    )
    copying = sql.SQL("copy {} ({}) from stdin").format(name, sql.SQL(columns))
    with connection.cursor().copy(copying) as copy:
        for row_id, row in zip(ids, rows, strict=True):
            passage = row.passage
            copy.write_row(
                (row_id, documents[row.path], collection_id, row.position,
                 [storable(heading) for heading in passage.headings], storable(passage.anchor),
                 passage.page, storable(passage.quote), row.text_hash, row.words.total())
            )  # fmt: skip


def copy_vectors(
    connection: Connection,
    name: sql.Identifier,
    collection_id: int,
    ids: list[int],
    rows: list[PassageRow],
    vectors: dict[str, Vector],
) -> None:
    """In the binary form of COPY and pgvector: as text the numbers would take most of the time."""
    copying = sql.SQL("copy {} from stdin (format binary)").format(name)
    with connection.cursor().copy(copying) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0))
        for row_id, row in zip(ids, rows, strict=True):
            vector = vectors[row.text_hash]
            numbers = struct.pack("!hh", len(vector), 0) + vector.astype(">f4").tobytes()
            head = struct.pack("!hiqii", 3, 8, row_id, 4, collection_id)
            copy.write(head + struct.pack("!i", len(numbers)) + numbers)
        copy.write(struct.pack("!h", -1))


def copy_words(
    connection: Connection,
    name: sql.Identifier,
    collection_id: int,
    ids: list[int],
    rows: list[PassageRow],
) -> None:
    """In order of the words, which the index behind them takes twice as fast."""
    copying = sql.SQL("copy {} from stdin").format(name)
    counted = sorted(
        (word, row_id, collection_id, times, row.words.total())
        for row_id, row in zip(ids, rows, strict=True)
        for word, times in row.words.items()
    )
    with connection.cursor().copy(copying) as copy:
        copy.set_types(["text", "int8", "int4", "int4", "int4"])
        for line in counted:
            copy.write_row(line)


def storable(text: str) -> str:
    """PostgreSQL's text holds no NUL and no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
