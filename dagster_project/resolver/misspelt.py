"""Which words of a question are a misspelt name: runs of up to six words, longest first.

A run may hold words that are understood already (a whole name, a term of the catalog), if it also
holds one that is not: "Datbase server 3" is the database server, although "server 3" is a name too.
Its errors must be few for the words that are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, Protocol

from dagster_project.resolver.normal_form import digits, keystrokes
from dagster_project.resolver.particles import is_particle_tail, strip_particles
from dagster_project.resolver.typos import MOST_ERRORS, allowed_errors

MARGIN = 0.04
"""Two misspelt readings closer than this are both offered."""
WORD = re.compile(r"[0-9A-Za-zㄱ-ㅣ가-힣]+(?:[-_./·][0-9A-Za-zㄱ-ㅣ가-힣]+)*")
_MAX_WORDS = 6
_MIN_LATIN = 4
_MAX_STEMS = 3
_MOST_WORDS = 64
"""Words looked at in one question; a pasted page is not searched for misspelt names."""
_MOST_STRANGE = 2
"""Words that no name has, in a run that may be a name among very many."""
SURE_LETTERS = 5
"""Fewer letters that are not understood do not put a whole name in the question aside alone."""


WordFit = Literal["same", "near", "far"]
"""Whether some name has this word; a word near it; or neither, as far as that is looked up."""


class NearNames(Protocol):
    """Names by their keystrokes."""

    def near(
        self, keys: str, number: str, least: float, most_errors: int = ...
    ) -> list[tuple[float, int]]: ...

    def word_fit(self, keys: str) -> WordFit: ...

    @property
    def many(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Misspelt:
    start: int
    end: int
    near: tuple[tuple[float, int], ...]
    """(score, record), best first."""
    open_letters: int
    """Letters of its words that nothing else explains."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    number: str
    open_letters: int
    """0: understood, as a term or as part of a whole name. A run needs one word that is not."""
    stems: tuple[tuple[str, int], ...]
    """Keys without particles, and where that stem ends; the whole word first."""
    fit: WordFit
    """To the words of names, where it is open."""


def find_misspelt(
    question: str,
    names: NearNames,
    least: float,
    taken: Sequence[tuple[int, int]],
    whole: Sequence[tuple[int, int]],
    is_term: Callable[[int, int], bool] | None,
) -> list[Misspelt]:
    """Runs of words that are near a name. `taken` words are out; `whole` are the names that were
    found already: a run may hold them beside a word that is in none.

    Shape: in order of place, disjoint.
    """
    words = _words(question, names, taken, whole, is_term)
    found: list[Misspelt] = []
    covered = -1
    for n, word in enumerate(words):
        if word.start < covered:
            continue
        for run in _runs(question, words, n):
            hit = _near(run, names, least)
            if hit is not None:
                hit = _trimmed(hit, run, names, least)
                found.append(hit)
                covered = hit.end
                break
    return found


def _words(
    question: str,
    names: NearNames,
    taken: Sequence[tuple[int, int]],
    whole: Sequence[tuple[int, int]],
    is_term: Callable[[int, int], bool] | None,
) -> list[_Word]:
    found: list[_Word] = []
    for match in islice(WORD.finditer(question), _MOST_WORDS):
        start, end = match.span()
        if any(start < e and s < end for s, e in taken):
            continue
        text = match.group()
        stems = tuple(
            (keystrokes(stem), start + len(stem)) for stem in strip_particles(text)[:_MAX_STEMS]
        )
        understood = _explained(question, start, end, whole) or (
            is_term is not None and is_term(start, end)
        )
        letters = 0 if understood else sum(map(str.isalpha, stems[0][0]))
        found.append(_Word(start, end, digits(text), letters, stems, "near"))
    if not names.many and all(word.open_letters for word in found):
        return found  # then it does not matter
    return [
        replace(word, fit=_fit(word.stems, names)) if word.open_letters else word for word in found
    ]


def _fit(stems: Iterable[tuple[str, int]], names: NearNames) -> WordFit:
    fits = {names.word_fit(keys) for keys, _ in stems}
    return "same" if "same" in fits else "near" if "near" in fits else "far"


def _explained(question: str, start: int, end: int, whole: Sequence[tuple[int, int]]) -> bool:
    """Whether a whole name covers the word, but for particles."""
    return any(s <= start < e and is_particle_tail(question[e:end]) for s, e in whole)


def _runs(question: str, words: Sequence[_Word], first: int) -> Iterable[Sequence[_Word]]:
    """Runs of neighbouring words from the first, longest first."""
    last = first
    while last + 1 < min(first + _MAX_WORDS, len(words)):
        if not question[words[last].end : words[last + 1].start].isspace():
            break
        last += 1
    return (words[first : end + 1] for end in range(last, first - 1, -1))


def _trimmed(hit: Misspelt, run: Sequence[_Word], names: NearNames, least: float) -> Misspelt:
    """Without words at its ends that only make it less like the name: "of cooling towr"."""
    if hit.near[0][0] > 1 - 1.5 / sum(len(word.stems[0][0]) for word in run):
        return hit  # one error
    for shorter in (run[1:], run[:-1]):
        closer = _near(shorter, names, least) if shorter else None
        if closer is not None and closer.near[0][0] > hit.near[0][0]:
            return _trimmed(closer, shorter, names, least)
    return hit


def _most_errors(run: Sequence[_Word], letters: int, *, many: bool) -> int:
    """Errors that the run may have: only what is not understood may be misspelt. 0: it is no name.

    Among very many names, runs of words that names do not have are not compared.
    """
    fits = [word.fit for word in run if word.open_letters]
    strange = len(fits) - fits.count("same")
    if many and strange > _MOST_STRANGE:
        return 0
    if len(fits) < len(run):  # a part of it is understood
        return max(1, allowed_errors(letters)) if strange and "far" not in fits else 0
    if many and (not strange or strange == len(run) > 1):
        return 1
    return MOST_ERRORS


def _near(run: Sequence[_Word], names: NearNames, least: float) -> Misspelt | None:
    letters = sum(word.open_letters for word in run)
    most = _most_errors(run, letters, many=names.many) if letters else 0
    if not most:
        return None
    head = "".join(word.stems[0][0] for word in run[:-1])
    number = ",".join(word.number for word in run if word.number)
    best: Misspelt | None = None
    for keys, end in run[-1].stems:
        spelt = head + keys
        if sum(map(str.isalpha, spelt)) < _MIN_LATIN:
            continue
        near = names.near(spelt, number, least, most)
        if near and (best is None or near[0][0] > best.near[0][0]):
            close = tuple(pair for pair in near if pair[0] >= near[0][0] - MARGIN)
            best = Misspelt(run[0].start, end, close, letters)
    return best
