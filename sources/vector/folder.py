"""The files of a collection: what is there, what each holds, and each read on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sources.vector.decode import decode_text
from sources.vector.markdown import cut_markdown
from sources.vector.passages import Document, EmptyDocument
from sources.vector.pdf import cut_pdf

MAX_BYTES = 50_000_000
CUTTER_VERSION = 1
"""Rises when cutting or the words of a text change: every document is then read anew."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file below the folder. `problem` says why it could not be read."""

    path: str
    content: bytes
    content_hash: str
    problem: str = ""


class FolderMissing(Exception):
    """The collection's folder is not there: nothing is touched, nothing is removed."""


def made_by(embedder_id: str, max_words: int, tags: Sequence[str]) -> str:
    """All that shapes passages beside the content of a file."""
    return f"{CUTTER_VERSION}|{embedder_id}|{max_words}|{'|'.join(tags)}"


def found_files(folder: Path, patterns: Iterable[str], made: str) -> Iterator[FoundFile]:
    """Every file that fits a pattern, in order of its path; hidden ones and links out are left out.

    `made` is what `made_by` gives; it is a part of the hash.
    Raises: FolderMissing.
    """
    if not folder.is_dir():
        raise FolderMissing(f"{folder} is not a folder")
    inside = folder.resolve()
    found = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
    for file in sorted(found):
        within = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in within.parts)
        if not hidden and file.resolve().is_relative_to(inside):
            yield _read(file, within.as_posix(), made)


def read_document(path: str, content: bytes, max_words: int) -> Document:
    """Raises: UnreadableDocument."""
    if path.lower().endswith(".pdf"):
        return cut_pdf(path, content, max_words)
    document = cut_markdown(path, decode_text(content), max_words)
    if not document.passages:
        raise EmptyDocument("it holds no text")
    return document


def _read(file: Path, path: str, made: str) -> FoundFile:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            problem = f"it has {size:,} bytes, more than {MAX_BYTES:,}; split it"
            return FoundFile(path, b"", "", problem)
        content = file.read_bytes()
        path.encode()
    except (OSError, UnicodeEncodeError) as error:
        return FoundFile(path.encode(errors="replace").decode(), b"", "", f"unreadable: {error}")
    digest = blake2b(content, digest_size=16, key=blake2b(made.encode()).digest()[:32])
    return FoundFile(path, content, digest.hexdigest())
