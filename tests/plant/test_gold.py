"""The gold itself: it finds something, and it is unambiguous."""

from __future__ import annotations

import psycopg
import pytest

from plant.question import Question
from plant.questions import QUESTIONS

RANKED = [q for q in QUESTIONS if q.match == "ranking"]


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.golds], ids=lambda q: q.id)
def test_every_gold_has_rows_of_its_own(question: Question, owner: psycopg.Connection) -> None:
    """A gold that finds nothing would make an empty answer right."""
    for statement in question.golds:
        rows = owner.execute(statement.encode()).fetchall()
        assert rows
        assert len(rows) <= 200, "more than one answer shows"
        assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("question", RANKED, ids=lambda q: q.id)
def test_no_ranking_is_cut_through_a_tie(question: Question, owner: psycopg.Connection) -> None:
    """The next row after the cut is really lower, so that there is one right answer."""
    for statement in question.golds:
        shown = owner.execute(statement.encode()).fetchall()
        one_more = statement.replace(f"limit {len(shown)}", f"limit {len(shown) + 1}")
        longer = owner.execute(one_more.encode()).fetchall()
        assert len(longer) == len(shown) + 1
        assert longer[-1][-1] < shown[-1][-1]
