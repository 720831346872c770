"""The policy's quick rules: decided before planning, matched as words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.contracts.assets.policy import QuickRule
from dagster_project.planner.korean import is_particle_tail
from dagster_project.planner.text import fold, is_hangul, normalise, words

_IMPERATIVE = re.compile(
    r"(?:하|해|시켜|시키)(?:줘|줘요|줄래|줄래요|주세요|주십시오|주라|라|세요|십시오|자|버려|고|봐|놔|둬)?(?:요)?"
)


_PLEASE = ("줘", "줘요", "줄래", "줄래요", "주세요", "주십시오", "주라")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; with `imperative` the last one is a Korean verb stem."""

    words: tuple[str, ...]
    imperative: bool


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """A policy's rules by the first word of each phrase."""

    by_first_word: dict[str, tuple[tuple[QuickRule, Phrase], ...]]

    @classmethod
    def build(cls, rules: tuple[QuickRule, ...]) -> RuleIndex:
        grouped: dict[str, list[tuple[QuickRule, Phrase]]] = {}
        for rule in rules:
            for term in rule.words.all():
                phrase = Phrase(tuple(_spoken(term)), term.rstrip().endswith("~"))
                if phrase.words:
                    grouped.setdefault(phrase.words[0], []).append((rule, phrase))
        return cls({word: tuple(found) for word, found in grouped.items()})

    def match(self, question: str) -> QuickRule | None:
        """The first rule that fits, rejects before direct answers."""
        spoken = _spoken(question)
        covered: dict[str, set[int]] = {}
        rules: dict[str, QuickRule] = {}
        for place, word in enumerate(spoken):
            for rule, phrase in self._starting(word):
                if rule.match == "starts" and place > 0:
                    continue
                if _follows(spoken, place, phrase):
                    rules[rule.name] = rule
                    covered.setdefault(rule.name, set()).update(
                        range(place, place + len(phrase.words))
                    )
        fitting = [
            rule
            for name, rule in rules.items()
            if rule.match != "whole" or len(covered[name]) == len(spoken)
        ]
        return min(fitting, key=lambda rule: rule.action != "reject", default=None)

    def _starting(self, word: str) -> Iterator[tuple[QuickRule, Phrase]]:
        """Rules whose phrase may start with this word, whole or before Korean particles."""
        ends = range(1, len(word) + 1) if is_hangul(word[0]) else (len(word),)
        for end in ends:
            yield from self.by_first_word.get(word[:end], ())


def match_rule(question: str, rules: tuple[QuickRule, ...]) -> QuickRule | None:
    """The same for rules that were not indexed before."""
    return RuleIndex.build(rules).match(question)


def fits(question: str, rule: QuickRule) -> bool:
    """`whole`: nothing but the rule's words is said; `contains`: they occur, as words."""
    return match_rule(question, (rule,)) is not None


def _spoken(text: str) -> list[str]:
    found: list[str] = []
    for word in words(fold(normalise(text))):
        if found and word.text in _PLEASE and is_hangul(found[-1][-1]):
            found[-1] += word.text  # 꺼 줘 is 꺼줘
        else:
            found.append(word.text)
    return found


def _follows(spoken: list[str], place: int, phrase: Phrase) -> bool:
    said = spoken[place : place + len(phrase.words)]
    if len(said) < len(phrase.words):
        return False
    *before, last = zip(said, phrase.words, strict=True)
    if not all(_same(one, wanted) for one, wanted in before):
        return False
    return _orders(*last) if phrase.imperative else _same(*last)


def _orders(spoken: str, stem: str) -> bool:
    return spoken.startswith(stem) and _IMPERATIVE.fullmatch(spoken[len(stem) :]) is not None


def _same(spoken: str, wanted: str) -> bool:
    if spoken == wanted:
        return True
    tail = spoken.removeprefix(wanted)
    return tail != spoken and is_hangul(wanted[-1]) and is_particle_tail(tail)
