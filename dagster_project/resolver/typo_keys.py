"""Hashes under which a name is found again after typing errors, whatever the number of names.

`blocks`: a name without one of its few blocks. One error, also two swapped keys, lies inside one
block (blocks overlap by a key), so all the rest is as it was: a look-up costs some twelve probes
and its lists are short. `pieces`: single pieces of a name, for two and three errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from zlib import crc32

from dagster_project.resolver.typos import allowed_errors, cuts

_MOST_BLOCKS = 4


@lru_cache(maxsize=512)
def _blocks(length: int) -> tuple[tuple[int, int, int], ...]:
    """Seed, start and end of each block of a name so long."""
    count = max(2, min(_MOST_BLOCKS, length // 2))
    borders = [length * n // count for n in range(count + 1)]
    return tuple(
        (crc32(b"%d/%d" % (length, n)), borders[n], min(length, borders[n + 1] + 1))
        for n in range(count)
    )


def block_hashes(keys: bytes, number: bytes) -> Iterator[int]:
    """Of a name, for writing."""
    for seed, start, end in _blocks(len(keys)):
        yield crc32(number, crc32(keys[end:], crc32(keys[:start], seed)))


def block_probes(keys: bytes, number: bytes) -> Iterator[int]:
    """Of what was typed: where names of this length, one shorter and one longer would be."""
    size = len(keys)
    for length in (size, size + 1, size - 1):
        for seed, start, end in _blocks(length):
            yield crc32(number, crc32(keys[end + size - length :], crc32(keys[:start], seed)))


def piece_hashes(keys: bytes, number: bytes) -> Iterator[int]:
    """Of a name, for writing."""
    length = len(keys)
    for place, size in cuts(length):
        yield _piece(number, length, place, keys[place : place + size])


def piece_probes(keys: bytes, number: bytes, most: int) -> Iterator[int]:
    """Of what was typed: pieces of names of all lengths that it may be a misspelling of."""
    own = len(keys)
    for length in range(max(1, own - most), own + most + 1):
        errors, longer = min(most, allowed_errors(length)), own - length
        if not errors or abs(longer) > errors:
            continue
        before, after = (errors - longer) // 2, (errors + longer) // 2
        for place, size in cuts(length):
            for at in range(max(0, place - before), place + after + 1):
                yield _piece(number, length, place, keys[at : at + size])


def _piece(number: bytes, length: int, place: int, piece: bytes) -> int:
    return crc32(piece, crc32(b"%d/%d/%s" % (length, place, number)))
