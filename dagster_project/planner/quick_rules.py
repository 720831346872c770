"""The policy's quick rules: decided before planning, matched as words."""

from __future__ import annotations

from functools import lru_cache

from dagster_project.contracts.assets.policy import QuickRule
from dagster_project.planner.korean import is_particle_tail
from dagster_project.planner.text import fold, is_hangul, normalise, words


def match_rule(question: str, rules: tuple[QuickRule, ...]) -> QuickRule | None:
    """The first rule that fits, rejects before direct answers."""
    found = [rule for rule in rules if fits(question, rule)]
    return min(found, key=lambda rule: rule.action != "reject", default=None)


def fits(question: str, rule: QuickRule) -> bool:
    """`whole`: nothing but the rule's words is said; `contains`: they occur, as words."""
    spoken = _spoken(question)
    covered = [False] * len(spoken)
    hit = False
    for phrase in _phrases(rule.words.all()):
        for start in range(len(spoken) - len(phrase) + 1):
            if all(_same(spoken[start + i], part) for i, part in enumerate(phrase)):
                hit = True
                covered[start : start + len(phrase)] = [True] * len(phrase)
    return hit and (rule.match == "contains" or all(covered))


def _spoken(text: str) -> list[str]:
    return [word.text for word in words(fold(normalise(text)))]


@lru_cache(maxsize=256)
def _phrases(terms: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(phrase for term in terms if (phrase := tuple(_spoken(term))))


def _same(spoken: str, wanted: str) -> bool:
    if spoken == wanted:
        return True
    tail = spoken.removeprefix(wanted)
    return tail != spoken and is_hangul(wanted[-1]) and is_particle_tail(tail)
