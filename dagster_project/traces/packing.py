"""The bytes of a trace in the store: payloads that lean on each other, and the body on them all.

What a stage puts out repeats most of what it was given, and the trace repeats its stages. So each
payload is compressed against the content of the stage before it, and the body against all of its
payloads: what is there already costs a pointer. A payload's bytes are

    version (1) · digest of the payload it leans on, or zeros (16) · zstd frame

and a body's

    version (1) · number of digests after the first (2) · digests (16 each) of the assets, of each
    output and of each piece of a prompt · zstd frame
"""

from __future__ import annotations

import zstandard

from dagster_project.contracts.errors import StoreError
from dagster_project.traces.content import DIGEST_SIZE, digest

LEVEL = 3
_VERSION = b"\x01"
_NOTHING = bytes(DIGEST_SIZE)


def _compress(text: bytes, known: bytes, *, checksum: bool = False) -> bytes:
    dictionary = _as_dictionary(known) if known else None
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, dict_data=dictionary, write_checksum=checksum
    )
    return compressor.compress(text)


def _decompress(frame: bytes, known: bytes) -> bytes:
    dictionary = _as_dictionary(known) if known else None
    return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(frame)


def _as_dictionary(known: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(known, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def pack_payload(content: bytes, base: bytes | None, base_content: bytes) -> bytes:
    """`base` is the digest of `base_content`; without one the payload stands alone."""
    return _VERSION + (base or _NOTHING) + _compress(content, base_content)


def base_of(packed: bytes) -> bytes | None:
    """Digest of the payload that must be read first. Raises: StoreError."""
    _check_version(packed)
    base = bytes(packed[1 : 1 + DIGEST_SIZE])
    return None if base == _NOTHING else base


def unpack_payload(packed: bytes, base_content: bytes, expected: bytes) -> bytes:
    """The content, held to its digest. Raises: StoreError when the bytes are not what was kept."""
    content = _checked(packed[1 + DIGEST_SIZE :], base_content, expected.hex())
    if digest(content) != expected:
        raise StoreError(
            f"The payload {expected.hex()} does not match its digest.",
            "Restore the table canvas.payload from a backup.",
        )
    return content


def pack_body(text: bytes, digests: list[bytes], contents: list[bytes]) -> bytes:
    """`digests` and `contents`: assets first, then each output in order, then pieces of prompts."""
    head = _VERSION + (len(digests) - 1).to_bytes(2, "big") + b"".join(digests)
    return head + _compress(text, b"".join(contents), checksum=True)


def digests_in(packed: bytes) -> list[bytes]:
    """Digests of the assets, of each output and of each piece of a prompt. Raises: StoreError."""
    _check_version(packed)
    count = int.from_bytes(packed[1:3], "big") + 1
    return [bytes(packed[3 + n * DIGEST_SIZE :][:DIGEST_SIZE]) for n in range(count)]


def unpack_body(packed: bytes, contents: list[bytes]) -> bytes:
    """`contents` in the order of `digests_in`. Raises: StoreError."""
    head = 3 + len(contents) * DIGEST_SIZE
    return _checked(packed[head:], b"".join(contents), "of a trace's body")


def _check_version(packed: bytes) -> None:
    if packed[:1] != _VERSION:
        raise StoreError(
            f"A trace was written in the layout {packed[:1].hex()!r}, this program reads"
            f" {_VERSION.hex()!r}.",
            "Read it with the version of the program that wrote it, or a newer one.",
        )


def _checked(frame: bytes, known: bytes, what: str) -> bytes:
    try:
        return _decompress(frame, known)
    except zstandard.ZstdError as error:
        raise StoreError(
            f"The bytes {what} cannot be read: {error}.",
            "Restore the schema canvas from a backup.",
        ) from error
