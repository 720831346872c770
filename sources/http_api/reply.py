"""What an API answered, read under a cap that also holds for what a body unpacks to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ACCEPTED_ENCODINGS = "gzip, deflate"
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class TooLarge(Exception):
    """The body is larger than the cap."""


class UnknownEncoding(Exception):
    """The body is packed in a way that was not asked for, or is broken."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, its body unpacked."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str
    elapsed_ms: float

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        kind = self.content_type
        return kind in ("application/json", "text/json") or kind.endswith("+json")


def read_body(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """The unpacked body. Raises: TooLarge before it is all in memory, UnknownEncoding."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _capped(chunks, max_bytes)
    if encoding not in _WINDOW_BITS:
        raise UnknownEncoding(f"the body is packed as {encoding[:40]!r}, which was not asked for")
    return _capped(_unpacked(chunks, _WINDOW_BITS[encoding], max_bytes), max_bytes)


def _capped(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    kept, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge
        kept.append(chunk)
    return b"".join(kept)


def _unpacked(chunks: Iterable[bytes], window_bits: int, max_bytes: int) -> Iterable[bytes]:
    """Never unpacks more than the cap and one byte at a time."""
    unpack, started = zlib.decompressobj(window_bits), False
    for chunk in chunks:
        while chunk:
            try:
                made = unpack.decompress(chunk, max_bytes + 1)
            except zlib.error as error:
                if window_bits == 15 and not started:  # deflate without its header
                    unpack, window_bits = zlib.decompressobj(-15), -15
                    continue
                raise UnknownEncoding("the packed body is broken") from error
            started = True
            chunk = unpack.unconsumed_tail  # noqa: PLW2901
            yield made
    if started and not unpack.eof:
        raise UnknownEncoding("the packed body ends early")
