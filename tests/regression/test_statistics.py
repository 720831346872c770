"""Exact tests, held against sums by hand and against chance itself."""

from __future__ import annotations

import random
from math import isclose

import pytest

from dagster_project.regression.statistics import (
    at_least,
    at_most,
    flake_rate,
    holm,
    paired,
    smallest_drop,
    suite_flake_rate,
)


def test_tails_are_those_of_the_binomial() -> None:
    """Known values, and both tails together make one."""
    assert isclose(at_most(1, 4, 0.5), 5 / 16)
    assert isclose(at_least(3, 3, 0.02), 8e-6)
    for n, p in ((7, 0.3), (200, 0.95), (5_000, 0.01)):
        for k in (0, 1, n // 2, n - 1, n):
            assert isclose(at_most(k - 1, n, p) + at_least(k, n, p), 1.0, rel_tol=1e-6)


def test_the_edges_are_certain() -> None:
    """With no chance at all, or none left, nothing is uncertain."""
    assert (at_most(0, 5, 0.0), at_least(1, 5, 0.0)) == (1.0, 0.0)
    assert (at_most(4, 5, 1.0), at_least(5, 5, 1.0)) == (0.0, 1.0)
    assert (at_most(-1, 5, 0.5), at_least(0, 5, 0.5), at_most(9, 5, 0.5)) == (0.0, 1.0, 1.0)


def test_pairs_count_only_those_that_turned() -> None:
    """Seven that turned worse and none better are significant at 1 %; six are not."""
    assert paired(7, 0) < 0.01 < paired(6, 0)
    assert paired(5, 5) > 0.5


def test_a_case_leans_on_its_suite_until_it_has_a_record() -> None:
    """Without a record a case is as flaky as its suite; its own failures then outweigh that."""
    suite = suite_flake_rate(0, 480)
    assert suite < 0.002
    assert flake_rate(0, 0, suite) == pytest.approx(suite)
    assert flake_rate(9, 30, suite) > 0.2
    assert flake_rate(0, 300, suite) < suite


def test_holm_asks_more_the_more_is_looked_at() -> None:
    """One small value among many counts; one of middling size counts only alone."""
    assert holm([0.004], 0.01) == [True]
    assert holm([0.004, *[0.9] * 9], 0.01) == [False] * 10
    assert holm([0.9, 0.0001, 0.002], 0.01) == [False, True, True]
    assert holm([], 0.01) == []


@pytest.mark.parametrize("n", [20, 48, 400])
def test_the_smallest_drop_is_seen_four_times_in_five(n: int) -> None:
    """Nights drawn with just that drop are red about as often as it says, and smaller ones less."""
    floor, usual, alpha = 0.9, 0.99, 0.01
    drop = smallest_drop(n, usual, floor, alpha)
    assert 0 < drop < 1
    assert _seen(n, usual, drop, floor, alpha) >= 0.72
    assert _seen(n, usual, drop / 3, floor, alpha) < 0.72


def _seen(n: int, usual: float, drop: float, floor: float, alpha: float) -> float:
    """Share of drawn nights that the floor or the pairs show."""
    chance = random.Random(3)
    red = 0
    for _ in range(400):
        turned = sum(chance.random() < drop for _ in range(n))
        failed = turned + sum(chance.random() > usual for _ in range(n - turned))
        by_floor = at_most(n - failed, n, floor) < alpha
        red += by_floor or paired(turned, 0) < alpha
    return red / 400


def test_few_cases_see_no_spread_drop() -> None:
    """Two cases cannot tell a drop from chance, and the figure says so."""
    assert smallest_drop(2, 0.99, 0.95, 0.001) == 1.0
