"""Bytes of a text file → its text, whichever of the usual encodings it has."""

from __future__ import annotations

import codecs
import re
import unicodedata

from sources.vector.passages import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


def decode_text(content: bytes) -> str:
    """Text with `\\n` line ends, in composed form (NFC).

    By its byte order mark, else UTF-8, else CP949 (old Korean files), else Windows-1252.
    Raises: UnreadableDocument for what is no text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _tidy(_decode(content, encoding, strict=False))
    for encoding in ("utf-8", "cp949", "cp1252"):
        try:
            text = _decode(content, encoding, strict=True)
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.search(text):
            return _tidy(text)
    raise UnreadableDocument("it is no text in UTF-8, UTF-16, CP949 or Windows-1252; save as UTF-8")


def _decode(content: bytes, encoding: str, *, strict: bool) -> str:
    return content.decode(encoding, "strict" if strict else "replace")


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return unicodedata.normalize("NFC", lines)
