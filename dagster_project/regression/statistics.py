"""B8: exact tests on small counts, with nothing but binomials."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from math import comb, exp, lgamma, log

PRIOR_ATTEMPTS = 10.0
"""How many attempts the suite's own rate weighs in the rate of one case."""
USUAL_FLAKE_RATE = 0.02
"""Of a suite without a history."""


@lru_cache(maxsize=4096)
def at_most(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for n tries of chance p."""
    if k >= n:
        return 1.0
    return sum(_pmf(i, n, p) for i in range(k + 1)) if k >= 0 else 0.0


def at_least(k: int, n: int, p: float) -> float:
    """P(X ≥ k) for n tries of chance p."""
    return sum(_pmf(i, n, p) for i in range(max(k, 0), n + 1)) if k > 0 else 1.0


def _pmf(k: int, n: int, p: float) -> float:
    if p <= 0.0 or p >= 1.0:
        return float(k == (0 if p <= 0.0 else n))
    if n <= 60:
        return comb(n, k) * p**k * (1 - p) ** (n - k)
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(p) + (n - k) * log(1 - p))


def paired(worse: int, better: int) -> float:
    """One-sided exact McNemar: as many or more turned worse, were both equally likely."""
    return at_least(worse, worse + better, 0.5)


def flake_rate(failures: int, attempts: int, of_suite: float) -> float:
    """Chance that a case fails without a cause: its own record, leaning on its suite's."""
    return (failures + PRIOR_ATTEMPTS * of_suite) / (attempts + PRIOR_ATTEMPTS)


def suite_flake_rate(failures: int, attempts: int) -> float:
    """The suite's rate, leaning on the usual one as if 25 attempts had shown it."""
    return (failures + 25 * USUAL_FLAKE_RATE) / (attempts + 25)


def holm(p_values: Sequence[float], alpha: float) -> list[bool]:
    """Which of several p-values stand when all are looked at together."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    stands = [False] * len(p_values)
    for rank, place in enumerate(order):
        if p_values[place] > alpha / (len(p_values) - rank):
            break
        stands[place] = True
    return stands


def smallest_drop(n: int, usual: float, floor: float, alpha: float) -> float:
    """The smallest fall of the pass rate, spread over cases, that a night of n cases shows four
    times in five, by the floor or beside the last green night; 1.0 when it shows none.

    Units: half points.
    """
    lowest = _lowest_by_chance(n, floor, alpha)
    turned = next((k for k in range(1, n + 1) if paired(k, 0) < alpha), n + 1)

    def is_seen(drop: float) -> bool:
        by_floor = at_most(lowest, n, usual - drop)
        return by_floor >= 0.8 or at_least(turned, n, drop) >= 0.8

    drops = [k / 200 for k in range(1, int(usual * 200) + 1)]
    place = bisect_left(drops, True, key=is_seen)
    return round(drops[place], 3) if place < len(drops) else 1.0


def _lowest_by_chance(n: int, floor: float, alpha: float) -> int:
    """The most passes of n that a suite just at its floor has less often than alpha; -1: none."""
    so_far = 0.0
    for k in range(n):
        so_far += _pmf(k, n, floor)
        if so_far >= alpha:
            return k - 1
    return n - 1
