"""The search by halves: what it finds and how few tries it needs."""

from __future__ import annotations

import random
from math import ceil, log2

import pytest

from dagster_project.regression.minimal_cause import minimal_cause

ITEMS = tuple(f"a{place:02}" for place in range(20))


@pytest.mark.parametrize("guilty", ITEMS)
def test_one_culprit_among_twenty_takes_about_log2_tries(guilty: str) -> None:
    """All, halves of it, and the one alone."""
    cause = minimal_cause(ITEMS, lambda back: guilty in back)

    assert cause.items == {guilty}
    assert cause.smallest
    assert cause.tried <= ceil(log2(len(ITEMS))) + 2


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 1000])
def test_the_culprit_is_found_in_any_number_of_items(n: int) -> None:
    """Also when it is the first, the last or the only one."""
    for guilty in {0, n // 2, n - 1}:
        cause = minimal_cause(range(n), lambda back, g=guilty: g in back)

        assert cause.items == {guilty}
        assert cause.tried <= ceil(log2(n)) + 3


def test_two_that_each_break_are_found_together() -> None:
    """Neither alone cures; both do."""
    pair = frozenset(("a03", "a17"))

    cause = minimal_cause(ITEMS, lambda back: pair <= back)

    assert cause.items == pair
    assert cause.tried <= 2 * (ceil(log2(len(ITEMS))) + 2) + len(pair)


def test_of_two_that_break_only_together_one_is_enough() -> None:
    """Putting either back cures, so one is named and not both."""
    cause = minimal_cause(ITEMS, lambda back: bool({"a03", "a17"} & back))

    assert cause.items in ({"a03"}, {"a17"})


def test_random_causes_are_found_whole_and_no_larger() -> None:
    """For causes of one to four items, wherever they stand."""
    pick = random.Random(5)
    for _ in range(200):
        guilty = frozenset(pick.sample(ITEMS, pick.randint(1, 4)))
        cause = minimal_cause(ITEMS, lambda back, g=guilty: g <= back)
        assert cause.items == guilty


def test_what_not_even_all_of_it_cures_has_no_cause() -> None:
    """One try says so."""
    cause = minimal_cause(ITEMS, lambda _: False)

    assert cause.items is None
    assert cause.tried == 1
    assert minimal_cause((), lambda _: True).items is None


def test_an_unresolved_try_is_not_taken_for_a_cure() -> None:
    """a09 cannot go back without a04: the mix would not hold together."""

    def cured(back: frozenset[str]) -> bool | None:
        return None if "a09" in back and "a04" not in back else "a09" in back

    cause = minimal_cause(ITEMS, cured)

    assert cause.items == {"a04", "a09"}


def test_what_undoes_another_change_is_left_out() -> None:
    """More going back may break anew: what is found still cures, and each item of it is needed."""

    def cured(back: frozenset[str]) -> bool:
        return "a05" in back and ("a02" not in back or "a11" in back)

    cause = minimal_cause(ITEMS, cured)

    assert cause.items is not None
    assert cured(cause.items)
    assert not any(cured(cause.items - {item}) for item in cause.items)


def test_each_set_is_asked_once() -> None:
    """A try is a run of the pipeline: none is made twice."""
    seen: list[frozenset[str]] = []

    def cured(back: frozenset[str]) -> bool:
        seen.append(back)
        return {"a01", "a08", "a15"} <= back

    cause = minimal_cause(ITEMS, cured)

    assert len(seen) == len(set(seen)) == cause.tried


def test_the_bound_on_tries_ends_the_search_with_what_cures_so_far() -> None:
    """Such an answer says of itself that fewer may do."""
    cause = minimal_cause(ITEMS, lambda back: {"a01", "a18"} <= back, most_tries=4)

    assert cause.tried == 4
    assert not cause.smallest
    assert cause.items is not None
    assert {"a01", "a18"} <= cause.items
