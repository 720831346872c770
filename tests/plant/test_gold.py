"""The gold itself: it finds something, it is unambiguous, and the comparison can fail."""

from __future__ import annotations

import psycopg
import pytest

from plant.gold import newest_rows, same_ranking, same_rows
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


def test_rows_are_compared_by_value_and_role() -> None:
    """Names and further columns do not matter; a wrong, missing or swapped value does."""
    gold = [("GT-01", 5), ("GT-02", 3)]
    names, roles = ["ci_id", "m_count"], [False, False, True]
    assert same_rows(names, gold, roles, [("x", "GT-02", 3.0), ("y", "GT-01", 5)])
    assert not same_rows(names, gold, roles, [("x", "GT-02", 5), ("y", "GT-01", 3)])
    assert not same_rows(names, gold, roles, [("x", "GT-01", 5)])
    assert not same_rows(names, gold, [False, False, False], [("x", "GT-02", 3), ("y", "GT-01", 5)])


def test_a_ranking_must_be_in_order() -> None:
    """Ties may stand in any order, ranks may not."""
    gold = [("a", 5), ("b", 3), ("c", 3)]
    names, roles = ["k", "m_n"], [False, True]
    assert same_ranking(names, gold, roles, [("a", 5), ("c", 3), ("b", 3)])
    assert not same_ranking(names, gold, roles, [("c", 3), ("a", 5), ("b", 3)])


def test_the_newest_rows_are_a_top_part() -> None:
    """Some of the newest are enough; a skipped one, or a single one of many, is not."""
    gold = [(5,), (4,), (3,), (2,)]
    assert newest_rows(["t"], gold, [False], [(5,), (4,), (3,)])
    assert not newest_rows(["t"], gold, [False], [(5,), (3,), (2,)])
    assert not newest_rows(["t"], gold, [False], [(5,)])
