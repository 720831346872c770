"""Rules that are decided before planning: words, never pieces of words."""

from __future__ import annotations

import pytest
from lab.planning import decide, policy

from dagster_project.contracts.assets.policy import QuickRule
from dagster_project.contracts.value import Names, Text
from dagster_project.planner.quick_rules import fits, match_rule

SAID = Text(ko="예", en="yes")


def rule(name: str, match: str, *words: str, action: str = "direct") -> QuickRule:
    return QuickRule(
        name=name,
        action=action,  # pyright: ignore[reportArgumentType]
        match=match,  # pyright: ignore[reportArgumentType]
        words=Names(en=words),
        answer=SAID,
        examples=(),
    )


HI = rule("greeting", "whole", "hi", "안녕", "good morning", "모닝")
DELETE = rule("writes", "contains", "delete", "drop table", "삭제", action="reject")


@pytest.mark.parametrize(
    "question",
    [
        "hi",
        "Hi!",
        "  HI ",
        "hi hi",
        "안녕",
        "안녕?",
        "good morning",
        "Good  Morning!!",
        "hi, good morning",
    ],
)
def test_whole_is_nothing_but_the_words(question: str) -> None:
    """A greeting is a question that says nothing else."""
    assert fits(question, HI)


@pytest.mark.parametrize(
    "question",
    [
        "which oven?",
        "history",
        "high temperature",
        "hi there oven",
        "shift hi-res",
        "good",
        "morning good",
        "안녕 고장 목록",
        "안녕하세요",
        "굿모닝",
        "",
        "?!",
    ],
)
def test_whole_is_not_a_piece(question: str) -> None:
    """`hi` is not in "which", and a greeting before a question does not hide the question."""
    assert not fits(question, HI)


@pytest.mark.parametrize(
    "question",
    [
        "delete it",
        "please DELETE everything",
        "drop  table faults",
        "고장 삭제",
        "고장을 삭제는 못 하나",
        "이거 삭제만",
        "hi, delete it",
    ],
)
def test_contains_is_a_word_of_the_question(question: str) -> None:
    """The words occur as words, a Korean one also before particles."""
    assert fits(question, DELETE)


@pytest.mark.parametrize(
    "question",
    [
        "deleted rows",
        "undelete",
        "show deleted_at",
        "drop the table",
        "table drop",
        "무삭제판",
        "삭제된 목록",
    ],
)
def test_contains_is_not_a_piece_of_a_word(question: str) -> None:
    """`delete` is not in "deleted", nor 삭제 in 삭제된."""
    assert not fits(question, DELETE)


def test_rejects_come_before_direct_answers() -> None:
    """Where both fit, the forbidden operation decides, whatever the order of the rules."""
    bye = rule("bye", "contains", "delete")
    for rules in ((bye, DELETE), (DELETE, bye)):
        found = match_rule("delete this", rules)
        assert found is not None
        assert found.action == "reject"


def test_the_sites_rules_keep_their_examples() -> None:
    """Every example of a policy is decided by its rule, no counter-example is."""
    for quick in policy().quick_rules:
        for example in quick.examples:
            found = match_rule(example, policy().quick_rules)
            assert found is not None, example
            assert found.name == quick.name
        assert [c for c in quick.counter_examples if fits(c, quick)] == []


def test_a_direct_answer() -> None:
    """A greeting is answered at once, in its own language, surely and from knowledge."""
    english, korean = decide("hello"), decide("안녕하세요")
    assert english.direct is not None
    assert korean.direct is not None
    assert english.direct.answer_text == "Hello. Ask about the instruments."
    assert korean.direct.answer_text == "안녕하세요. 장비에 대해 물어보세요."
    assert (english.direct.source, english.direct.confidence) == ("knowledge", 1.0)


def test_a_reject() -> None:
    """A refusal names its rule and a way out, in the question's language."""
    found = decide("고장 기록을 삭제해줘")
    assert found.reject is not None
    assert found.reject.policy_id == "default:1#writes"
    assert found.reject.reason == "이 시스템은 읽기만 합니다."
    assert found.reject.suggestion == "조회를 해 보세요."
