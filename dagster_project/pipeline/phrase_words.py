"""The words of a phrased sentence against those that may be said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.phrase_facts import Facts
from dagster_project.pipeline.phrase_marks import Marked, roots_in, roots_of
from dagster_project.planner.korean import is_particle_tail
from dagster_project.planner.text import fold, words

_FUNCTION = re.compile(
    r"a|an|the|any|of|in|on|at|by|for|from|to|as|with|is|are|was|were|be|been|there|it|this|that|has|"
    r"have|had|and|or"
)
_SPAN = r"(?:hour|day|week|month|quarter|year|weekend|morning|afternoon|evening|night)s?"
_TIMES = re.compile(
    rf"(?<![a-z])(?:(?:this|last|past|next|previous|current|coming|each|every) {_SPAN}|today|"
    rf"yesterday|tomorrow|tonight|now|currently|recently|ago|hourly|daily|weekly|monthly|yearly)(?![a-z])|"
    r"오늘|어제|그제|그저께|내일|모레|금일|작일|올해|작년|재작년|현재|지금|방금|"
    r"(?:이번|지난|다음|저번|매) ?(?:시간|날|주|달|분기|해|년)"
)
_JUDGED_ELSEWHERE = (lexicon.NEGATION, lexicon.QUANTITY, *lexicon.DIRECTIONS.values())
_WHETHER = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|why)(?![a-z])|왜|"
    r"(?:어|아|야|해|나|니|까|냐|지|죠|요|음)\s*\?*$"
)
_WHICH = re.compile(
    r"(?<![a-z])(?:which|what|how|where|when|who|list|show)(?![a-z])|몇|뭐|무엇|어느|어떤|어디|언제|누가|얼마|"
    r"알려|보여|찾아|비교|있어"
)
_ALWAYS_NOW = frozenset({"현재", "지금", "now", "currently"})


def times_of(text: str) -> Iterator[str]:
    """Spans of time that a text names in words."""
    for found in _TIMES.finditer(text):
        yield found.group()


def foreign_words(marked: Marked, told: Marked, question: str, facts: Facts) -> list[str]:
    """Words that are neither asked, told, a label, a unit, nor of every report."""
    allowed = _allowed(told, question, facts)
    found = []
    for word in words(marked.words):
        text = fold(word.text)
        if is_particle_tail(text) or not lexicon.UNITS.keys().isdisjoint(roots_of(text)):
            continue
        if any(claim.search(text) for claim in _JUDGED_ELSEWHERE):
            continue
        if roots_of(text).isdisjoint(allowed):
            found.append(word.text)
    return found


def _allowed(told: Marked, question: str, facts: Facts) -> frozenset[str]:
    texts = [_asked(question), told.words, *(_ALWAYS_NOW if facts.plan.time_range is None else ())]
    texts += [mark.text for mark in told.marks.values() if mark.kinds & {"label", "value", "span"}]
    texts += [step.purpose for step in facts.steps]
    texts += [column.label for result in facts.results for column in result.columns]
    texts += [
        unit for result in facts.results for column in result.columns if (unit := column.unit)
    ]
    known = {root for text in texts for root in roots_in(text) if _is_word(root)}
    return frozenset(known) | lexicon.EVERYDAY


def _asked(question: str) -> str:
    """The question's words; one that asks whether something is so does not say that it is."""
    all_words = words(question)
    if not all_words or not _WHETHER.search(fold(question)) or _WHICH.search(fold(question)):
        return question
    return question[: all_words[-1].start]


def _is_word(root: str) -> bool:
    """One syllable of Korean is what is left of many words."""
    return root.isascii() or len(root) > 1


def denied_words(text: str) -> Iterator[tuple[str, str]]:
    """Each denial with the root of the word it denies."""
    for found in lexicon.NEGATION.finditer(text):
        korean = any("가" <= c <= "힣" for c in found.group())
        if korean:
            before = [w.text for w in words(text[: found.start()])]
            yield "not", _shortest(before[-1]) if before else ""
        else:
            after = [w.text for w in words(text[found.end() :])]
            content = [w for w in after if not _FUNCTION.fullmatch(fold(w))]
            yield "not", _shortest(content[0]) if content else ""


def opposites_of(text: str) -> Iterator[tuple[str, str]]:
    """Words with a prefix that turns them round: the word without it, and with it."""
    for word in roots_in(text):
        for prefix in lexicon.UNLIKE:
            rest = word.removeprefix(prefix)
            if rest != word and len(rest) > (5 if prefix.isascii() else 1):
                yield rest, word


def _shortest(word: str) -> str:
    return min((root for root in roots_of(word) if len(root) > 1), key=len, default=word)
