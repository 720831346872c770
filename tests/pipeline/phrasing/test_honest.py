"""Right phrases of real answers are let through, in both languages."""

from __future__ import annotations

import pytest

from pipeline.phrasing.answers import AnswerOf
from pipeline.phrasing.filling import filled
from pipeline.phrasing.honest import EN, KO

_LEAST_SHARE = 0.9


@pytest.mark.parametrize(("language", "phrases"), [("ko", KO), ("en", EN)])
def test_right_phrases_are_let_through(
    language: str, phrases: tuple[tuple[str, str], ...], answered: AnswerOf
) -> None:
    """Of at least thirty right phrases of a language, nearly all hold; the rest fall back."""
    assert len(phrases) >= 30
    refused = []
    for question, phrase in phrases:
        answer = answered(question)
        assert answer.plan.language == language
        sentences = filled(phrase, answer.executed)
        held = answer.hold(*sentences)
        if not held.ok:
            refused.append((sentences, held.refusals))
    share = 1 - len(refused) / len(phrases)
    assert share >= _LEAST_SHARE, refused


@pytest.mark.parametrize("question", sorted({q for q, _ in (*KO, *EN)}))
def test_the_plain_summary_holds_itself(question: str, answered: AnswerOf) -> None:
    """What code says of the rows has no figure, name or unit that the walls would call wrong."""
    answer = answered(question)
    wrong = [r for r in answer.hold(answer.plain).refusals if r.wall in ("figures", "kept")]
    assert wrong == []
