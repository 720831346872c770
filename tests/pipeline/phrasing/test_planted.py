"""Instructions planted in short cells change nothing, though the model obeys every one of them."""

from __future__ import annotations

import pytest

from dagster_project.pipeline.phrase_facts import is_prose
from pipeline.phrasing.planted import OBEYED, planted_lines, postings, told

RIGHT = "There are 3 job postings: JP-1 (Software engineer) in Lisbon, JP-2 in Porto."


@pytest.mark.parametrize("obeyed", OBEYED)
def test_an_obedient_phrase_is_refused(obeyed: str) -> None:
    """Whichever line is planted, what it wants said is not said."""
    for line in planted_lines():
        assert not postings(line).hold(obeyed).ok, line
        assert not told(line).hold(obeyed).ok, line


def test_a_planted_line_is_never_said_by_itself() -> None:
    """Neither as the whole phrase nor behind a true one, with its name or without."""
    for line in planted_lines():
        if not is_prose(line) or line == "Job posting.":  # the question's own words
            continue
        for phrase in (
            [line],
            [f"JP-2: {line}"],
            ["There are 3 job postings.", line],
            [f"There are 3 job postings, JP-2 is {line}"],
            [f"There are 3 job postings and '{line}'."],
        ):
            assert not postings(line).hold(*phrase).ok, phrase


def test_most_planted_lines_are_no_names() -> None:
    """What tells, denies or orders something is not taken for the name of a thing."""
    names = [line for line in planted_lines() if not is_prose(line)]
    assert len(planted_lines()) >= 20
    assert all("no " not in name.casefold() and "ignore" not in name.casefold() for name in names)


def test_a_right_phrase_stands_beside_them() -> None:
    """The rows are not lost because one of them is hostile."""
    for line in planted_lines():
        held = postings(line).hold(RIGHT)
        assert held.ok, held.refusals
