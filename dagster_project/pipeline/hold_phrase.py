"""Walls around a summary that a model phrased: a sentence stands only if the rows say it.

Each wall looks at one thing and tells what it refuses; one refusal drops the whole phrase, for half
of a truth is none. Nothing here asks a model or a source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.figures import unmatched_figures
from dagster_project.pipeline.phrase_facts import Facts, facts_of, spans_of
from dagster_project.pipeline.phrase_marks import (
    Clause,
    Mark,
    Marked,
    clauses_of,
    mark_sentence,
)
from dagster_project.pipeline.phrase_pairs import beside
from dagster_project.pipeline.phrase_ranks import ranges, ranks
from dagster_project.pipeline.phrase_relations import turned
from dagster_project.pipeline.phrase_told import alone, denied, dropped, moved
from dagster_project.pipeline.phrase_words import (
    denied_words,
    foreign_words,
    opposites_of,
    times_of,
)
from dagster_project.planner.text import fold, is_hangul, language_of

MOST_SENTENCES = 3
"""Or as many as the plain summary has."""
MOST_CHARACTERS = 400

Wall = Literal[
    "form", "language", "figures", "evidence", "denials", "claims", "words", "pairs", "kept"
]
_STEP = "[.!?。](?=\\s)"
_FORBIDDEN = re.compile(
    r"https?|www\.|://|@|[<>`*#|{}\[\]\\~^=_$€₩£]|(?<![\d.])\b\w+\.(?:com|net|org|io|kr|co|info|dev|ai)\b"
)
_IN_ALL = re.compile("모두 (?=[\ue000-\uf8ff] ?[건개대])|[\ue000-\uf8ff]")
""""모두 4대" is 4 in total; marks are no words."""
_BOUND = re.compile(
    r"(?<![a-z])(?:over|under|up to|at least|at most|beyond|about|within|by|down to)"
    r" ([\ue000-\uf8ff])(?! ?(?:hop|ways?|홉))"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    wall: Wall
    detail: str
    """As the model and the trace are told."""
    sentence: int | None = None
    """From 0; None where it is about all of them."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the walls say of a phrase."""

    refusals: tuple[Refusal, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.refusals


@dataclass(frozen=True)
class Ground:
    """All that sentences are held against."""

    plain: str
    plan: Plan
    question: str
    known: frozenset[str]
    literals: tuple[str, ...]
    facts: Facts

    @cached_property
    def told(self) -> Marked:
        """The plain summary, marked; its cells that are no names do not speak for it."""
        text = self.plain
        for cell in self.facts.hidden:
            text = text.replace(cell, " ")
        return mark_sentence(text, self.facts)

    @cached_property
    def asked(self) -> Marked:
        return mark_sentence(self.question, self.facts)

    @cached_property
    def clauses(self) -> list[Clause]:
        return clauses_of(self.told, self.facts)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    marked: Marked
    clauses: list[Clause]


def hold(
    sentences: Sequence[str],
    plain: str,
    executed: ExecuteResult,
    plan: Plan,
    question: str,
    known: frozenset[str],
    literals: Iterable[str],
) -> Held:
    """Whether every sentence may be shown in place of the plain summary, or what is wrong."""
    texts = [unicodedata.normalize("NFC", text).strip() for text in sentences]
    if " ".join(texts) == plain:
        return Held()
    if refused := tuple(of_form(texts, max(MOST_SENTENCES, sentences_in(plain)))):
        return Held(refused)
    ground = ground_of(plain, executed, plan, question, known, literals)
    read = [sentence_of(text, ground.facts) for text in texts]
    found = [
        Refusal(wall, detail, number)
        for number, sentence in enumerate(read)
        for wall, check in WALLS.items()
        for detail in dict.fromkeys(check(sentence, ground))
    ]
    marks = [mark for sentence in read for mark in sentence.marked.marks.values()]
    found += [
        Refusal("kept", detail)
        for detail in dict.fromkeys(dropped(ground.told, marks, texts, plain, ground.facts))
    ]
    return Held(tuple(found))


def ground_of(
    plain: str,
    executed: ExecuteResult,
    plan: Plan,
    question: str,
    known: frozenset[str],
    literals: Iterable[str],
) -> Ground:
    literals = tuple(literals)
    facts = facts_of(plan, executed, literals, plain, question)
    return Ground(plain, plan, question, known, literals, facts)


def sentence_of(text: str, facts: Facts) -> Sentence:
    marked = mark_sentence(text, facts)
    return Sentence(text, marked, clauses_of(marked, facts))


def sentences_in(text: str) -> int:
    return len(re.findall(_STEP, text)) + 1


def of_form(texts: Sequence[str], most: int = MOST_SENTENCES) -> Iterator[Refusal]:
    """Few, short, plain sentences: no line breaks, links, markup, code or hidden characters."""
    if not texts or not all(texts):
        yield Refusal("form", "there is no sentence")
    count = sum(map(sentences_in, texts))
    if count > most:
        yield Refusal("form", f"{count} sentences; at most {most}")
    if (length := sum(map(len, texts))) > MOST_CHARACTERS:
        yield Refusal("form", f"{length} characters; at most {MOST_CHARACTERS}")
    for number, text in enumerate(texts):
        hidden = [c for c in text if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"]
        if hidden:
            yield Refusal("form", f"line breaks or hidden characters ({hidden[0]!r})", number)
        elif strange := [c for c in text if _is_strange(c)]:
            yield Refusal("form", f"the character {strange[0]!r}", number)


def _is_strange(character: str) -> bool:
    """A letter of another script that looks like one, a picture."""
    category = unicodedata.category(character)
    if category in ("So", "Sk") and character not in "°℃":
        return True
    return category[0] == "L" and not (
        character.isascii() or is_hangul(character) or character in "µμ" or "À" <= character <= "ɏ"
    )


def of_markup(sentence: Sentence, _ground: Ground) -> Iterator[str]:
    """No link, address, markup or code beside what a cell holds."""
    for found in _FORBIDDEN.finditer(sentence.marked.words):
        yield f"links, addresses, markup and code are not allowed: {found.group()!r}"


def of_language(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """The ask's language; names may be foreign."""
    own = sentence.marked.words
    letters = [c for c in own if c.isalpha()]
    wanted = ground.plan.language
    spoken = language_of(own) if letters else wanted
    hangul = sum(map(is_hangul, letters))
    mixed = wanted == "en" and hangul > 0 and fold(own).strip() not in fold(ground.question)
    if spoken != wanted or mixed or (wanted == "ko" and letters and not hangul):
        yield f"it is not in the question's language ({wanted})"


def of_figures(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """Every figure is a cell, and no digit stands beside the figures and names."""
    spans = [span for step in ground.facts.steps for span in spans_of(step)]
    for figure in unmatched_figures(sentence.text, ground.known, [*ground.literals, *spans])[1]:
        yield f"figure {figure} has no cell"
    for found in re.finditer(r"[\w.,:/%-]*\d[\w.,:/%-]*", sentence.marked.words):
        yield f"{found.group()!r} is neither a figure nor a name of the rows"


def of_evidence(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """A cell of the rows stands in it, or an empty that is true."""
    if any(_is_cell(mark) for mark in sentence.marked.marks.values()):
        return
    if not any(denied(clause, ground.facts, ground.question) for clause in sentence.clauses):
        yield "no cell of the rows stands in it"


def _is_cell(mark: Mark) -> bool:
    return bool(mark.places) and (mark.figure or mark.kinds != {"quote"})


def of_denials(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """Nothing is denied that the rows, the plain summary or the question do not deny."""
    facts = set(denied_words(ground.told.words)) | set(denied_words(fold(ground.question)))
    opposites = set(opposites_of(f"{ground.question} {ground.plain}"))
    for clause in sentence.clauses:
        if lexicon.NEGATION.search(clause.text) is not None:
            if not _is_denied(clause, ground):
                yield f"it denies something that the facts do not: {clause.text.strip()!r}"
            continue
        for word in {word for _, word in facts if len(word) > 1} & clause.roots:
            yield f"the facts deny what it says of {word!r}"
        for word, opposite in opposites:
            if word in clause.roots and opposite not in clause.roots:
                yield f"the facts say {opposite!r}, not {word!r}"


def _is_denied(clause: Clause, ground: Ground) -> bool:
    """Whether a denial is the facts' own: an empty step, or the same words of the plain summary;
    or the question's, told of a cell."""
    if denied(clause, ground.facts, ground.question):
        return True
    said = _denials(clause.text)
    if said <= {pair for each in ground.clauses for pair in _denials(each.text)}:
        return True
    told = any(_is_cell(mark) for mark in clause.marks)
    return told and said <= _denials(fold(ground.question))


def _denials(text: str) -> set[tuple[str, str]]:
    """Each denial and the word it denies: after it in English, before it in Korean."""
    return set(denied_words(text))


def of_claims(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """No order, verdict, cause, share or comparison that nobody told."""
    own = _IN_ALL.sub(" ", fold(sentence.marked.bare))
    told, asked = ground.told.words, fold(ground.question)
    for what, pattern, sources in (
        ("orders and advice are not told", lexicon.ORDERS, (told,)),
        ("verdicts are not told", lexicon.JUDGEMENTS, (told,)),
        ("causes and forecasts are not told", lexicon.CAUSES, (told,)),
        ("shares and numbers in words are not told", lexicon.QUANTITY, (told, asked)),
    ):
        allowed = {m.group() for source in sources for m in pattern.finditer(source)}
        for found in pattern.finditer(own):
            if found.group() not in allowed:
                yield f"{what}: {found.group()!r}"
    for kind, pattern in lexicon.DIRECTIONS.items():
        for found in pattern.finditer(own):
            if not _compares(kind, found.group(), ground):
                yield f"the facts do not compare so: {found.group()!r}"
    for found in _BOUND.finditer(fold(sentence.marked.bare)):
        if sentence.marked.marks[found.group(1)].figure:
            yield f"a figure is what it is: {found.group()[:-1].strip()!r}"
    for time in times_of(own):
        if time not in told and time not in asked:
            yield f"nobody spoke of that time: {time!r}"


def _compares(kind: str, word: str, ground: Ground) -> bool:
    """What the plain summary compares; of the question only what the rows can prove."""
    plain = fold(ground.plain)
    labels = " ".join(m.text for m in ground.told.marks.values() if "label" in m.kinds)
    pattern = lexicon.DIRECTIONS[kind]
    if pattern.search(f"{ground.told.words} {fold(labels)}"):
        return True
    if kind in ("most", "least", "middle", "newest") and pattern.search(fold(ground.question)):
        return True
    if kind == "than" and lexicon.ASKED_COMPARISONS.fullmatch(word):
        return lexicon.ASKED_COMPARISONS.search(fold(ground.question)) is not None
    return kind in ("most", "least") and re.search(r"(?<![a-z])from .* to ", plain) is not None


def of_words(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """Its words are those of the question, the labels, the plain summary or every report."""
    for word in foreign_words(sentence.marked, ground.told, ground.question, ground.facts):
        yield f"the word {word!r} is neither asked nor told"


def of_pairs(sentence: Sentence, ground: Ground) -> Iterator[str]:
    """Units, names, labels and ranks stand beside the figures of their own cells."""
    facts = ground.facts
    yield from beside(sentence.clauses, facts)
    yield from turned(sentence.marked, ground.asked, ground.told, facts)
    yield from ranks(sentence.clauses, ground.clauses, facts)
    ranged, wrong = ranges(sentence.marked, facts)
    yield from wrong
    yield from moved(sentence.clauses, ground.clauses, ranged)
    yield from alone(sentence.clauses, ground.told, ranged, facts)


WALLS: dict[Wall, Callable[[Sentence, Ground], Iterable[str]]] = {
    "form": of_markup,
    "language": of_language,
    "figures": of_figures,
    "evidence": of_evidence,
    "denials": of_denials,
    "claims": of_claims,
    "words": of_words,
    "pairs": of_pairs,
}
"""Of one sentence; `kept` is of all of them."""
