"""What a question names: exact names, patterns and typing errors, in that order of trust."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz, process

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.plan import EntityMention
from dagster_project.resolver.exact import ExactNames, Spelt, word_starts
from dagster_project.resolver.misspelt import find_misspelt
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import keystrokes, normal, spellings
from dagster_project.resolver.numbered import NumberedNames
from dagster_project.resolver.patterns import PatternNames, Shaped
from dagster_project.resolver.typos import TypoNames

MatchedBy = Literal["name", "alias", "pattern", "typo"]
_RANK: dict[MatchedBy, int] = {"name": 0, "alias": 1, "pattern": 2, "typo": 3}


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing the question names. Shape: characters [start, end) of the question."""

    start: int
    end: int
    text: str
    candidates: tuple[EntityMention, ...] = ()
    """Best first; one when it is certain."""
    ambiguous: bool = False
    unknown: bool = False
    """It has the shape of an id or of a numbered name, and nothing bears it (B2)."""


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    records: tuple[int, ...]
    by: MatchedBy
    scores: tuple[float, ...] = ()


class EntityIndex:
    """All names of a release. Immutable but for the typo table, which is built on first use."""

    def __init__(
        self,
        specs: Sequence[ResolverSpec],
        names: Sequence[EntityName],
        typo_score: float,
        today: date | None,
    ) -> None:
        self._names = tuple(names)
        self._typo_score = typo_score
        self.ambiguity_policy = specs[0].ambiguity_policy if specs else "ask_user"
        self.max_candidates = max((spec.max_candidates for spec in specs), default=5)
        keys: dict[str, dict[str, str]] = {}
        place: dict[tuple[str, str], int] = {}
        for n, name in enumerate(self._names):
            keys.setdefault(name.entity, {})[name.key.upper()] = name.key
            place[name.entity, name.key] = n
        self._place = place
        own = [
            (text, n, spellings(text))
            for n, name in enumerate(self._names)
            for text in name.all_names()
        ]
        aliases = list(_aliases(specs, place, today))
        self._exact = ExactNames(own)
        self._aliases = ExactNames(aliases)
        self._spelt = tuple((text, record) for text, record, _ in (*own, *aliases))
        self._numbered = NumberedNames((*own, *aliases))
        self._typos: TypoNames | None = None
        self._patterns = PatternNames((r for spec in specs for r in spec.pattern_rules), keys)

    @classmethod
    def build(
        cls,
        specs: Sequence[ResolverSpec],
        names: Sequence[EntityName],
        *,
        typo_score: float = 0.78,
        today: date | None = None,
    ) -> EntityIndex:
        """Index the names. `today`: alias groups that expire before it are not used.

        An alias of a key that the data does not hold is left out: nothing is mapped to a stranger.
        """
        return cls(specs, names, typo_score, today)

    def __len__(self) -> int:
        return len(self._names)

    def find(
        self,
        question: str,
        taken: Iterable[tuple[int, int]] = (),
        is_term: Callable[[int, int], bool] | None = None,
    ) -> tuple[Mention, ...]:
        """Everything the question names, outside of the `taken` spans.

        `is_term(start, end)` says that words mean something else already; they are then never
        read as a misspelt name. Shape: in order of place, disjoint. The question should be NFC.
        """
        held = [*taken]
        hits = self._whole_names(question, held)
        return self._mentions(question, self._with_misspelt(question, held, hits, is_term))

    def find_whole(
        self, question: str, taken: Iterable[tuple[int, int]] = ()
    ) -> tuple[Mention, ...]:
        """The same without misspelt names."""
        return self._mentions(question, self._whole_names(question, [*taken]))

    def nearest(self, text: str, k: int = 5) -> tuple[EntityMention, ...]:
        """The names most like a text, each entity once: suggestions, never an answer."""
        wanted = keystrokes(unicodedata.normalize("NFC", text))
        forms = [keystrokes(name) for name, _ in self._spelt] if self._spelt else []
        ranked = process.extract(wanted, forms, scorer=fuzz.ratio, limit=4 * k + 8)
        korean = any("가" <= c <= "힣" for c in text)
        best: dict[int, float] = {}
        for _, score, n in ranked:
            best.setdefault(self._spelt[n][1], score / 100)
        return tuple(
            self._entity_mention(record, text, "typo", score, korean)
            for record, score in list(best.items())[:k]
        )

    # --- whole names and patterns -----------------------------------------------------------

    def _whole_names(self, question: str, taken: list[tuple[int, int]]) -> list[_Hit]:
        text = normal(question)
        starts = list(word_starts(text))
        found: list[_Hit] = []
        for i in starts:
            own = self._exact.longest_at(question, text, i)
            if own is not None:
                found.append(_Hit(text.starts[i], *own, "name"))
            alias = self._aliases.longest_at(question, text, i)
            if alias is not None:
                found.append(_Hit(text.starts[i], *alias, "alias"))
            numbered = self._numbered.at(question, text, i) if "d" in text.kinds else None
            if numbered is not None:
                found.append(_Hit(text.starts[i], *numbered, "pattern"))
        shaped = self._patterns.find(question, text, [text.starts[i] for i in starts])
        found += map(self._shaped, shaped)
        found.sort(key=lambda h: (h.start - h.end, h.by == "pattern", not h.records))
        kept: list[_Hit] = []
        for hit in found:
            same = next((h for h in kept if (h.start, h.end) == (hit.start, hit.end)), None)
            if same is not None:
                if {same.by, hit.by} == {"name", "alias"}:
                    kept[kept.index(same)] = _joined(same, hit)
            elif not _overlaps(hit, taken) and not _overlaps(hit, [(h.start, h.end) for h in kept]):
                kept.append(hit)
        return kept

    def _shaped(self, shaped: Shaped) -> _Hit:
        if shaped.entity is None or shaped.key is None:
            return _Hit(shaped.start, shaped.end, (), "pattern")
        record = self._place[shaped.entity, shaped.key]
        return _Hit(shaped.start, shaped.end, (record,), "pattern")

    # --- typing errors ----------------------------------------------------------------------

    def _with_misspelt(
        self,
        question: str,
        taken: list[tuple[int, int]],
        hits: list[_Hit],
        is_term: Callable[[int, int], bool] | None,
    ) -> list[_Hit]:
        """The whole names, and the misspelt ones; those may swallow a name in doubt."""
        if self._typos is None:
            self._typos = TypoNames(self._spelt)
        sure = [(h.start, h.end) for h in hits if len(h.records) < 2]
        doubtful = [(h.start, h.end) for h in hits if len(h.records) > 1]
        found = [
            _Hit(m.start, m.end, tuple(r for _, r in m.near), "typo", tuple(s for s, _ in m.near))
            for m in find_misspelt(
                question, self._typos, self._typo_score, [*taken, *sure], doubtful, is_term
            )
        ]
        spans = [(h.start, h.end) for h in found]
        return [*(h for h in hits if not _overlaps(h, spans)), *found]

    # --- mentions ---------------------------------------------------------------------------

    def _mentions(self, question: str, hits: list[_Hit]) -> tuple[Mention, ...]:
        korean = any("가" <= c <= "힣" for c in question)
        hits.sort(key=lambda hit: hit.start)
        return tuple(self._mention(question, hit, korean) for hit in hits)

    def _mention(self, question: str, hit: _Hit, korean: bool) -> Mention:
        text = question[hit.start : hit.end]
        scores = hit.scores or (1.0,) * len(hit.records)
        candidates = tuple(
            self._entity_mention(record, text, self._by(record, text, hit), score, korean)
            for record, score in zip(hit.records, scores, strict=True)
        )
        ordered = sorted(candidates, key=lambda c: (-c.score, _RANK[c.matched_by], c.entity, c.key))
        return Mention(
            hit.start,
            hit.end,
            text,
            tuple(ordered[: self.max_candidates]),
            ambiguous=len(hit.records) > 1,
            unknown=not hit.records,
        )

    def _by(self, record: int, text: str, hit: _Hit) -> MatchedBy:
        if hit.by == "alias" and record in self._exact.get(text):
            return "name"
        return hit.by

    def _entity_mention(
        self, record: int, text: str, by: MatchedBy, score: float, korean: bool
    ) -> EntityMention:
        name = self._names[record]
        return EntityMention(
            entity=name.entity,
            key=name.key,
            label=name.label(korean),
            mention=text,
            matched_by=by,
            score=min(1.0, round(score, 4)),
        )


def _aliases(
    specs: Sequence[ResolverSpec], place: dict[tuple[str, str], int], today: date | None
) -> Iterable[Spelt]:
    for spec in specs:
        for group in spec.alias_groups:
            expired = today is not None and group.expires is not None and group.expires < today
            record = place.get((group.entity, group.key))
            if record is not None and not expired:
                for alias in group.aliases:
                    yield alias, record, spellings(alias)


def _joined(one: _Hit, other: _Hit) -> _Hit:
    """The same words as a name and as an alias: both count."""
    records = (*one.records, *(r for r in other.records if r not in one.records))
    return _Hit(one.start, one.end, records, "name" if records == one.records else "alias")


def _overlaps(hit: _Hit, spans: Iterable[tuple[int, int]]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in spans)
