"""Names a few keystrokes away, without comparing with each.

A name within k errors of a word keeps at least one of its k + 1 pieces intact, and not far from
its place. The pieces are a hash; only names that share one are compared (Pass-Join). Short names
are cut once more, so that two swapped keys on a cut still leave a piece.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dagster_project.resolver.normal_form import digits, keystrokes

Form = TypeVar("Form")
MIN_KEYS = 5
"""Shorter names are never matched with errors: too many words are near them."""

MOST_ERRORS = 3
_FEW = 60
"""So many names with one number are simply compared."""
_STAGES = (200, 1_200)
"""Names compared at most: first those that share a rare piece, then more."""


def allowed_errors(length: int) -> int:
    return 0 if length < MIN_KEYS else 1 if length < 8 else 2 if length < 14 else MOST_ERRORS


@lru_cache(maxsize=512)
def cuts(length: int) -> tuple[tuple[int, int], ...]:
    """Place and size of the pieces of a name so long, of nearly equal size."""
    errors = allowed_errors(length)
    count = errors + 2 if errors == 1 else errors + 1
    size, longer = divmod(length, count)
    cuts: list[tuple[int, int]] = []
    place = 0
    for number in range(count):
        step = size + (number >= count - longer)
        cuts.append((place, step))
        place += step
    return tuple(cuts)


def rare_first(lists: Iterable[Collection[Form]]) -> Iterator[set[Form]]:
    """The shortest lists together, then more of them, and never very many forms."""
    waiting = sorted(lists, key=len)
    taken: set[Form] = set()
    at = 0
    for cap in _STAGES:
        stage: set[Form] = set()
        while at < len(waiting) and len(taken) + len(waiting[at]) <= cap:
            stage.update(waiting[at])
            taken.update(waiting[at])
            at += 1
        if stage:
            yield stage


class TypoNames:
    """Keystrokes of all names, by their number, and of the many without one by their pieces."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Shape: (name, record) pairs."""
        self._records: dict[str, tuple[int, ...]] = {}
        self._by_number: dict[str, list[str]] = {}
        for name, record in names:
            keys = keystrokes(name)
            if not allowed_errors(len(keys)):
                continue
            held = self._records.get(keys)
            if held is None:
                self._records[keys] = (record,)
                self._by_number.setdefault(digits(name), []).append(keys)
            elif record not in held:
                self._records[keys] = (*held, record)
        self._pieces = {
            number: _Pieces(forms) for number, forms in self._by_number.items() if len(forms) > _FEW
        }

    def near(
        self, keys: str, number: str, least: float, most_errors: int = MOST_ERRORS
    ) -> list[tuple[float, int]]:
        """(score, record) of names with this number at least so like these keystrokes, best
        first; score 1 is the same keys."""
        forms = self._by_number.get(number)
        if forms is None or len(keys) < MIN_KEYS - 1:
            return []
        pieces = self._pieces.get(number)
        stages = (forms,) if pieces is None else pieces.sharing(keys, most_errors)
        for stage in stages:
            best: dict[int, float] = {}
            for form, score in alike(keys, stage, least, most_errors):
                for record in self._records[form]:
                    best[record] = max(score, best.get(record, 0.0))
            if best:
                return in_order(best)
        return []


def alike(
    keys: str, forms: Collection[str], least: float, most_errors: int
) -> Iterator[tuple[str, float]]:
    """Those of the names that are near enough, and how near."""
    found = process.extract(
        keys, forms, scorer=OSA.normalized_similarity, score_cutoff=least, limit=None
    )
    for form, score, _ in found:
        if OSA.distance(keys, form) <= min(most_errors, allowed_errors(len(form))):
            yield form, score


def in_order(best: Mapping[int, float]) -> list[tuple[float, int]]:
    """(score, record), best first."""
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [(score, record) for record, score in ranked]


class _Pieces:
    """Names by length, place and text of their pieces."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._lengths: set[int] = set()
        self._held: dict[tuple[int, int, str], list[str]] = {}
        for form in forms:
            length = len(form)
            self._lengths.add(length)
            for place, size in cuts(length):
                piece = (length, place, form[place : place + size])
                self._held.setdefault(piece, []).append(form)

    def sharing(self, keys: str, most: int) -> Iterator[set[str]]:
        """Names that share a piece, those that share a rare one first, and never very many: a
        piece that thousands share (펌프) tells nothing."""
        yield from rare_first(self._lists(keys, most))

    def _lists(self, keys: str, most: int) -> Iterator[list[str]]:
        own, held = len(keys), self._held
        for length in range(own - most, own + most + 1):
            if length not in self._lengths:
                continue
            errors, longer = min(most, allowed_errors(length)), own - length
            if abs(longer) > errors:
                continue
            before, after = (errors - longer) // 2, (errors + longer) // 2
            for place, size in cuts(length):
                for at in range(max(0, place - before), place + after + 1):
                    forms = held.get((length, place, keys[at : at + size]))
                    if forms is not None:
                        yield forms
