"""What one reply is read with: the offered world, what is wrong so far, and what is spoken for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.offered import DEFAULT_TIME, Offered
from dagster_project.planner.reply.problems import Problems, listing, shown
from dagster_project.planner.reply.said import Said
from dagster_project.planner.text import fold

_FEW = ("newest", "oldest_first", "most", "least", "highest", "lowest", "superlative")
_WINDOW_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(slots=True)
class Reading:
    """Filled step by step; each part marks what of the question it takes into account."""

    offered: Offered
    assets: PlannerAssets
    problems: Problems
    said: Said
    entities: set[tuple[str, str]] = field(default_factory=set)
    """Kind and key of the things that some step is about."""
    times: list[TimeRange] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    """Starts of number tokens that are spoken for."""
    compared: set[int] = field(default_factory=set)
    """The same, of those that something is compared with."""
    heard: set[str] = field(default_factory=set)
    """Features of meanings, names of cues and folded words that are spoken for."""

    @classmethod
    def of(cls, offered: Offered, assets: PlannerAssets, problems: Problems) -> Reading:
        return cls(offered, assets, problems, Said(offered.linked, assets.lexicon))

    @property
    def linked(self) -> Linked:
        return self.offered.linked

    def view(self, catalog: str | None) -> CatalogView | None:
        return next((v for v in self.assets.views if v.name == catalog), None)

    def hear(self, *features: str) -> None:
        self.heard.update(features)

    # -- things

    def things(self) -> tuple[EntityMention, ...]:
        """Those that a reply may name."""
        return tuple(dict.fromkeys(self.offered.entities.values()))

    def thing(self, value: object, kind: str | None, where: str) -> EntityMention | None:
        """The thing that a reply names by its key. `kind`: its entity, None for any."""
        text = fold(str(value).strip())
        known = [*((self._listed_as(t), t) for t in self.things())]
        fits = [t for names, t in known if text and text in names]
        found = next((t for t in fits if kind is None or t.entity == kind), None)
        if found is not None:
            self.entities.add((found.entity, found.key))
            return found
        if fits:
            self.problems.say(f"{where} {shown(value)} is a {fits[0].entity}, not a {kind}")
        else:
            named = listing(t.key for _, t in known if kind in (None, t.entity))
            self.problems.say(
                f"{where} {shown(value)} is not named in the question; it names {named}"
            )
        return None

    def _listed_as(self, thing: EntityMention) -> set[str]:
        """`kind:key` where two kinds share a key; else also as the question calls it."""
        own = {fold(key) for key, t in self.offered.entities.items() if t == thing}
        shared = sum(t.key == thing.key for t in self.things()) > 1
        names = {fold(thing.mention), fold(thing.label)}
        return own if shared else own | names | {fold(thing.key)}

    # -- times

    def time(self, name: object, where: str, *, usual: bool = False) -> TimeRange | None:
        """The span that a name stands for. `usual`: the policy's window will do."""
        text = fold(str(name).strip())
        spans = self.offered.times if usual else self.said_times()
        found = spans.get(text) or next(
            (span for span in spans.values() if span.text and fold(span.text) == text), None
        )
        if found is None and usual and text == DEFAULT_TIME:
            found = self.default_window()
        if found is None:
            self.problems.say(
                f"{where} {shown(name)} is no time of the question; there are {listing(spans)}"
            )
            return None
        self.times.append(found)
        return found

    def default_window(self) -> TimeRange:
        """The policy's window, for what is measured without a time."""
        offered = self.offered.times.get(DEFAULT_TIME)
        if offered is not None:
            return offered
        text, as_of = self.assets.policy.calendar.default_window, self.offered.as_of
        span = timedelta(**{_WINDOW_UNITS[text[-1]]: int(text[:-1])})
        return TimeRange(start=as_of - span, end=as_of + timedelta(microseconds=1), text=text)

    def said_times(self) -> dict[str, TimeRange]:
        return {name: t for name, t in self.offered.times.items() if name != DEFAULT_TIME}

    # -- numbers and words

    def number(self, value: float, *, ratio: bool = False) -> Token | None:
        """The words that say a number; it is spoken for then."""
        token = self.said.number(value, ratio=ratio)
        if token is not None:
            self.numbers.update(t.start for t in self.said.numbers if t.number == token.number)
        return token

    def compare(self, number: Token) -> None:
        self.compared.update(t.start for t in self.said.numbers if t.number == number.number)

    def hear_negation(self, where: str) -> None:
        """The opposite of what is asked is the worst answer: only where something negates."""
        self.hear("cue:not", "cue:without")
        if not self.said.negates:
            self.problems.say(f"{where} is a negation, and nothing in the question says not")

    def hear_words(self, text: str) -> None:
        self.heard.update(f"said:{word}" for word in fold(text).split())

    def row_limit(self, limit: int | None, where: str) -> int | None:
        """A number of the question, or no more than the policy's rows.

        Where nothing is ranked and none is said, all rows are shown: nothing is cut in silence."""
        if limit is None:
            return None
        most = self.assets.policy.limits.max_rows
        said = self.number(limit) if limit >= 1 else None
        if said is not None:
            if self.said.comparisons(limit) & {"<=", "<"}:
                self.compare(said)  # at most 5 rows
            return limit
        if 1 <= limit <= most:
            return limit if self._asks_for_few() else None
        self.problems.say(f"{where} {shown(limit)} is not said; it may be 1 to {most}, or null")
        return None

    def _asks_for_few(self) -> bool:
        """The newest, the greatest: some rows before others."""
        return any(
            t.kind == "recent"
            or any(m.kind == "superlative" or m.target in _FEW for m in t.meanings)
            for t in self.linked.tokens
        )
