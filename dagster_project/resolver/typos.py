"""Names a few keystrokes away, without comparing with each.

A name within k errors of a word keeps at least one of its k + 1 pieces intact, at most k places
off. The pieces are a hash; only names that share one are compared (Pass-Join).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from dagster_project.resolver.normal_form import digits, keystrokes

MIN_KEYS = 5
"""Shorter names are never matched with errors: too many words are near them."""


def allowed_errors(length: int) -> int:
    return 0 if length < MIN_KEYS else 1 if length < 8 else 2 if length < 14 else 3


def _pieces(text: str, errors: int) -> Iterator[tuple[int, int, str]]:
    """`errors + 1` pieces of nearly equal length: number, place, text."""
    count = errors + 1
    size, longer = divmod(len(text), count)
    place = 0
    for number in range(count):
        length = size + (number >= count - longer)
        yield number, place, text[place : place + length]
        place += length


class TypoNames:
    """Keystrokes of all names by their pieces. Built on first use; then only read."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Shape: (name, record) pairs."""
        self._forms: list[str] = []
        self._records: list[int] = []
        self._by_piece: dict[tuple[str, int, int, str], list[int]] = {}
        self._lengths: set[tuple[str, int]] = set()
        seen: set[tuple[str, int]] = set()
        for name, record in names:
            keys = keystrokes(name)
            errors = allowed_errors(len(keys))
            if not errors or (keys, record) in seen:
                continue
            seen.add((keys, record))
            number = digits(name)
            form = len(self._forms)
            self._forms.append(keys)
            self._records.append(record)
            self._lengths.add((number, len(keys)))
            for piece, _, text in _pieces(keys, errors):
                self._by_piece.setdefault((number, len(keys), piece, text), []).append(form)

    def near(self, keys: str, number: str, least: float) -> list[tuple[float, int]]:
        """(score, record) of names with this number at least so like these keystrokes, best
        first; score 1 is the same keys."""
        if len(keys) < MIN_KEYS - 1:
            return []
        best: dict[int, float] = {}
        for form in self._sharing_a_piece(keys, number):
            score = OSA.normalized_similarity(keys, self._forms[form], score_cutoff=least)
            record = self._records[form]
            if score >= least and score > best.get(record, 0.0):
                best[record] = score
        return sorted(((score, record) for record, score in best.items()), key=lambda x: (-x[0], x[1]))

    def _sharing_a_piece(self, keys: str, number: str) -> set[int]:
        forms: set[int] = set()
        for length in range(len(keys) - 3, len(keys) + 4):
            if (number, length) not in self._lengths:
                continue
            errors = allowed_errors(length)
            if abs(length - len(keys)) > errors:
                continue
            for piece, place, size in _places(length, errors):
                for at in range(max(0, place - errors), place + errors + 1):
                    held = self._by_piece.get((number, length, piece, keys[at : at + size]))
                    if held is not None:
                        forms.update(held)
        return forms


_PLACES: dict[tuple[int, int], list[tuple[int, int, int]]] = {}


def _places(length: int, errors: int) -> list[tuple[int, int, int]]:
    """Number, place and size of the pieces of a name so long."""
    held = _PLACES.get((length, errors))
    if held is None:
        held = [(n, place, len(text)) for n, place, text in _pieces("x" * length, errors)]
        _PLACES[length, errors] = held
    return held
