"""A folder of documents with its database: what the tests index, ask and look into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

from sources.protocol import Rows
from sources.vector.embedders import TextEmbedder
from sources.vector.index import IndexReport, index_documents
from sources.vector.offline import OfflineEmbedder
from sources.vector.source import VectorSource, open_vector

SCHEMA = "docs_test"


@dataclass(frozen=True)
class Library:
    """A folder, its database and who may do what there."""

    folder: Path
    owner_url: str
    reader_url: str
    reader: str

    def write(self, path: str, text: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def index(
        self,
        collection: str = "guides",
        *,
        embedder: TextEmbedder | None = None,
        patterns: tuple[str, ...] = ("**/*.md", "**/*.pdf"),
        max_words: int = 220,
        tags: tuple[str, ...] = (),
    ) -> IndexReport:
        with psycopg.connect(self.owner_url) as connection:
            return index_documents(
                connection,
                SCHEMA,
                collection,
                self.folder,
                patterns,
                embedder or OfflineEmbedder(256),
                max_words=max_words,
                tags=tags,
                reader=self.reader,
            )

    def source(
        self,
        *,
        embedder: TextEmbedder | None = None,
        allowed: tuple[str, ...] = ("*",),
        operations: tuple[str, ...] = ("search",),
    ) -> VectorSource:
        return open_vector(
            "library",
            schema=SCHEMA,
            embedder=embedder or OfflineEmbedder(256),
            url=self.reader_url,
            allowed_collections=allowed,
            allowed_operations=operations,
            health_retries=0,
        )

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.owner_url) as connection:
            return connection.execute(statement.encode()).fetchall()


def cells(rows: Rows, column: str) -> list[object]:
    """One column of an answer."""
    at = [found.name for found in rows.columns].index(column)
    return [row[at] for row in rows.rows]
