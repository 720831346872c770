"""A sentence with its names and figures marked, and cut into clauses.

Each mark is one private character in place of what it stands for, so that what is left is the
sentence's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from dagster_project.pipeline.figures import FIGURE
from dagster_project.pipeline.phrase_facts import Facts, Kind, Named, Place
from dagster_project.planner.korean import is_particle_tail, strip_particles
from dagster_project.planner.text import fold, stem, words

_FIRST = 0xE000
_MARKS = "\ue000-\uf8ff"
MARK = re.compile(f"[{_MARKS}]")
_HANGUL_RUN = re.compile(r"[가-힣]*")
_COPULA = re.compile(
    r"(?:이었|였|이)?(?:습니다|니다)$|입니다$|(?:이었|였)?(?:으며|고|며)$|(?:이라|라)?(?:고|는)$"
)
_BREAK = re.compile(
    rf"\s*,(?:\s*(?:and|while|but|그리고)\s+)?|(?<=[\w{_MARKS}%)'’\"”])\s+(?:and|while|whereas|but|"
    rf"그리고|및|또|또한|반면)\s+|(?<=[{_MARKS}])(?:와|과|하고|이랑|랑)\s+|(?:이고|이며|였고|였으며|이었고|이었으며|"
    rf"있고|있으며|됐고|되었고|고|며),?\s+|\s*[·/]\s*(?=[{_MARKS}])"
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\s*;\s*")
_BETWEEN = re.compile(rf"(between [{_MARKS}][ ]?[%°\w/]*) and (?=[{_MARKS}])", re.IGNORECASE)
_QUOTES = "'\"‘’“”「」『』《》"


@dataclass(frozen=True, slots=True)
class Mark:
    """A name or a figure of the sentence, with every cell that it can be."""

    text: str
    kinds: frozenset[Kind]
    places: frozenset[Place]
    figure: bool = False
    partial: bool = False
    before: str = ""
    """The word that stands before a figure, and ..."""
    after: str = ""
    """... what follows it at once."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that tells one thing."""

    bare: str
    """Folded, with a sign for each mark of its own."""
    marks: tuple[Mark, ...]
    pure: bool
    """It only names things."""
    before: tuple[Mark, ...] = ()
    """A list of names in front of it, and ..."""
    after: tuple[Mark, ...] = ()
    """... behind it: it tells of these too."""

    @property
    def others(self) -> tuple[Mark, ...]:
        return (*self.before, *self.after)

    @property
    def text(self) -> str:
        return MARK.sub(" ", self.bare)

    def in_order(self) -> list[tuple[int, Mark]]:
        """Each mark of its own and where it stands."""
        return [
            (m.start(), mark) for m, mark in zip(MARK.finditer(self.bare), self.marks, strict=True)
        ]

    @property
    def roots(self) -> frozenset[str]:
        """Of its own words, and of its labels and spans."""
        own = set(roots_in(self.text))
        for mark in (*self.marks, *self.others):
            if mark.kinds & {"label", "span", "value"}:
                own |= set(roots_in(mark.text))
        return frozenset(own)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence. `bare` has a mark for each name and figure."""

    text: str
    bare: str
    marks: dict[str, Mark] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Folded, with blanks for the marks."""
        return fold(MARK.sub(" ", self.bare))


def mark_sentence(text: str, facts: Facts) -> Marked:
    """Names first, the longest of them first; then figures."""
    numbers = count(_FIRST)
    marks: dict[str, Mark] = {}
    bare = text
    folded = fold(bare)
    for form in sorted((f for f in facts.names if f and f in folded), key=len, reverse=True):
        named = facts.names[form]
        for start in _occurrences(form, folded, quoted="quote" in named.kinds):
            sign = chr(next(numbers))
            marks[sign] = _mark_of(bare[start : start + len(form)], named)
            blank = sign + "\x00" * (len(form) - 1)
            bare = bare[:start] + blank + bare[start + len(form) :]
            folded = fold(bare)
    bare = bare.replace("\x00", "")
    bare = _mark_figures(bare, facts, marks, numbers)
    return Marked(text, bare, marks)


def _mark_of(text: str, named: Named) -> Mark:
    return Mark(text, frozenset(named.kinds), frozenset(named.places), partial=named.partial)


