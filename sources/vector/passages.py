"""What a document is once it is read: its title, its tags and its passages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that can be quoted by itself."""

    headings: tuple[str, ...]
    """From the outermost to the one it stands under; the document's title is not repeated."""
    anchor: str
    quote: str
    """Verbatim."""
    text: str
    """What is indexed: the quote without links' addresses, images and markup."""
    page: int | None = None
    """Of a PDF; the first page is 1."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a collection, read and cut."""

    path: str
    """Within the collection's folder, with `/`."""
    title: str
    description: str
    tags: tuple[str, ...]
    passages: tuple[Passage, ...]


class UnreadableDocument(Exception):
    """A file that cannot be read as a document; the message says why. The others go on."""


class EmptyDocument(UnreadableDocument):
    """A file that can be read and holds no text: what was indexed of it before goes."""
