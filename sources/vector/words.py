"""Text → the words it is found by, the same for a document and for a question.

Folded (width, case); a name is kept whole and in its parts: KubePodCrashLooping, db_connections,
GT-01. English endings are taken off, Korean particles too, and Korean words also give their pairs
of syllables, because compounds are written with and without spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MAX_LETTERS = 64
"""Of one word; longer runs are keys or data, and are cut."""
_RUN = re.compile(r"[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)*|[가-힣]+|[^\W\d_]+", re.UNICODE)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATOR = re.compile(r"[-_./:]")
_PARTICLES = re.compile(
    r"(?<=..)(?:으로부터|에서부터|로부터|에게서|이라는|이라고|입니다|인가요|합니다|됩니다|했는데|되는데|"
    r"하는데|으로는|에서는|으로|에서|에게|까지|부터|보다|처럼|마다|이랑|하고|이나|라는|라고|인데|는데|"
    r"하는|되는|하면|되면|하여|해서|되어|돼서|하기|되기|했어|됐어|한다|된다|해요|돼요|하나|되나|"
    r"은|는|이|가|을|를|의|에|도|만|로|와|과|해|돼|한|된|할|될|야|요)$"
)


def words_of(text: str) -> Iterator[str]:
    """Every word as often as it stands there."""
    for run in _RUN.findall(unicodedata.normalize("NFKC", text)):
        yield from _words_of_run(run)


@lru_cache(maxsize=65_536)
def _words_of_run(run: str) -> tuple[str, ...]:
    if "가" <= run[0] <= "힣":
        return _korean(run[:MAX_LETTERS])
    if not run.isascii():
        return (run.casefold()[:MAX_LETTERS],)
    pieces = [part for piece in _SEPARATOR.split(run) for part in _name_parts(piece)]
    whole = english_stem(run.casefold()[:MAX_LETTERS])
    if len(pieces) <= 1:
        return (whole,)
    return (whole, *(english_stem(piece) for piece in pieces))


def _name_parts(piece: str) -> list[str]:
    """`KubePod` → kube, pod; with the piece whole as well when it is a part of a longer name."""
    parts = [part.casefold()[:MAX_LETTERS] for part in _PARTS.findall(piece)]
    if len(parts) > 1 and any(char.isdigit() for char in piece):
        return [*parts, piece.casefold()[:MAX_LETTERS]]
    return parts


def _korean(run: str) -> tuple[str, ...]:
    stem = korean_stem(run)
    if len(stem) <= 2:
        return (stem,)
    return (stem, *(stem[at : at + 2] for at in range(len(stem) - 1)))


@lru_cache(maxsize=65_536)
def korean_stem(word: str) -> str:
    """Without the particle or light ending at its end; two syllables always stay."""
    return _PARTICLES.sub("", word)


@lru_cache(maxsize=65_536)
def english_stem(word: str) -> str:
    """Without the endings of plural and tense; crude, and the same on both sides."""
    if len(word) < 4 or not word.isalpha():
        return word
    for ending, instead in (("sses", "ss"), ("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
