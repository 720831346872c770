"""Wrong phrases of real answers are never let through."""

from __future__ import annotations

import pytest

from pipeline.phrasing.answers import AnswerOf
from pipeline.phrasing.filling import filled
from pipeline.phrasing.hostile import HOSTILE


def test_there_are_enough_of_them() -> None:
    """At least sixty, of many kinds."""
    assert len(HOSTILE) >= 60
    assert len({why for why, _, _ in HOSTILE}) >= 30


@pytest.mark.parametrize(
    ("why", "question", "phrase"), HOSTILE, ids=[f"{n}-{w}" for n, (w, _, _) in enumerate(HOSTILE)]
)
def test_a_wrong_phrase_is_refused(
    why: str, question: str, phrase: str, answered: AnswerOf
) -> None:
    """Whatever is wrong with it, the walls say something, and it is not shown."""
    answer = answered(question)
    held = answer.hold(*filled(phrase, answer.executed))
    assert not held.ok, why
    assert all(refusal.detail for refusal in held.refusals)
