"""Lists of numbers by a 32-bit hash, in a file that several processes read at once.

Three arrays: where each bucket starts, the rest of each entry's hash, and its value. The upper bits
of the hash are the bucket. Strings are not kept: whoever looks up holds the answer against the
name itself, so a hash that two strings share costs a comparison and never a wrong answer.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

_MIN_BUCKET_BITS = 16
"""The rest of a hash fits into 16 bits."""
_ALIGNED = 8

Places = dict[str, tuple[int, int]]
"""Section to its offset and size in the file, in bytes."""


def hash_of(text: str) -> int:
    return crc32(text.encode())


class SectionWriter:
    """Writes named sections one after the other, each at a multiple of eight bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.places: Places = {}

    def write(self, name: str, content: bytes | memoryview) -> None:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        self.places[name] = (self._file.tell(), len(content))
        self._file.write(content)

    def write_lists(self, name: str, hashes: array[int], values: array[int]) -> None:
        """Effects: three sections. Shape: as many hashes as values, both unsigned 32 bits."""
        import numpy as np

        keys = np.frombuffer(hashes, dtype=np.uint32) if hashes else np.zeros(0, dtype=np.uint32)
        held = np.frombuffer(values, dtype=np.uint32) if values else np.zeros(0, dtype=np.uint32)
        bits = max(_MIN_BUCKET_BITS, (len(keys) // 4).bit_length())
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        counts = np.bincount(keys >> np.uint32(32 - bits), minlength=1 << bits)
        starts = np.zeros((1 << bits) + 1, dtype=np.uint32)
        np.cumsum(counts, out=starts[1:])
        marks = (keys & np.uint32((1 << (32 - bits)) - 1)).astype(np.uint16)
        self.write(f"{name}.starts", starts.tobytes())
        self.write(f"{name}.marks", marks.tobytes())
        self.write(f"{name}.values", held[order].tobytes())


class Sections:
    """A file of sections, mapped into memory: pages are read when touched, and shared."""

    def __init__(self, path: Path, places: Mapping[str, tuple[int, int]]) -> None:
        with path.open("rb") as file:
            self._view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        self._places = places

    def bytes_of(self, name: str) -> memoryview:
        offset, size = self._places[name]
        return self._view[offset : offset + size]

    def numbers(self, name: str, code: str = "I") -> memoryview:
        return self.bytes_of(name).cast(code)  # pyright: ignore[reportCallIssue, reportArgumentType]


class HashedLists:
    """Values by hash. A look-up reads three places of the file."""

    def __init__(self, sections: Sections, name: str) -> None:
        self._starts = sections.numbers(f"{name}.starts")
        self._marks = sections.numbers(f"{name}.marks", "H")
        self._values = sections.numbers(f"{name}.values")
        self._shift = 32 - (len(self._starts) - 1).bit_length() + 1
        self._mask = (1 << self._shift) - 1

    def __len__(self) -> int:
        return len(self._values)

    def get(self, hashed: int, most: int = 1_000_000) -> list[int]:
        """At most so many of the values under a hash; a few may belong to another string."""
        starts = self._starts
        bucket = hashed >> self._shift
        first, last = starts[bucket], starts[bucket + 1]
        if first == last:
            return []
        mark, marks, values = hashed & self._mask, self._marks, self._values
        found = [values[n] for n in range(first, last) if marks[n] == mark]
        return found if len(found) <= most else found[:most]
