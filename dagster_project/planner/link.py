"""A question to tokens: times, entities, catalog terms and cues of the language, left to right.

At each word start the longest reading wins. A Korean word may hold several terms in a row
(`심각도별`, `서버목록은`) as long as nothing but particles is left over; a Latin word is never cut,
so "hi" is not in "which".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dagster_project.contracts.table_plan import TimeRange
from dagster_project.planner.cues import stem_cue
from dagster_project.planner.korean import is_particle_tail, strip_particles
from dagster_project.planner.lexicon import Lexicon, Meaning
from dagster_project.planner.text import fold, is_hangul, words
from dagster_project.planner.time_phrases import TimeReading
from dagster_project.resolver.index import Mention

TokenKind = Literal["term", "time", "recent", "bucket", "entity", "number", "quoted", "unknown"]
_NUMBER = re.compile(
    r"(?<![\w.-])(\d+(?:,\d{3})*(?:\.\d+)?)(?!\.?\d)\s?(%|퍼센트|percent)?"
    r"(?:개|대|건|번|위|곳|명|종|회|가지|번째|시간|도|년|살|등)?"
    r"(?=$|[^\w-]|[가-힣]|°|[A-Za-z/%]{1,6}\b)"
)
_NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8,
    "아홉": 9, "열": 10,
}  # fmt: skip
_NUMBER_WORD = re.compile(
    r"\b(?:(two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|(두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:개|대|건|번|곳|가지|명))",
    re.IGNORECASE,
)
_LIGHT_VERBS = frozenset({
    "난", "났던", "났었던", "나는", "나던", "한", "했던", "하는", "하던",
    "된", "됐던", "되었던", "되는", "되던", "받은", "받던",
})  # fmt: skip
"""Verbs that only turn a noun into what happened: 고장난 is 고장."""
_LONGEST_TAIL = 60
"""Characters after a first term in one word; what is longer is noise."""
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_QUOTED = re.compile(r"[\"“'‘「『]([^\"”'’」』]{2,60})[\"”'’」』]")
_VERBAL_END = (
    "다",
    "요",
    "어",
    "까",
    "줘",
    "나",
    "지",
    "니",
    "해",
    "한",
    "된",
    "할",
    "는",
    "던",
    "은",
    "면",
)


@dataclass(frozen=True, slots=True)
class Token:
    """One understood (or not understood) piece of a question."""

    kind: TokenKind
    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...] = ()
    time: TimeRange | None = None
    mention: Mention | None = None
    number: float | None = None

    def cue(self, name: str) -> Meaning | None:
        for meaning in self.meanings:
            if meaning.target == name and meaning.kind == "cue":
                return meaning
        return None

    @property
    def is_content(self) -> bool:
        """Whether it says something about the data rather than about the sentence."""
        return any(m.kind != "cue" for m in self.meanings) or self.kind in ("entity", "quoted")

    @property
    def only_cue(self) -> bool:
        return bool(self.meanings) and all(m.kind == "cue" for m in self.meanings)


@dataclass(frozen=True, slots=True)
class Linked:
    """A question as tokens, and what could not be read."""

    question: str
    tokens: tuple[Token, ...]
    times: TimeReading

    def having(self, kind: TokenKind) -> tuple[Token, ...]:
        return tuple(t for t in self.tokens if t.kind == kind)

    def cues(self, name: str) -> tuple[Token, ...]:
        return tuple(t for t in self.tokens if t.cue(name))

    @property
    def unknown_words(self) -> tuple[str, ...]:
        return tuple(t.text for t in self.tokens if t.kind == "unknown")

    @property
    def coverage(self) -> float:
        """Share of the content that was understood; verbs count little."""
        known = sum(
            1.0 for t in self.tokens if t.is_content or t.kind in ("time", "recent", "bucket")
        )
        unknown = sum(0.25 if is_verbal(t.text) else 1.0 for t in self.having("unknown"))
        return known / (known + unknown) if known + unknown else 0.0


def link(
    question: str, lexicon: Lexicon, times: TimeReading, mentions: tuple[Mention, ...]
) -> Linked:
    """Cut the question into tokens. Shape: in order of place, never overlapping."""
    return Linked(question, tuple(_Linker(question, lexicon, times, mentions).tokens()), times)


class _Linker:
    def __init__(
        self, question: str, lexicon: Lexicon, times: TimeReading, mentions: tuple[Mention, ...]
    ) -> None:
        self.question = question
        self.folded = fold(question)
        self.lexicon = lexicon
        self.fixed: dict[int, Token] = {}
        for quoted in _QUOTED.finditer(question):
            self._fix(Token("quoted", quoted.start(), quoted.end(), quoted.group(1)))
        for number in _NUMBER.finditer(question):
            value = float(number.group(1).replace(",", ""))
            text = number.group()
            self._fix(Token("number", number.start(), number.end(), text, number=value))
        for word in _NUMBER_WORD.finditer(question):
            value = float(_NUMBER_WORDS[(word.group(1) or word.group(2)).lower()])
            self._fix(Token("number", word.start(), word.end(), word.group(), number=value))
        for leftover in times.leftovers:
            amount = _AMOUNT.match(leftover.text) if leftover.kind == "quantity" else None
            if amount is not None:
                place, value = leftover.start, float(amount.group())
                self._fix(Token("number", place, leftover.end, leftover.text, number=value))
        for mention in mentions:
            text = question[mention.start : mention.end]
            self._fix(Token("entity", mention.start, mention.end, text, mention=mention))
        for vague in times.vague:
            text = question[vague.start : vague.end]
            self._fix(Token("recent", vague.start, vague.end, text))
        for cut in times.bucket_spans:
            self._fix(Token("bucket", cut.start, cut.end, question[cut.start : cut.end]))
        for span in times.ranges:
            text = question[span.start : span.end]
            self._fix(Token("time", span.start, span.end, text, time=span.range))

    def _fix(self, token: Token) -> None:
        held = self.fixed.get(token.start)
        if held is None or token.end >= held.end:
            self.fixed[token.start] = token

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        covered = 0
        for word in words(self.question):
            if word.end <= covered:
                continue
            position = max(word.start, covered)
            while position < word.end:
                token = self._at(position, word.end)
                if token is None:
                    rest = self.question[position : word.end]
                    if found and found[-1].kind == "number" and self.lexicon.is_unit(rest):
                        position = word.end  # 64 GB: the column knows its unit
                        break
                    if position == word.start or not is_particle_tail(rest):
                        found.append(self._unknown(position, word.end))
                    position = word.end
                    break
                found.append(token)
                position = token.end
                if position < word.end and self._is_tail(position, word.end):
                    position = word.end
            covered = position
        return found

    def _at(self, position: int, word_end: int) -> Token | None:
        term = self._term(position, word_end)
        fixed = self._fixed_at(position)
        if fixed is None or (term is not None and term.end > fixed.end):
            return term
        return fixed

    def _fixed_at(self, position: int) -> Token | None:
        fixed = self.fixed.get(position)
        if fixed is None:
            before = self.question[position - 1] if position else " "
            fixed = self.fixed.get(position - 1) if before in "\"“'‘「『" else None
        return fixed

    def _term(self, position: int, word_end: int) -> Token | None:
        for end, meanings in self.lexicon.longest(self.folded, position):
            if self._tail_fits(end, self._word_end(end, word_end)):
                return Token("term", position, end, self.question[position:end], meanings)
        return None

    def _word_end(self, position: int, word_end: int) -> int:
        """End of the word that `position` is in, where a term ran past its first word."""
        if position <= word_end:
            return word_end
        end = position
        while end < len(self.question) and (
            self.question[end].isalnum() or self.question[end] in "-'"
        ):
            end += 1
        return end

    def _tail_fits(self, position: int, word_end: int) -> bool:
        """Whether the rest of a word is terms in a row, with nothing but particles left over."""
        if word_end - position > _LONGEST_TAIL:
            return False
        open_, seen = [(position, word_end)], set[int]()
        while open_:
            position, word_end = open_.pop()
            if position in seen:
                continue
            seen.add(position)
            fits = self._ends_here(position, word_end)
            if fits:
                return True
            if fits is None:
                terms = self.lexicon.longest(self.folded, position)
                open_ += [(end, self._word_end(end, word_end)) for end, _ in terms]
        return False

    def _ends_here(self, position: int, word_end: int) -> bool | None:
        """None: only if another term follows."""
        if position >= word_end:
            return True
        before, after = self.question[position - 1], self.question[position]
        if after in "-/.'’" and not is_hangul(before):
            return after in "'’"
        if not (is_hangul(before) or is_hangul(after)):
            return False
        return True if self._is_tail(position, word_end) else None

    def _is_tail(self, position: int, word_end: int) -> bool:
        """Only particles are left, and not the cue 별 or 마다, which asks for groups."""
        tail = self.question[position:word_end]
        if tail.startswith(("별", "마다")):
            return False
        return tail.lower() in ("'s", "’s") or tail in _LIGHT_VERBS or is_particle_tail(tail)

    def _unknown(self, start: int, end: int) -> Token:
        text = self.question[start:end]
        cue = stem_cue(text)
        if cue is not None:
            return Token("term", start, end, text, (Meaning("cue", cue),))
        happened = self.lexicon.happening(self.folded[start:end])
        if happened:
            return Token("term", start, end, text, happened)
        shorter = strip_particles(text)[1:] if is_hangul(text[-1]) else ()
        codes = [s for s in shorter if not is_hangul(s[-1])]
        stems = codes or [s for s in shorter if len(s) >= 2]
        return Token("unknown", start, end, stems[0] if stems else text)


def is_verbal(word: str) -> bool:
    return is_hangul(word[-1]) and word.endswith(_VERBAL_END)


def loose_words(linked: Linked) -> list[Token]:
    """ "Over" in "the maximum over what X needs" compares nothing: no number follows it."""
    tokens = linked.tokens
    return [
        token
        for place, token in enumerate(tokens)
        if token.cue("op") and not any(t.kind == "number" for t in tokens[place : place + 3])
    ]
