"""Names that differ only in their number: 가스터빈 1호기, Gas Turbine 2. Which numbers exist?

"가스터빈 9호기" is a name like them that nothing bears: it must stop, not be read as its class.
Only names that cannot be a count are taken: with a suffix after the number, or of several words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dagster_project.resolver.exact import Spelt, ends_name
from dagster_project.resolver.normal_form import NormalText

_NUMBERED = re.compile(r"(\D{2,40}?)(\d{1,9})(\D{0,8})")
_NUMBER = re.compile(r"\d{1,9}")
_MAX_STEM = 40
_COUNTED = re.compile(r"\s+[a-z]+s\b")


class Numbered(NamedTuple):
    """A name's parts: 가스터빈, 1, 호기."""

    stem: str
    number: str
    """As written, with its zeros."""
    suffix: str


def numbered_parts(spelling: str) -> Numbered | None:
    """The parts of a spelling, if it is a numbered name that cannot be a count."""
    match = _NUMBERED.fullmatch(spelling)
    if match is None or not (match.group(3) or " " in match.group(1)):
        return None
    return Numbered(*match.groups())


def numbered_at(
    question: str,
    text: NormalText,
    i: int,
    suffixes_of: Callable[[str], Sequence[str] | None],
    bearers: Callable[[str, str, int], Iterable[int]],
) -> tuple[int, tuple[int, ...]] | None:
    """A numbered name at place `i` of the normal form: its end in the question, and who bears it,
    if anything does. Shape: `suffixes_of` a stem, longest first."""
    match = _NUMBER.search(text.text, i, i + _MAX_STEM + 9)
    if match is None or not i + 2 <= match.start() <= i + _MAX_STEM:
        return None
    stem, number = text.text[i : match.start()], match.group()
    for suffix in suffixes_of(stem) or ():
        last = match.end() + len(suffix)
        if text.text[match.end() : last] != suffix:
            continue
        start, end = text.starts[i], text.starts[last - 1] + 1
        if not ends_name(question, text.kinds, start, end):
            continue
        held = tuple(sorted(bearers(stem, suffix, int(number))))
        if held or suffix or not _COUNTED.match(question, end):
            return end, held
    return None


class NumberedNames:
    """Stems and suffixes of numbered names, with the records of each number."""

    def __init__(self, names: Iterable[Spelt]) -> None:
        self._records: dict[tuple[str, str, int], set[int]] = {}
        suffixes: dict[str, set[str]] = {}
        for _, record, spelt in names:
            for spelling in spelt:
                parts = numbered_parts(spelling)
                if parts is not None:
                    place = (parts.stem, parts.suffix, int(parts.number))
                    self._records.setdefault(place, set()).add(record)
                    suffixes.setdefault(parts.stem, set()).add(parts.suffix)
        self._suffixes = {
            stem: tuple(sorted(held, key=lambda s: (-len(s), s))) for stem, held in suffixes.items()
        }
        self._heads = frozenset(stem[:2] for stem in suffixes)

    def at(self, question: str, text: NormalText, i: int) -> tuple[int, tuple[int, ...]] | None:
        """See `numbered_at`."""
        if text.text[i : i + 2] not in self._heads:
            return None
        return numbered_at(question, text, i, self._suffixes.get, self._bearers)

    def _bearers(self, stem: str, suffix: str, number: int) -> Iterable[int]:
        return self._records.get((stem, suffix, number), ())
