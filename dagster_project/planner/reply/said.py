"""What a question says: values, words and numbers, each with the words it was read from."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from dagster_project.contracts.table_plan import Scalar
from dagster_project.contracts.value import Names
from dagster_project.planner.korean import is_particle_tail, strip_particles
from dagster_project.planner.lexicon import Lexicon, Meaning
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.text import fold, is_hangul, normalise, stem, words

_NEGATIVE = re.compile(
    r"없|않|아닌|아니|말고|빼고|제외|외에|못|(?<!\S)안 |n't\b|"
    r"\b(?:not?|non|none|neither|nor|never|without|except|excluding|exclude|other than|but|"
    r"lack\w*|missing|free of|outside)\b"
)
_SUPPOSED = re.compile(
    r"\b(?:if|when|once|in case)\b[^,?]*|\S+\s(?:나면|시)(?=\s)|\S+(?:면|때|경우)(?=[\s,])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A question, asked whether it says something. Immutable."""

    linked: Linked
    lexicon: Lexicon

    @cached_property
    def folded(self) -> str:
        return fold(self.linked.question)

    @cached_property
    def meanings(self) -> frozenset[Meaning]:
        """All that any words of the question mean, also where a longer term was preferred."""
        starts = {w.start for w in words(self.folded)} | {t.start for t in self.linked.tokens}
        found = {m for token in self.linked.tokens for m in token.meanings}
        for start in starts:
            for end, meanings in self.lexicon.longest(self.folded, start):
                if self._ends_at(end):
                    found |= set(meanings)
        return frozenset(found)

    def _ends_at(self, end: int) -> bool:
        """A word ends here, or a Korean one has only particles left, or the next token begins."""
        if end >= len(self.folded) or not self.folded[end].isalnum():
            return True
        if any(t.start == end for t in self.linked.tokens):
            return True
        rest = self.folded[end:].split(" ", 1)[0]
        korean = is_hangul(self.folded[end - 1]) or is_hangul(self.folded[end])
        return korean and is_particle_tail(rest)

    def value(self, column: str, value: Scalar) -> bool:
        """Whether words of the question mean this value of a column, `schema.table.column`."""
        return any(
            m.kind == "value" and m.target == column and same(m.value, value) for m in self.meanings
        )

    def value_of_property(self, name: str, value: Scalar) -> bool:
        """The same for a property of a graph, whose values are named at a table's column."""
        return any(
            m.kind == "value" and m.target.rsplit(".", 1)[-1] == name and same(m.value, value)
            for m in self.meanings
        )

    def names(self, names: Names) -> bool:
        """Whether one of these names is said, in any language."""
        return any(self.literally(name) is not None for name in names.all())

    def literally(self, text: str) -> str | None:
        """A text as the question writes it: whole words, and more than words that only ask."""
        wanted = fold(normalise(text))
        if not wanted:
            return None
        start = self.folded.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            opens = start == 0 or not self.folded[start - 1].isalnum() or not wanted[0].isalnum()
            if opens and self._ends_at(end) and self._says_something(start, end):
                return self.linked.question[start:end]
            start = self.folded.find(wanted, start + 1)
        return None

    def _says_something(self, start: int, end: int) -> bool:
        within = [t for t in self.linked.tokens if t.start < end and start < t.end]
        return any(not (t.only_cue or t.kind in ("time", "recent", "bucket")) for t in within)

    def each_word(self, text: str) -> bool:
        """Whether every word of a text is said, in whatever order and form."""
        wanted = words(fold(normalise(text)))
        return bool(wanted) and all(self._forms(w.text) & self._spoken for w in wanted)

    @cached_property
    def _spoken(self) -> frozenset[str]:
        found = {f for w in words(self.folded) for f in self._forms(w.text)}
        return frozenset(found | {f for t in self.linked.tokens for f in self._forms(fold(t.text))})

    @staticmethod
    def _forms(word: str) -> set[str]:
        """A word with and without its ending. Shape: of one letter only as it is."""
        stems = strip_particles(word) if is_hangul(word[-1]) else (word,)
        return {word, stem(word), *(s for s in stems if len(s) > 1)} - {""}

    # -- turns of meaning

    @cached_property
    def negates(self) -> bool:
        """Whether anything is said to be absent or left out."""
        cues = any(t.cue("not") or t.cue("without") for t in self.linked.tokens)
        return cues or bool(_NEGATIVE.search(self.folded))

    @cached_property
    def descending(self) -> bool | None:
        """Whether the greatest come first; None where neither or both ends are spoken of."""
        meanings = [m for t in self.linked.tokens for m in t.meanings]
        high = any(m.target in ("most", "highest") for m in meanings)
        low = any(m.target in ("least", "lowest") for m in meanings)
        metrics = [m for m in meanings if m.target.startswith("metric:")]
        high = high or any(m.argument == "high" for m in metrics)
        low = low or any(m.argument == "low" for m in metrics)
        return None if high is low else high

    def ranks_by(self, column: str) -> bool | None:
        """The same for the column of a listing, where a word of its own says which come first."""
        own = {
            m.argument == "high"
            for t in self.linked.tokens
            for m in t.meanings
            if m.kind == "superlative" and m.target == column
        }
        return own.pop() if len(own) == 1 else None if own else self.descending

    def supposes(self, token: Token, heard: Set[str]) -> bool:
        """Whether a word is only supposed of where a walk starts: "what is affected if X fails"."""
        return "cue:scope" in heard and any(a <= token.start < b for a, b in self._supposed)

    @cached_property
    def _supposed(self) -> tuple[tuple[int, int], ...]:
        return tuple(m.span() for m in _SUPPOSED.finditer(self.linked.question))

    # -- numbers

    @cached_property
    def numbers(self) -> tuple[Token, ...]:
        return tuple(t for t in self.linked.tokens if t.number is not None and t.kind == "number")

    def number(self, value: float, *, ratio: bool = False) -> Token | None:
        """The words that say a number. `ratio`: 90% may stand for 0.9."""
        if isinstance(value, bool):
            return None
        for token in self.numbers:
            said = token.number or 0.0
            if said == value:
                return token
            if ratio and token.text.endswith(("%", "퍼센트", "percent")) and said / 100 == value:
                return token
        return None

    def number_of(self, value: object) -> Token | None:
        return self.number(value) if isinstance(value, (int, float)) else None

    def comparisons(self, value: float) -> frozenset[str]:
        """What is said right beside a number: `>=`, `older` ..."""
        tokens = self.linked.tokens
        places = [i for i, t in enumerate(tokens) if t.kind == "number" and t.number == value]
        beside = (tokens[j] for i in places for j in (i - 1, i + 1) if 0 <= j < len(tokens))
        return frozenset(m.argument for t in beside for m in t.meanings if m.target == "op")

    @cached_property
    def compared(self) -> tuple[tuple[Token, tuple[Token, ...]], ...]:
        """Words that compare, each with the numbers beside it: "over" and 90 of "over 90%"."""
        tokens = self.linked.tokens
        found: list[tuple[Token, tuple[Token, ...]]] = []
        for place, token in enumerate(tokens):
            ends = (self._next_to(place, way) for way in (-1, 1)) if token.cue("op") else ()
            numbers = tuple(t for t in ends if t is not None and t.kind == "number")
            if numbers:
                found.append((token, numbers))
        return tuple(found)

    def _next_to(self, place: int, way: int) -> Token | None:
        """The next token that says something: "exceeding a 90% threshold"."""
        tokens, at = self.linked.tokens, place + way
        while 0 <= at < len(tokens) and tokens[at].only_cue and tokens[at].cue("own"):
            at += way
        return tokens[at] if 0 <= at < len(tokens) else None


def same(one: Scalar, other: Scalar) -> bool:
    """Equal, and both or neither of them yes or no."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