def _mark_figures(bare: str, facts: Facts, marks: dict[str, Mark], numbers: Iterator[int]) -> str:
    pieces: list[str] = []
    end = 0
    for found in FIGURE.finditer(bare):
        value = found.group().replace("−", "-")
        if value not in facts.figures:
            continue
        sign = chr(next(numbers))
        marks[sign] = Mark(
            text=value,
            kinds=frozenset(),
            places=frozenset(facts.figures[value]),
            figure=True,
            before=bare[max(0, found.start() - 12) : found.start()],
            after=bare[found.end() : found.end() + 16],
        )
        pieces += [bare[end : found.start()], sign]
        end = found.end()
    return "".join(pieces) + bare[end:]


def _occurrences(form: str, folded: str, *, quoted: bool) -> list[int]:
    """Where it stands as a whole word (Korean: with particles); a quote only within quotes."""
    found = []
    start = folded.find(form)
    while start >= 0:
        end = start + len(form)
        if _stands_alone(form, folded, start, end) and (
            not quoted or _is_quoted(folded, start, end)
        ):
            found.append(start)
        start = folded.find(form, end)
    return found


def _stands_alone(form: str, folded: str, start: int, end: int) -> bool:
    if start and (folded[start - 1].isalnum() or folded[start - 1] in "_-") and form[0].isalnum():
        return False
    if end < len(folded) and re.match(r"[a-z0-9_]|[-.:/]\w", folded[end:]) and form[-1].isalnum():
        return False
    tail = _HANGUL_RUN.match(folded, end)
    run = tail.group() if tail else ""
    return not run or is_particle_tail(run) or _COPULA.fullmatch(run) is not None


def _is_quoted(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and text[start - 1] in _QUOTES and text[end] in _QUOTES


def clauses_of(marked: Marked, facts: Facts) -> list[Clause]:
    """In order; a stretch that only names things goes with what it stands beside."""
    found: list[Clause] = []
    for sentence in _SENTENCES.split(_BETWEEN.sub(r"\1 to ", marked.bare)):
        parts = [_clause(part, marked, facts) for part in _BREAK.split(sentence)]
        found += _joined([part for part in parts if part.text.strip() or part.marks])
    return found


def _clause(part: str, marked: Marked, facts: Facts) -> Clause:
    marks = tuple(marked.marks[sign] for sign in MARK.findall(part))
    own = [word for word in words(MARK.sub(" ", part)) if not is_particle_tail(word.text)]
    names = [mark for mark in marks if mark.kinds - {"label", "span"} or mark.figure]
    only_names = bool(names) and not own and all(_is_key(mark, facts) for mark in names)
    columns = {(place.step, place.column) for mark in names for place in mark.places}
    return Clause(fold(part), marks, only_names and (len(columns) <= 1 or len(names) == 1))


def _is_key(mark: Mark, facts: Facts) -> bool:
    if mark.figure:
        return False
    return "entity" in mark.kinds or any(facts.identifies(place) for place in mark.places)


def _joined(clauses: list[Clause]) -> list[Clause]:
    """A run of names is told of by the clause before it and by the one after it."""
    if clauses and all(clause.pure for clause in clauses):
        first, *rest = clauses
        return [replace(first, after=tuple(mark for each in rest for mark in each.marks))]
    found: list[Clause] = []
    held: list[Mark] = []
    for clause in clauses:
        if clause.pure:
            held += clause.marks
            continue
        if held and found:
            found[-1] = replace(found[-1], after=tuple(held))
        found.append(replace(clause, before=tuple(held)))
        held = []
    if held:
        found[-1] = replace(found[-1], after=tuple(held))
    return found


def roots_of(word: str) -> set[str]:
    """A word, and what is left of it without particles and endings."""
    folded = fold(word)
    found = {folded, stem(folded)}
    if folded.isascii():
        ends = (folded.removesuffix(end) for end in ("ing", "ed", "es", "s", "d", "e"))
        return found | {root for root in ends if len(root) > 2}
    for short in strip_particles(folded):
        found |= {short, stem(short)}
    for ending in (_COPULA.sub("", folded),):
        found |= {ending, *strip_particles(ending), stem(ending)}
    return {root for root in found if root}


def roots_in(text: str) -> Iterator[str]:
    """Of all words of a text."""
    for word in words(text):
        yield from roots_of(word.text)
