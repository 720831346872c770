"""What a question names: exact names, patterns and typing errors, in that order of trust."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.plan import EntityMention
from dagster_project.resolver.exact import word_starts
from dagster_project.resolver.misspelt import (
    SURE_LETTERS,
    WORD,
    Misspelt,
    WordFit,
    find_misspelt,
)
from dagster_project.resolver.name_table import (
    NamesInMemory,
    NameTable,
    Spellings,
    SpellingsInMemory,
)
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import in_latin_mode, keystrokes, normal
from dagster_project.resolver.patterns import PatternNames, Shaped
from dagster_project.resolver.typos import MOST_ERRORS, in_order

MatchedBy = Literal["name", "alias", "pattern", "typo"]
_LOOSE = re.compile(r"[ㄱ-ㅣ]")
_OFFERED = 0.75
"""Score of an id that is one letter away from one that nothing has."""
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
    """It has the shape of an id or of a numbered name, and nothing bears it (B2); `candidates` are
    then what it may mean, if anything."""


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    records: tuple[int, ...]
    by: MatchedBy
    scores: tuple[float, ...] = ()
    offered: tuple[int, ...] = ()
    """What it may mean, where nothing bears it."""


class EntityIndex:
    """All names of a release. Immutable but for the tables of misspellings, made on first use."""

    def __init__(
        self, specs: Sequence[ResolverSpec], table: NameTable, typo_score: float, today: date | None
    ) -> None:
        self._table = table
        aliases = tuple(_aliases(specs, table, today))
        self._aliases = SpellingsInMemory(aliases)
        self._layers: tuple[tuple[Spellings, MatchedBy], ...] = ((table, "name"),)
        if aliases:
            self._layers = (*self._layers, (self._aliases, "alias"))
        self._typo_score = typo_score
        self._patterns = PatternNames((r for s in specs for r in s.pattern_rules), table.keys)
        self.ambiguity_policy = specs[0].ambiguity_policy if specs else "ask_user"
        self.max_candidates = max((spec.max_candidates for spec in specs), default=5)

    @classmethod
    def build(
        cls,
        specs: Sequence[ResolverSpec],
        names: Sequence[EntityName],
        *,
        typo_score: float = 0.78,
        today: date | None = None,
    ) -> EntityIndex:
        """Index the names in memory. `today`: alias groups that expire before it are not used.

        An alias of a key that the data does not hold is left out: nothing is mapped to a stranger.
        """
        return cls(specs, NamesInMemory(names), typo_score, today)

    @classmethod
    def over(
        cls,
        specs: Sequence[ResolverSpec],
        table: NameTable,
        *,
        typo_score: float = 0.78,
        today: date | None = None,
    ) -> EntityIndex:
        """The same over a table of names that is there already, such as `NamesOnDisk`."""
        return cls(specs, table, typo_score, today)

    def __len__(self) -> int:
        return len(self._table)

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
        most = 4 * k + 8
        ranked = [*self._table.likely(wanted, most), *self._aliases.likely(wanted, most)]
        korean = any("가" <= c <= "힣" for c in text)
        best: dict[int, float] = {}
        for score, record in sorted(ranked, key=lambda pair: -pair[0]):
            best.setdefault(record, score)
        return tuple(
            self._entity_mention(record, text, "typo", score, korean)
            for record, score in list(best.items())[:k]
        )

    def bearers(self, name: str) -> tuple[EntityMention, ...]:
        """The things that bear exactly this name, as their own or as an alias."""
        own, aliases = self._table.get(name), self._aliases.get(name)
        return tuple(
            self._entity_mention(record, name, "name" if record in own else "alias", 1.0, False)
            for record in dict.fromkeys((*own, *aliases))
        )

    def thing(self, entity: str, key: str) -> EntityName | None:
        """What the data calls the thing with this key."""
        record = self._table.record(entity, key)
        return None if record is None else self._table.name(record)

    # --- whole names and patterns -----------------------------------------------------------

    def _whole_names(self, question: str, taken: list[tuple[int, int]]) -> list[_Hit]:
        text = normal(question)
        starts = list(word_starts(text))
        found: list[_Hit] = []
        last_digit = max(map(text.text.rfind, "0123456789")) if "d" in text.kinds else -1
        for i in starts:
            for names, by in self._layers:
                whole = names.longest_at(question, text, i)
                if whole is not None:
                    found.append(_Hit(text.starts[i], *whole, by))
                numbered = names.numbered_at(question, text, i) if i < last_digit else None
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
        record = self._table.record(shaped.entity, shaped.key)
        held = () if record is None else (record,)
        return _Hit(shaped.start, shaped.end, held, "pattern")

    # --- typing errors ----------------------------------------------------------------------

    def _with_misspelt(
        self,
        question: str,
        taken: list[tuple[int, int]],
        hits: list[_Hit],
        is_term: Callable[[int, int], bool] | None,
    ) -> list[_Hit]:
        """The whole names, and the misspelt ones; those may swallow a name in doubt."""
        whole = [(hit.start, hit.end) for hit in hits]
        found: list[_Hit] = []
        for near in find_misspelt(question, self, self._typo_score, taken, whole, is_term):
            hit = _misspelt(near, hits)
            if hit is not None:
                found.append(hit)
        spans = [(hit.start, hit.end) for hit in found]
        kept = [*(h for h in hits if not _overlaps(h, spans)), *found]
        kept += self._wrong_mode(question, [*taken, *((h.start, h.end) for h in kept)])
        kept += self._nearly_ids(question, [*taken, *((h.start, h.end) for h in kept)])
        return kept

    def near(
        self, keys: str, number: str, least: float, most_errors: int = MOST_ERRORS
    ) -> list[tuple[float, int]]:
        """(score, record) of names and aliases a few keystrokes away, best first."""
        own = self._table.near(keys, number, least, most_errors)
        aliases = self._aliases.near(keys, number, least, most_errors)
        if not aliases:
            return own
        best: dict[int, float] = {}
        for score, record in (*own, *aliases):
            best[record] = max(score, best.get(record, 0.0))
        return in_order(best)

    @property
    def many(self) -> bool:
        return self._table.many

    def word_fit(self, keys: str) -> WordFit:
        """The better fit of the data's names and the aliases."""
        fits = (self._table.word_fit(keys), self._aliases.word_fit(keys))
        return "same" if "same" in fits else "near" if "near" in fits else "far"

    def _wrong_mode(self, question: str, taken: list[tuple[int, int]]) -> list[_Hit]:
        """Latin names typed in Korean mode, which leaves loose letters: ㅎㅅ-01 is gt-01."""
        if _LOOSE.search(question) is None:
            return []
        found: list[_Hit] = []
        for word in WORD.finditer(question):
            if _LOOSE.search(word.group()) is None:
                continue
            meant = in_latin_mode(word.group())
            for whole in self._whole_names(meant, [])[:1]:
                hit = _Hit(*word.span(), whole.records, "typo")
                if (whole.start, whole.end) == (0, len(meant)) and not _overlaps(hit, taken):
                    found.append(hit)
        return found

    def _nearly_ids(self, question: str, taken: list[tuple[int, int]]) -> list[_Hit]:
        """Ids that nothing has, and those one letter away."""
        if not any(map(str.isdigit, question)):
            return []
        text = normal(question)
        starts = [text.starts[i] for i in word_starts(text)]
        found: list[_Hit] = []
        for nearly in self._patterns.nearly(question, text, starts):
            places = (self._table.record(entity, key) for entity, key in nearly.near)
            offered = tuple(record for record in places if record is not None)
            hit = _Hit(nearly.start, nearly.end, (), "pattern", offered=offered)
            if not _overlaps(hit, [*taken, *((h.start, h.end) for h in found)]):
                found.append(hit)
        return found

    # --- mentions ---------------------------------------------------------------------------

    def _mentions(self, question: str, hits: list[_Hit]) -> tuple[Mention, ...]:
        korean = any("가" <= c <= "힣" for c in question)
        hits.sort(key=lambda hit: hit.start)
        return tuple(self._mention(question, hit, korean) for hit in hits)

    def _mention(self, question: str, hit: _Hit, korean: bool) -> Mention:
        text = question[hit.start : hit.end]
        records = hit.records or hit.offered
        scores = hit.scores or (1.0 if hit.records else _OFFERED,) * len(records)
        candidates = tuple(
            self._entity_mention(record, text, self._by(record, text, hit), score, korean)
            for record, score in zip(records, scores, strict=True)
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
        if hit.by == "alias" and record in self._table.get(text):
            return "name"
        return hit.by

    def _entity_mention(
        self, record: int, text: str, by: MatchedBy, score: float, korean: bool
    ) -> EntityMention:
        name = self._table.name(record)
        return EntityMention(
            entity=name.entity,
            key=name.key,
            label=name.label(korean),
            mention=text,
            matched_by=by,
            score=min(1.0, round(score, 4)),
        )


def _aliases(
    specs: Sequence[ResolverSpec], table: NameTable, today: date | None
) -> Iterable[tuple[str, int]]:
    for spec in specs:
        for group in spec.alias_groups:
            expired = today is not None and group.expires is not None and group.expires < today
            record = table.record(group.entity, group.key)
            if record is not None and not expired:
                for alias in group.aliases:
                    yield alias, record


def _misspelt(near: Misspelt, hits: Sequence[_Hit]) -> _Hit | None:
    """A misspelt name as a hit, unless it says no more than the whole names that it covers. With
    few letters to tell it by, those are offered beside it."""
    records = [record for _, record in near.near]
    scores = [score for score, _ in near.near]
    covered = [hit for hit in hits if hit.start < near.end and near.start < hit.end]
    certain = {hit.records[0] for hit in covered if len(hit.records) == 1}
    if certain.issuperset(records) or any(
        hit.start < near.start or hit.end > near.end for hit in covered
    ):
        return None
    if near.open_letters < SURE_LETTERS:
        beside = sorted(certain.difference(records))
        records += beside
        scores += [min(scores)] * len(beside)
    return _Hit(near.start, near.end, tuple(records), "typo", tuple(scores))


def _joined(one: _Hit, other: _Hit) -> _Hit:
    """The same words as a name and as an alias: both count."""
    records = (*one.records, *(r for r in other.records if r not in one.records))
    return _Hit(one.start, one.end, records, "name" if records == one.records else "alias")


def _overlaps(hit: _Hit, spans: Iterable[tuple[int, int]]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in spans)
