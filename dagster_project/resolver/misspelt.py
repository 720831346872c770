"""Which words of a question are a misspelt name: runs of up to four words, longest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from dagster_project.resolver.normal_form import digits, keystrokes
from dagster_project.resolver.particles import strip_particles
from dagster_project.resolver.typos import TypoNames

MARGIN = 0.04
"""Two misspelt readings closer than this are both offered."""
_WORD = re.compile(r"[0-9A-Za-z가-힣]+(?:[-_./][0-9A-Za-z가-힣]+)*")
_MAX_WORDS = 4
_MIN_HANGUL, _MIN_LATIN = 2, 4
_MAX_STEMS = 3
_MOST_WORDS = 64
"""Words looked at in one question; a pasted page is not searched for misspelt names."""


@dataclass(frozen=True, slots=True)
class Misspelt:
    start: int
    end: int
    near: tuple[tuple[float, int], ...]
    """(score, record), best first."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    keys: str
    number: str
    open: bool
    """Not understood yet; a run needs one such word."""
    stems: tuple[tuple[str, int], ...]
    """Keys without particles, and where that stem ends."""


def find_misspelt(
    question: str,
    names: TypoNames,
    least: float,
    taken: Sequence[tuple[int, int]],
    doubtful: Sequence[tuple[int, int]],
    is_term: Callable[[int, int], bool] | None,
) -> list[Misspelt]:
    """Runs of words that are near a name. `taken` words are out; `doubtful` ones (a name that
    several things bear) may be part of a longer misspelt name ("가스터번 1호기").

    Shape: in order of place, disjoint.
    """
    words = _words(question, taken, doubtful, is_term)
    found: list[Misspelt] = []
    covered = -1
    for n, word in enumerate(words):
        if word.start < covered:
            continue
        for run in _runs(question, words, n):
            hit = _near(run, names, least)
            if hit is not None:
                found.append(hit)
                covered = hit.end
                break
    return found


def _words(
    question: str,
    taken: Sequence[tuple[int, int]],
    doubtful: Sequence[tuple[int, int]],
    is_term: Callable[[int, int], bool] | None,
) -> list[_Word]:
    found: list[_Word] = []
    for match in islice(_WORD.finditer(question), _MOST_WORDS):
        start, end = match.span()
        if any(start < e and s < end for s, e in taken):
            continue
        unsure = any(start < e and s < end for s, e in doubtful)
        if not unsure and is_term is not None and is_term(start, end):
            continue
        text = match.group()
        stems = tuple(
            (keystrokes(stem), start + len(stem)) for stem in strip_particles(text)[:_MAX_STEMS]
        )
        found.append(_Word(start, end, stems[0][0], digits(text), not unsure, stems))
    return found


def _runs(question: str, words: Sequence[_Word], first: int) -> Iterable[Sequence[_Word]]:
    """Runs of neighbouring words from the first, longest first."""
    last = first
    while last + 1 < min(first + _MAX_WORDS, len(words)):
        if not question[words[last].end : words[last + 1].start].isspace():
            break
        last += 1
    return (words[first : end + 1] for end in range(last, first - 1, -1))


def _near(run: Sequence[_Word], names: TypoNames, least: float) -> Misspelt | None:
    if not any(word.open for word in run):
        return None
    head = "".join(word.keys for word in run[:-1])
    number = ",".join(word.number for word in run if word.number)
    best: Misspelt | None = None
    for keys, end in run[-1].stems:
        whole = head + keys
        if sum(map(str.isalpha, whole)) < _MIN_LATIN:
            continue
        near = names.near(whole, number, least)
        if near and (best is None or near[0][0] > best.near[0][0]):
            close = tuple(pair for pair in near if pair[0] >= near[0][0] - MARGIN)
            best = Misspelt(run[0].start, end, close)
    return best
