"""Names that differ only in their number: 가스터빈 1호기, Gas Turbine 2. Which numbers exist?

"가스터빈 9호기" is a name like them that nothing bears: it must stop, not be read as its class.
Only names that cannot be a count are taken: with a suffix after the number, or of several words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagster_project.resolver.exact import Spelt, ends_name
from dagster_project.resolver.normal_form import NormalText

_NUMBERED = re.compile(r"(\D{2,40}?)(\d{1,9})(\D{0,8})")
_NUMBER = re.compile(r"\d{1,9}")
_COUNTED = re.compile(r"\s+[a-z]+s\b")


class NumberedNames:
    """Stems and suffixes of numbered names, with the records of each number."""

    def __init__(self, names: Iterable[Spelt]) -> None:
        self._records: dict[tuple[str, str, int], set[int]] = {}
        self._suffixes: dict[str, set[str]] = {}
        lengths: dict[str, set[int]] = {}
        for _, record, spelt in names:
            for spelling in spelt:
                match = _NUMBERED.fullmatch(spelling)
                if match is None or not (match.group(3) or " " in match.group(1)):
                    continue
                stem, number, suffix = match.groups()
                self._records.setdefault((stem, suffix, int(number)), set()).add(record)
                self._suffixes.setdefault(stem, set()).add(suffix)
                lengths.setdefault(stem[:2], set()).add(len(stem))
        self._lengths = {head: tuple(sorted(sizes)) for head, sizes in lengths.items()}

    def at(self, question: str, text: NormalText, i: int) -> tuple[int, tuple[int, ...]] | None:
        """A numbered name at place `i` of the normal form: its end in the question, and who bears
        it, if anything does."""
        normal_text = text.text
        for size in self._lengths.get(normal_text[i : i + 2], ()):
            suffixes = self._suffixes.get(stem := normal_text[i : i + size])
            number = _NUMBER.match(normal_text, i + size) if suffixes else None
            if suffixes is None or number is None:
                continue
            for suffix in sorted(suffixes, key=len, reverse=True):
                last = number.end() + len(suffix)
                if normal_text[number.end() : last] != suffix:
                    continue
                start, end = text.starts[i], text.starts[last - 1] + 1
                if not ends_name(question, text.kinds, start, end):
                    continue
                held = self._records.get((stem, suffix, int(number.group())))
                if held or suffix or not _COUNTED.match(question, end):
                    return end, tuple(sorted(held or ()))
        return None
