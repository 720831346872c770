"""A PDF → its passages, each on one page. Text only: a scanned page has none."""

from __future__ import annotations

import io
import logging
import re
from pathlib import PurePosixPath

from sources.vector.cut import Span, pack
from sources.vector.passages import Document, Passage, UnreadableDocument

_PARAGRAPH = re.compile(r".+?(?:\n\s*\n|\Z)", re.DOTALL)
_SPACE = re.compile(r"\s+")


def cut_pdf(path: str, content: bytes, max_words: int) -> Document:
    """Raises: UnreadableDocument for a file that is broken, encrypted or holds no text."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # else it tells of every odd object
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument("it is encrypted; put an open copy in its place")
        title = str((reader.metadata or {}).get("/Title") or "").strip()
        pages = [page.extract_text() for page in reader.pages]
    except UnreadableDocument:
        raise
    except Exception as error:  # a broken PDF raises nearly anything
        raise UnreadableDocument(
            f"it is no PDF that can be read: {error or type(error)}"
        ) from error
    passages = tuple(
        Passage((), f"page={number}", quote, _SPACE.sub(" ", quote), number)
        for number, text in enumerate(pages, start=1)
        for start, end in pack(text, _paragraphs(text), max_words)
        if (quote := text[start:end].strip())
    )
    if not passages:
        raise UnreadableDocument("it holds no text; scanned pages need text recognition first")
    return Document(path, title or PurePosixPath(path).stem, "", (), passages)


def _paragraphs(text: str) -> list[Span]:
    return [(found.start(), found.end()) for found in _PARAGRAPH.finditer(text)]
