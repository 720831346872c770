"""Whole names in a question, found at word starts, longest first.

A hash of all spellings, and for each two-character beginning the lengths that names with it have:
a look-up costs a few probes whatever the number of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dagster_project.resolver.normal_form import NormalText, spellings
from dagster_project.resolver.particles import is_particle_tail

MIN_LENGTH = 2
SHORT = 2
"""Names so short count only in their own case: IT is not in "is it on?"."""
_HANGUL_RUN = re.compile(r"[가-힣]*")
_ENGLISH_TAIL = re.compile(r"(?:['’]s|s['’]?|es)(?![0-9A-Za-z])")
_POSSESSIVE = re.compile(r"['’]s(?![0-9A-Za-z])")
_COUNTER = re.compile(
    r"(?:개|대|건|번째|위|곳|명|종|회|가지|시간|분|일|월|년|주|도|배|퍼센트|단계|차)"
)


Spelt = tuple[str, int, tuple[str, ...]]
"""A name, the record that bears it, its spellings; several records may bear one name."""


class ExactNames:
    """Spellings to the records that bear them. Built once; reading changes nothing."""

    def __init__(self, names: Iterable[Spelt]) -> None:
        self._records: dict[str, tuple[int, ...]] = {}
        self._short_as_written: set[str] = set()
        lengths: dict[str, set[int]] = {}
        for name, record, spelt in names:
            if len(name) <= SHORT:
                self._short_as_written.add(name)
            for spelling in spelt:
                if len(spelling) < MIN_LENGTH or spelling.replace(" ", "").isdigit():
                    continue  # a bare number or letter is a value, never a name
                held = self._records.get(spelling)
                if held is None:
                    self._records[spelling] = (record,)
                    lengths.setdefault(spelling[:2], set()).add(len(spelling))
                elif record not in held:
                    self._records[spelling] = (*held, record)
        self._lengths = {
            head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()
        }

    def get(self, name: str) -> tuple[int, ...]:
        """Records that bear exactly this name."""
        for spelling in spellings(name):
            if spelling in self._records:
                return self._records[spelling]
        return ()

    def shared(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Spellings borne by several records."""
        return ((name, held) for name, held in self._records.items() if len(held) > 1)

    def longest_at(
        self, question: str, text: NormalText, i: int
    ) -> tuple[int, tuple[int, ...]] | None:
        """The longest whole name at place `i` of the normal form: its end in the question, and
        the records."""
        normal_text, records = text.text, self._records
        for size in self._lengths.get(normal_text[i : i + 2], ()):
            held = records.get(normal_text[i : i + size])
            if held is not None and i + size <= len(text.starts):
                end = text.starts[i + size - 1] + 1
                if size <= SHORT and question[text.starts[i] : end] not in self._short_as_written:
                    continue
                if ends_name(question, text.kinds, text.starts[i], end):
                    return end, held
        return None


def word_starts(text: NormalText) -> Iterator[int]:
    """Places of the normal form where a name may begin: after a break, or where the script
    changes from Hangul."""
    kinds = text.kinds
    for i, start in enumerate(text.starts):
        here, before = kinds[start], kinds[start - 1] if start else "s"
        if here in "ldh" and (before in "so" or (before == "h" and here != "h")):
            yield i


def ends_name(question: str, kinds: str, start: int, end: int) -> bool:
    """Whether a name may end here: at a break, before particles, before 's or a plural."""
    if end >= len(question):
        return True
    last, after = kinds[end - 1], kinds[end]
    if after == "h":
        tail = _HANGUL_RUN.match(question, end)
        run = tail.group() if tail else ""
        if last != "h":  # a change of script ends a name, unless the number counts something
            spaced = last == "d" and " " in question[start:end]
            return not (spaced and _COUNTER.match(run))
        return is_particle_tail(run) or (
            end - start >= 5 and any(k == "d" for k in kinds[start:end])
        )
    if after in "ld":
        return last in "l" and after == "l" and _ENGLISH_TAIL.match(question, end) is not None
    if question[end] in "-_./" and end + 1 < len(question) and kinds[end + 1] in "ld":
        return question[end] == "/"
    if question[end] in "'’":
        return (
            _POSSESSIVE.match(question, end) is not None
            or not question[end + 1 : end + 2].isalpha()
        )
    return True
