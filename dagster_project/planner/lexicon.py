"""The terms of a release and what each may mean, in one trie over characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.value import Names
from dagster_project.planner.cues import cue_terms
from dagster_project.planner.korean import is_particle_tail
from dagster_project.planner.text import fold, is_hangul, normalise, stem

MeaningKind = Literal[
    "table", "entity", "column", "metric", "value", "superlative", "relation", "collection", "cue"
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a term may mean."""

    kind: MeaningKind
    target: str
    """table · entity name · column reference · metric name · column reference of a value · column
    reference or metric of a superlative · relationship type · graph or document collection · cue
    name."""
    catalog: str = ""
    table: str = ""
    """Where it lives; empty for a cue."""
    value: str | int | float | bool | None = None
    """Of a value."""
    argument: str = ""
    """Of a cue; `high` or `low` of a superlative; `along` or `against` a relation."""

    @property
    def feature(self) -> str:
        """What two questions share when they mean the same."""
        if self.kind == "value":
            return f"value:{self.target}={self.value}"
        return f"{self.kind}:{self.target}{self.argument and ':' + self.argument}"


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    meanings: tuple[Meaning, ...] = ()


class Lexicon:
    """Terms to meanings. Built once per release; reading it changes nothing."""

    def __init__(self, views: tuple[CatalogView, ...]) -> None:
        self._root = _Node()
        self._happenings: list[tuple[str, Meaning]] = []
        self._units = frozenset(
            unit.lower()
            for view in views
            for unit in (
                *(c.unit for t in view.tables.values() for c in t.columns),
                *(m.unit for m in view.spec.metrics),
            )
            if unit
        )
        for term, cue in cue_terms():
            name, _, argument = cue.partition(":")
            self._add(term, Meaning("cue", name, argument=argument), inflect=False)
        for view in views:
            self._add_catalog(view)
            self._add_graph(view)

    def longest(self, text: str, start: int) -> list[tuple[int, tuple[Meaning, ...]]]:
        """Ends and meanings of all terms that start here, longest first."""
        node = self._root
        found: list[tuple[int, tuple[Meaning, ...]]] = []
        position = start
        while position < len(text):
            child = node.children.get(text[position])
            if child is None:
                break
            node = child
            position += 1
            if node.meanings:
                found.append((position, node.meanings))
        found.reverse()
        return found

    def is_unit(self, word: str) -> bool:
        """Whether some column or metric is measured in it."""
        return word.lower() in self._units

    def happening(self, word: str) -> tuple[Meaning, ...]:
        """Tables whose English noun an inflected verb is of: fails and failed are of failure."""
        root = stem(word)
        if len(root) < 4 or not word.isascii():
            return ()
        found = {m for noun, m in self._happenings if noun.startswith(root)}
        return tuple(found) if len(found) == 1 else ()

    def is_term(self, text: str, start: int, end: int) -> bool:
        """Whether the word at [start, end) of a folded text is a term, maybe with particles."""
        return any(
            stop >= end or is_particle_tail(text[stop:end]) for stop, _ in self.longest(text, start)
        )

    def _add_catalog(self, view: CatalogView) -> None:
        name = view.name
        for entity in view.spec.entities:
            meaning = Meaning("entity", entity.name, name, entity.table)
            self._add_names(entity.names, meaning)
        for table in view.tables.values():
            if view.entity_at(table.name) is None:
                meaning = Meaning("table", table.name, name, table.name)
                self._add_names(table.names, meaning)
                nouns = (fold(noun) for noun in table.names.en if " " not in noun)
                self._happenings += [(noun, meaning) for noun in nouns]
            for ref, column in view.columns(table.name).items():
                if column.masked:
                    continue
                self._add_names(column.names, Meaning("column", ref, name, table.name))
                for value in column.values:
                    meaning = Meaning("value", ref, name, table.name, value.value)
                    self._add_names(value.names, meaning)
                    if isinstance(value.value, str):
                        self._add(value.value.replace("_", " "), meaning)
                        self._add(value.value, meaning)
                for words, direction in ((column.high, "high"), (column.low, "low")):
                    meaning = Meaning("superlative", ref, name, table.name, argument=direction)
                    self._add_names(words, meaning)
        for metric in view.spec.metrics:
            self._add_names(metric.names, Meaning("metric", metric.name, name, metric.table))
            for words, direction in ((metric.high, "high"), (metric.low, "low")):
                meaning = Meaning(
                    "superlative", f"metric:{metric.name}", name, metric.table, argument=direction
                )
                self._add_names(words, meaning)

    def _add_graph(self, view: CatalogView) -> None:
        """Relations in both directions, and what collections of nodes and documents are called."""
        for relation in view.spec.relationships:
            if not relation.enabled or not view.spec.graph_collections:
                continue
            for words, way in ((relation.names, "along"), (relation.reverse_names, "against")):
                self._add_names(words, Meaning("relation", relation.name, view.name, argument=way))
        for collection in view.spec.graph_collections:
            if collection.enabled:
                meaning = Meaning("collection", collection.label, view.name)
                self._add_names(collection.names, meaning)
        for documents in view.spec.document_collections:
            if documents.enabled:
                self._add_names(documents.names, Meaning("collection", documents.name, view.name))

    def _add_names(self, names: Names, meaning: Meaning) -> None:
        for term in names.all():
            self._add(term, meaning)

    def _add(self, term: str, meaning: Meaning, inflect: bool = True) -> None:
        base = fold(normalise(term))
        if not base:
            return
        forms = {base}
        if any(is_hangul(c) for c in base):
            forms.add(base.replace(" ", ""))
        elif inflect and base.isascii():
            forms |= _inflections(base)
        for form in forms:
            node = self._root
            for character in form:
                node = node.children.setdefault(character, _Node())
            if meaning not in node.meanings:
                node.meanings = (*node.meanings, meaning)


def _inflections(term: str) -> set[str]:
    """Plural and singular of an English noun phrase, by its last word."""
    if len(term) < 3 or not term[-1].isalpha():
        return set()
    forms = {term + "s"}
    if term.endswith(("s", "x", "ch", "sh")):
        forms = {term + "es"}
    if term.endswith("y") and term[-2] not in "aeiou":
        forms.add(term[:-1] + "ies")
    if term.endswith("ies"):
        forms.add(term[:-3] + "y")
    elif term.endswith("s") and not term.endswith("ss"):
        forms.add(term[:-1])
    return forms
