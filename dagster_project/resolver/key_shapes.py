"""The keys of the data by their shape: GT-01 is the prefix `gt` and the number 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from rapidfuzz.distance import OSA

_KEY = re.compile(r"([A-Za-z](?:[A-Za-z0-9]*[-_])*[A-Za-z]*?)[-_ ]?(\d+)")
_CODE = re.compile(r"[A-Z]{2,6}-\d+")
_MIN_SHARE_OF_CODES = 0.3
"""Share of keys like AB-12 from which any such word is taken for an id."""
MOST_PREFIXES = 2_000
"""With more, a misspelt prefix is not looked for."""


class KeyShapes(Protocol):
    """What pattern rules and ids in a question are held against."""

    @property
    def code_widths(self) -> frozenset[int]:
        """How many digits codes have here; empty where keys are not like AB-12."""
        ...

    def held(self, entity: str, upper_key: str) -> str | None:
        """The key as the data writes it."""
        ...

    def numbered(self, prefix: str, number: int) -> Sequence[tuple[str, str]]:
        """(entity, key) of each key with this prefix and number."""
        ...

    def has_prefix(self, prefix: str) -> bool: ...

    def prefixes_near(self, prefix: str) -> tuple[str, ...]:
        """Other prefixes one letter away."""
        ...


def joined(prefix: str) -> str:
    return re.sub(r"[-_ ]", "", prefix).lower()


def key_shape(key: str) -> tuple[str, int] | None:
    """Prefix and number of a key; None when it has no such shape."""
    match = _KEY.fullmatch(key)
    if match is None or len(match.group(2)) > 9:
        return None
    return joined(match.group(1)), int(match.group(2))


def code_widths(keys: Iterable[str]) -> frozenset[int]:
    """How many digits the codes among the keys have, if codes are common."""
    widths: Counter[int] = Counter()
    total = 0
    for key in keys:
        total += 1
        if _CODE.fullmatch(key):
            widths[len(key.partition("-")[2])] += 1
    enough = total and widths.total() >= _MIN_SHARE_OF_CODES * total
    return frozenset(widths) if enough else frozenset()


def one_letter_away(prefix: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(p for p in known if p != prefix and OSA.distance(p, prefix) == 1))


class KeysInMemory:
    """The keys of each entity in hashes."""

    def __init__(self, keys: Iterable[tuple[str, str]]) -> None:
        """Shape: (entity, key) pairs."""
        self._held: dict[tuple[str, str], str] = {}
        self._numbered: dict[tuple[str, int], list[tuple[str, str]]] = {}
        self._prefixes: set[str] = set()
        for entity, key in keys:
            if (entity, key.upper()) in self._held:
                continue
            self._held[entity, key.upper()] = key
            shape = key_shape(key)
            if shape is not None:
                self._numbered.setdefault(shape, []).append((entity, key))
                self._prefixes.add(shape[0])
        self._code_widths = code_widths(self._held.values())

    @property
    def code_widths(self) -> frozenset[int]:
        return self._code_widths

    def held(self, entity: str, upper_key: str) -> str | None:
        return self._held.get((entity, upper_key))

    def numbered(self, prefix: str, number: int) -> Sequence[tuple[str, str]]:
        return self._numbered.get((prefix, number), ())

    def has_prefix(self, prefix: str) -> bool:
        return prefix in self._prefixes

    def prefixes_near(self, prefix: str) -> tuple[str, ...]:
        few = self._prefixes if len(self._prefixes) <= MOST_PREFIXES else ()
        return one_letter_away(prefix, few)
