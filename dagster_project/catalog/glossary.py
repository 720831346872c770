"""Words that mean the same, read from the catalogs' names: the lever across languages.

A question that says 윤활유 also looks for "lube oil" when some name in a catalog says so in both
languages. Nothing is translated: only what the site wrote down counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dagster_project.contracts.assets.schema_catalog import ColumnSpec, SchemaCatalogSpec
from dagster_project.contracts.value import Names

MAX_ALSO = 24
"""Of one text; more would drown the words that were asked."""
_RUN = re.compile(r"[가-힣]+|[a-z0-9]+")
_NAME_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORTEST = 2
"""Letters or syllables that a name needs; then 서버 is also found in 웹서버에서."""

Reading = tuple[str, ...]


class Glossary:
    """Groups of words, found in a text by their longest names first. Safe from many threads."""

    def __init__(self, groups: Iterable[Names]) -> None:
        self._words: list[tuple[str, ...]] = []
        self._groups_of: dict[Reading, list[int]] = {}
        self._longest = 0
        for names in groups:
            if names.ko and names.en:
                self._add(tuple(dict.fromkeys(names.all())))

    @classmethod
    def of(cls, specs: Iterable[SchemaCatalogSpec]) -> Glossary:
        """All names of the catalogs that are enabled and said in both languages."""
        return cls(names for spec in specs for names in _names_in(spec))

    def __len__(self) -> int:
        return len(self._words)

    def also(self, text: str) -> tuple[str, ...]:
        """Words that mean the same as some of the text and are not in it, at most `MAX_ALSO`.

        Shape: those of the text's first named thing first; each once.
        """
        said = _reading(text)
        found: dict[str, None] = {}
        for group in self._groups_in(said):
            for word in self._words[group]:
                if not _contains(said, _reading(word)):
                    found.setdefault(word)
        return tuple(found)[:MAX_ALSO]

    def _add(self, words: tuple[str, ...]) -> None:
        if words in self._words[-1:]:
            return
        group = len(self._words)
        self._words.append(words)
        for word in words:
            reading = _reading(word)
            if len("".join(reading)) >= _SHORTEST:
                self._groups_of.setdefault(reading, []).append(group)
                self._longest = max(self._longest, len(reading))

    def _groups_in(self, said: Reading) -> Iterator[int]:
        """Left to right, the longest name at each place; nothing is read twice."""
        at = 0
        while at < len(said):
            length = self._match(said, at)
            if length:
                yield from self._groups_of[_stem_last(said[at : at + length], self._groups_of)]
            else:
                yield from self._inside(said[at])
            at += length or 1

    def _match(self, said: Reading, at: int) -> int:
        for length in range(min(self._longest, len(said) - at), 0, -1):
            if _stem_last(said[at : at + length], self._groups_of):
                return length
        return 0

    def _inside(self, word: str) -> Iterator[int]:
        """Names inside a Korean compound: 디스크 and 용량 in 디스크용량이."""
        at = 0
        while "가" <= word[0] <= "힣" and at < len(word):
            ends = range(len(word), at + _SHORTEST - 1, -1)
            end = next((end for end in ends if (word[at:end],) in self._groups_of), None)
            if end is not None:
                yield from self._groups_of[(word[at:end],)]
            at = end or at + 1


def _stem_last(part: Reading, known: dict[Reading, list[int]]) -> Reading:
    """The part as it is known, with what follows a Korean noun taken off its last word."""
    if part in known:
        return part
    *head, last = part
    if "가" <= last[0] <= "힣" and head:
        for end in range(len(last) - 1, 0, -1):
            if (*head, last[:end]) in known:
                return (*head, last[:end])
    return ()


@lru_cache(maxsize=8192)
def _reading(text: str) -> Reading:
    """Folded words; names are taken apart, English plurals are not heard."""
    parted = _NAME_PARTS.sub(" ", unicodedata.normalize("NFKC", text))
    return tuple(_singular(run) for run in _RUN.findall(parted.casefold()))


def _singular(word: str) -> str:
    if len(word) > 3 and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _contains(said: Reading, reading: Reading) -> bool:
    joined = f" {' '.join(said)} "
    plain = " ".join(reading)
    return plain in joined if plain and "가" <= plain[0] <= "힣" else f" {plain} " in joined


def _names_in(spec: SchemaCatalogSpec) -> Iterator[Names]:
    for table in spec.tables:
        if table.enabled:
            yield table.names
            yield from _of_columns(table.columns)
    yield from (entity.names for entity in spec.entities)
    yield from (metric.names for metric in spec.metrics)
    for relation in spec.relationships:
        if relation.enabled:
            yield relation.names
            yield relation.reverse_names
    for graph in spec.graph_collections:
        if graph.enabled:
            yield graph.names
            yield from _of_columns(graph.properties)
    for collection in spec.document_collections:
        if collection.enabled:
            yield from collection.glossary
    yield from (operation.names for operation in spec.api_operations if operation.enabled)


def _of_columns(columns: Iterable[ColumnSpec]) -> Iterator[Names]:
    for column in columns:
        if column.enabled and not column.masked:
            yield column.names
            yield from (value.names for value in column.values)
