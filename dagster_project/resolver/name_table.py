"""What an index of names needs of a table of names, in memory or on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from dagster_project.resolver.exact import ExactNames, Spelt
from dagster_project.resolver.key_shapes import KeyShapes, KeysInMemory
from dagster_project.resolver.misspelt import WordFit
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import NormalText, keystrokes, spellings
from dagster_project.resolver.numbered import NumberedNames
from dagster_project.resolver.typos import MOST_ERRORS, TypoNames, allowed_errors

_REMEMBERED = 10_000
_MANY_WORDS = 2_000


class Spellings(Protocol):
    """Names, and the numbers of the records that bear them."""

    def get(self, name: str) -> tuple[int, ...]:
        """Records that bear exactly this name."""
        ...

    def longest_at(
        self, question: str, text: NormalText, i: int
    ) -> tuple[int, tuple[int, ...]] | None:
        """The longest whole name at place `i` of the normal form: its end in the question, and
        the records."""
        ...

    def numbered_at(
        self, question: str, text: NormalText, i: int
    ) -> tuple[int, tuple[int, ...]] | None:
        """The same for a name that may exist with another number only; then without records."""
        ...

    def near(
        self, keys: str, number: str, least: float, most_errors: int = MOST_ERRORS
    ) -> list[tuple[float, int]]:
        """(score, record) of names a few keystrokes away, best first."""
        ...

    def word_fit(self, keys: str) -> WordFit: ...

    @property
    def many(self) -> bool:
        """Whether there are too many names to compare every run of words with them."""
        ...

    def likely(self, keys: str, most: int) -> list[tuple[float, int]]:
        """(score, record) of the names most like these keys, near or not."""
        ...


class NameTable(Spellings, Protocol):
    """The things themselves, and all that the data calls them."""

    def __len__(self) -> int: ...

    def name(self, record: int) -> EntityName: ...

    def record(self, entity: str, key: str) -> int | None: ...

    @property
    def keys(self) -> KeyShapes: ...


class SpellingsInMemory:
    """Names in hashes; the table of misspellings is made on first use."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Shape: (name, record) pairs."""
        self._spelt: tuple[Spelt, ...] = tuple(
            (text, record, spellings(text)) for text, record in names
        )
        exact = ExactNames(self._spelt)
        self.get, self.longest_at = exact.get, exact.longest_at
        self.numbered_at = NumberedNames(self._spelt).at
        self._word_set = frozenset(
            keystrokes(word) for text, _, _ in self._spelt for word in text.split()
        )
        self._words = tuple(sorted(self._word_set))
        self._fits: dict[str, WordFit] = {}
        self._typos: TypoNames | None = None
        self._forms: tuple[str, ...] | None = None

    def near(
        self, keys: str, number: str, least: float, most_errors: int = MOST_ERRORS
    ) -> list[tuple[float, int]]:
        if self._typos is None:
            self._typos = TypoNames((text, record) for text, record, _ in self._spelt)
        return self._typos.near(keys, number, least, most_errors)

    @property
    def many(self) -> bool:
        return False

    def word_fit(self, keys: str) -> WordFit:
        """Questions use the same words again and again: what was found is remembered. Among many
        words it is not looked for what is near."""
        if keys in self._word_set:
            return "same"
        if len(self._words) > _MANY_WORDS:
            return "near"
        known = self._fits.get(keys)
        if known is None:
            most = max(1, allowed_errors(len(keys)))
            found = process.extractOne(keys, self._words, scorer=OSA.distance, score_cutoff=most)
            known = "far" if found is None else "near"
            if len(self._fits) >= _REMEMBERED:
                self._fits.clear()
            self._fits[keys] = known
        return known

    def likely(self, keys: str, most: int) -> list[tuple[float, int]]:
        if self._forms is None:
            self._forms = tuple(keystrokes(text) for text, _, _ in self._spelt)
        ranked = process.extract(keys, self._forms, scorer=fuzz.ratio, limit=most)
        return [(score / 100, self._spelt[place][1]) for _, score, place in ranked]


class NamesInMemory(SpellingsInMemory):
    """The names of a site that fit into memory."""

    def __init__(self, names: Sequence[EntityName]) -> None:
        self._names = tuple(names)
        self._place = {(name.entity, name.key): n for n, name in enumerate(self._names)}
        self._keys = KeysInMemory(self._place)
        super().__init__((text, n) for n, name in enumerate(names) for text in name.all_names())

    def __len__(self) -> int:
        return len(self._names)

    def name(self, record: int) -> EntityName:
        return self._names[record]

    def record(self, entity: str, key: str) -> int | None:
        return self._place.get((entity, key))

    @property
    def keys(self) -> KeyShapes:
        return self._keys
