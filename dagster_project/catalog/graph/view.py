"""Look-ups over the graph part of a schema catalog: collections, their properties, relations."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from dagster_project.catalog.joined_columns import PlanMismatch
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    GraphCollection,
    Relationship,
    SchemaCatalogSpec,
)
from dagster_project.contracts.value import Language


class GraphSchema:
    """Collections in the catalog's order, and relationship types. Immutable."""

    def __init__(self, name: str, spec: SchemaCatalogSpec) -> None:
        self.name = name
        enabled = [one for one in spec.graph_collections if one.enabled]
        self.collections: dict[str, GraphCollection] = {one.label: one for one in enabled}
        self.labels: tuple[str, ...] = tuple(self.collections)
        """In order: a node belongs to the first one that it bears."""
        self.relations: dict[str, Relationship] = {}
        for relation in spec.relationships:
            tabular = bool(relation.from_entity or relation.to_entity)
            if relation.enabled and (relation.from_labels or not tabular):
                self.relations.setdefault(relation.name, relation)
        self._properties = {
            one.label: {p.name: p for p in one.properties if p.enabled} for one in enabled
        }

    def property(self, label: str, name: str) -> ColumnSpec | None:
        return self._properties[label].get(name)

    def key(self, label: str) -> ColumnSpec:
        """A key that the catalog does not describe is text."""
        name = self.collections[label].key
        return self.property(label, name) or ColumnSpec(name=name, type="text", role="key")

    def shown_name(self, label: str, language: Language) -> ColumnSpec | None:
        """The property that readers of a language know a node by; None where that is the key."""
        collection = self.collections[label]
        name = collection.label_ko if language == "ko" else collection.label_en
        if name is None:
            return None
        return self.property(label, name) or ColumnSpec(name=name, type="text", role="label")

    def before(self, label: str) -> tuple[str, ...]:
        """Labels that take a node away from this one."""
        return self.labels[: self.labels.index(label)]

    def known_labels(self, label: str | None) -> tuple[str, ...]:
        """That one, or all. Raises: PlanMismatch."""
        if not self.labels:
            raise PlanMismatch(f"catalog {self.name!r} has no graph collections;", "scan its graph")
        if label is None:
            return self.labels
        if label not in self.collections:
            raise unknown(self.name, "graph collection", label, self.labels)
        return (label,)

    def known_relations(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those, or all, each once. Raises: PlanMismatch."""
        for name in names:
            if name not in self.relations:
                raise unknown(self.name, "relation", name, self.relations)
        return tuple(dict.fromkeys(names or self.relations))

    def property_names(self, labels: Iterable[str]) -> tuple[str, ...]:
        """All of these collections', each once."""
        return tuple(dict.fromkeys(name for label in labels for name in self._properties[label]))

    def listed(self, labels: Iterable[str]) -> tuple[str, ...]:
        """What these collections list, each once; masked properties left out."""
        names = ((label, n) for label in labels for n in self.collections[label].list_properties)
        kept = [name for label, name in names if (p := self.property(label, name)) and not p.masked]
        return tuple(dict.fromkeys(kept))

    def label_names(self, language: Language) -> dict[str, str]:
        return {o.label: o.names.shown(language, o.label) for o in self.collections.values()}

    def relation_names(self, language: Language) -> dict[str, str]:
        return {r.name: r.names.shown(language, r.name) for r in self.relations.values()}


def unknown(catalog: str, what: str, name: str, known: Iterable[str]) -> PlanMismatch:
    """Says which names are near, or which there are."""
    names = sorted(known)
    folded = {one.casefold(): one for one in names}
    near = [folded[one] for one in get_close_matches(name.casefold(), list(folded), 3, 0.6)]
    hint = f"the nearest is {', '.join(near)}" if near else f"it has {', '.join(names) or 'none'}"
    return PlanMismatch(f"catalog {catalog!r} has no {what} {name!r};", hint)
