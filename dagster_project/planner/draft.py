"""A table plan in the making: what the tokens said so far, for one base table."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.contracts.plan import EntityMention, OpenSlot
from dagster_project.contracts.table_plan import (
    Difference,
    Dimension,
    Filter,
    Having,
    Measure,
    Order,
    Related,
    Search,
    TimeRange,
)
from dagster_project.contracts.value import Language
from dagster_project.planner.base_table import pick
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Linked, Token


@dataclass(slots=True)
class Draft:
    """Filled by `conditions`, `measures` and `ordering` in turn; each marks the tokens it used."""

    linked: Linked
    tokens: tuple[Token, ...]
    view: CatalogView
    base: str
    language: Language
    absent: dict[str, Token] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    """Starts of tokens that are spoken for."""
    all_candidates: bool = False
    """A name that several share stands for all of them (`ambiguity_policy: top_k`)."""

    entities: list[EntityMention] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    search: Search | None = None
    measures: list[Measure] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    dimensions: list[Dimension] = field(default_factory=list)
    having: list[Having] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    with_ties: bool = False
    time: TimeRange | None = None
    periods: tuple[TimeRange, ...] = ()
    open_slots: list[OpenSlot] = field(default_factory=list)
    ranked_by: list[tuple[int, Token, Meaning]] = field(default_factory=list)
    """Superlatives of a metric: "slowest" ranks and names what is measured at once."""

    _picked: dict[int, Meaning | None] = field(default_factory=dict)
    _cues: dict[str, list[tuple[int, Token]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, token in enumerate(self.tokens):
            for meaning in token.meanings:
                if meaning.kind == "cue":
                    self._cues.setdefault(meaning.target, []).append((index, token))

    def meaning(self, token: Token) -> Meaning | None:
        """What a token means for this base."""
        if token.start not in self._picked:
            self._picked[token.start] = pick(token, self.base, self.view)
        return self._picked[token.start]

    def meanings(self, kind: str) -> list[tuple[int, Token, Meaning]]:
        """Index, token and meaning of the unused tokens of a kind, in order."""
        found: list[tuple[int, Token, Meaning]] = []
        for index, token in enumerate(self.tokens):
            if token.start in self.used:
                continue
            meaning = self.meaning(token)
            if meaning is not None and meaning.kind == kind:
                found.append((index, token, meaning))
        return found

    def cues(self, name: str) -> list[tuple[int, Token]]:
        found = self._cues.get(name)
        return [(i, t) for i, t in found if t.start not in self.used] if found else []

    def use(self, *tokens: Token) -> None:
        self.used.update(t.start for t in tokens)

    def content_near(self, index: int, step: int, reach: int = 3) -> tuple[int, Token] | None:
        """The next content token in one direction, at most `reach` tokens away."""
        position = index + step
        for _ in range(reach):
            if not 0 <= position < len(self.tokens):
                return None
            token = self.tokens[position]
            if token.is_content:
                return position, token
            position += step
        return None

    def entity_for(self, meaning: Meaning) -> EntitySpec | None:
        """The entity that an entity noun, or a value of its class column, stands for."""
        if meaning.kind == "entity":
            return self.view.entity(meaning.target)
        if meaning.kind == "value":
            return next(
                (
                    e
                    for e in self.view.spec.entities
                    if e.class_column and meaning.target == f"{e.table}.{e.class_column}"
                ),
                None,
            )
        return None

    def entity_nouns(self) -> list[tuple[int, Token, EntitySpec]]:
        """Tokens that stand for a kind of thing one can count or group: machines, servers."""
        found: list[tuple[int, Token, EntitySpec]] = []
        for index, token in enumerate(self.tokens):
            meaning = self.meaning(token)
            entity = self.entity_for(meaning) if meaning else None
            if entity is not None and self.view.entity_column(self.base, entity) is not None:
                found.append((index, token, entity))
        return found

    @property
    def only_entity(self) -> EntitySpec | None:
        """The entity that rows of the base belong to, where there is just one."""
        reachable = [
            e for e in self.view.spec.entities if self.view.entity_column(self.base, e) is not None
        ]
        return reachable[0] if len(reachable) == 1 else None

    def entity_dimensions(self, entity: EntitySpec) -> list[Dimension]:
        """Group by an entity: its key, and the label the reader knows it by."""
        return entity_dimensions(self.view, self.base, entity, self.language)

    def add_dimension(self, dimension: Dimension) -> None:
        if all(
            d.column != dimension.column or d.bucket != dimension.bucket for d in self.dimensions
        ):
            self.dimensions.append(dimension)

    def add_measure(self, measure: Measure) -> None:
        if all(m.name != measure.name for m in self.measures):
            self.measures.append(measure)


def entity_dimensions(
    view: CatalogView, base: str, entity: EntitySpec, language: Language
) -> list[Dimension]:
    """Group rows of a table by an entity: its key, and the label the reader knows it by."""
    key = view.entity_column(base, entity)
    assert key is not None
    found = [Dimension(name=entity.key, column=key)]
    label = entity.label_ko if language == "ko" else entity.label_en
    if label and label != entity.key:
        found.append(Dimension(name=label, column=f"{entity.table}.{label}"))
    return found
