"""Words by their shape: n-grams over decomposed letters, so that 알람은 is nearly 알람을."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from dagster_project.planner.text import fold, normalise, stem, words

_GRAM = 3


def plain_words(text: str, without: Iterable[tuple[int, int]] = ()) -> list[str]:
    """The words of a normalised text in lower case, without those that touch the given spans."""
    left_out = tuple(without)
    return [
        stem(fold(word.text))
        for word in words(text)
        if not word.text.isdigit()
        and not any(start < word.end and word.start < end for start, end in left_out)
    ]


def words_without(text: str, said: Iterable[str]) -> list[str]:
    """The words of any text once some pieces of it (names, times) are taken out."""
    folded = fold(normalise(text))
    for piece in sorted((fold(p) for p in said), key=len, reverse=True):
        folded = folded.replace(piece, " ") if piece else folded
    return plain_words(folded)


def grams(word: str) -> frozenset[str]:
    """Runs of three letters, Korean syllables taken apart, with both ends marked."""
    letters = f"^{unicodedata.normalize('NFD', word)}$"
    return frozenset(letters[i : i + _GRAM] for i in range(max(1, len(letters) - _GRAM + 1)))
