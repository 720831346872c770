"""A right phrase with one figure, name or unit changed is always refused."""

from __future__ import annotations

import random
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.pipeline.hold_phrase import hold
from dagster_project.pipeline.phrase_lexicon import UNITS
from dagster_project.pipeline.phrase_pairs import names_a_row, unit_beside
from pipeline.phrasing.answers import Answered, AnswerOf
from pipeline.phrasing.filling import filled
from pipeline.phrasing.honest import EN, KO

_FEW = settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_PHRASES = (*KO, *EN)
_WRITTEN = ("%", "°C", "kW", "GW", "rpm", "bar", "ms", "KRW", "USD", "mm/s", "h", "GB", "Mbit/s")


def _right(number: int, answered: AnswerOf) -> tuple[Answered, list[str]] | None:
    question, phrase = _PHRASES[number]
    answer = answered(question)
    sentences = filled(phrase, answer.executed)
    return (answer, sentences) if answer.hold(*sentences).ok else None


@_FEW
@given(st.integers(0, len(_PHRASES) - 1), st.integers(1, 9), st.randoms(use_true_random=False))
def test_a_changed_digit(answered: AnswerOf, number: int, by: int, chance: random.Random) -> None:
    """One digit of one figure is another: no such phrase stands."""
    if (right := _right(number, answered)) is None:
        return
    answer, sentences = right
    marks = answer.read(" ".join(sentences))[0].marked.marks.values()
    figures = sorted({mark.text for mark in marks if mark.figure})
    if not figures:
        return
    figure = chance.choice(figures)
    places = [n for n, c in enumerate(figure) if c.isdigit()]
    at = chance.choice(places)
    changed = f"{figure[:at]}{(int(figure[at]) + by) % 10}{figure[at + 1 :]}"
    pattern = rf"(?<![\w.,:/-]){re.escape(figure)}(?![\d.,]*\d)"
    edited = [re.sub(pattern, changed, one) for one in sentences]
    if edited != sentences:
        assert not answer.hold(*edited).ok, edited


@_FEW
@given(st.integers(0, len(_PHRASES) - 1), st.randoms(use_true_random=False))
def test_a_figure_of_another_cell(answered: AnswerOf, number: int, chance: random.Random) -> None:
    """A figure of the rows in the place of another one: known, and still wrong."""
    if (right := _right(number, answered)) is None:
        return
    answer, sentences = right
    facts = answer.ground().facts
    marks = answer.read(" ".join(sentences))[0].marked.marks.values()
    figures = sorted({mark.text for mark in marks if mark.figure})
    if not figures:
        return
    figure = chance.choice(figures)
    other = chance.choice(sorted(facts.figures))
    pattern = rf"(?<![\w.,:/-]){re.escape(figure)}(?![\d.,]*\d)"
    edited = [re.sub(pattern, other, one) for one in sentences]
    if other.lstrip("-") != figure.lstrip("-") and edited != sentences:
        assert not answer.hold(*edited).ok, edited


@_FEW
@given(st.integers(0, len(_PHRASES) - 1), st.randoms(use_true_random=False))
def test_a_name_of_another_row(answered: AnswerOf, number: int, chance: random.Random) -> None:
    """A name in place of another: refused wherever the rows differ in what is told of them."""
    if (right := _right(number, answered)) is None:
        return
    answer, sentences = right
    sentence, ground = answer.read(" ".join(sentences))
    facts = ground.facts
    names = [
        mark
        for mark in sentence.marked.marks.values()
        if not mark.figure and mark.places and names_a_row(mark, facts)
    ]
    if not names:
        return
    mark = chance.choice(names)
    place = chance.choice(sorted(mark.places))
    rows = facts.results[place.step].rows
    other = chance.choice(rows)[place.column]  # pyright: ignore[reportArgumentType, reportCallIssue]
    if not isinstance(other, str) or other == facts.cell(place) or other in " ".join(sentences):
        return
    edited = [one.replace(mark.text, other) for one in sentences]
    told = mark.text in answer.plain
    beside = len([m for m in sentence.marked.marks.values() if m.figure and _of_a_row(m)]) > 0
    if told or beside:
        held = hold(
            edited,
            answer.plain,
            answer.executed,
            answer.plan,
            answer.question,
            answer.known,
            answer.literals,
        )
        assert not held.ok or _is_as_true(mark, other, answer), edited


def _of_a_row(mark: object) -> bool:
    return any(place.row is not None for place in mark.places)  # pyright: ignore[reportAttributeAccessIssue]


def _is_as_true(mark: object, other: str, answer: Answered) -> bool:
    """The other row has the same figures, or only a list of rows was told."""
    for result in answer.executed.steps:
        numbers = [
            [c for c, k in zip(row, result.columns, strict=True) if k.type in ("integer", "number")]
            for row in result.rows
        ]
        named = [
            n
            for n, row in enumerate(result.rows)
            if other in row or mark.text in row  # pyright: ignore[reportAttributeAccessIssue]
        ]
        if len(named) > 1 and any(numbers[n] != numbers[named[0]] for n in named):
            return False
    return True


@_FEW
@given(
    st.integers(0, len(_PHRASES) - 1), st.sampled_from(_WRITTEN), st.randoms(use_true_random=False)
)
def test_another_unit(answered: AnswerOf, number: int, unit: str, chance: random.Random) -> None:
    """A figure with a unit that is not its own."""
    if (right := _right(number, answered)) is None:
        return
    answer, sentences = right
    marks = answer.read(" ".join(sentences))[0].marked.marks.values()
    measured = [m for m in marks if m.figure and unit_beside(m) not in ("", "count")]
    if not measured:
        return
    mark = chance.choice(measured)
    own = unit_beside(mark)
    if UNITS.get(unit.casefold(), unit.casefold()) == own:
        return
    spelt = re.match(r"\s?(?:[%°℃]C?|[A-Za-z]+(?:/[a-z]+)?|원|h)", mark.after)
    if spelt is None:
        return
    edited = [
        one.replace(f"{mark.text}{spelt.group()}", f"{mark.text} {unit}") for one in sentences
    ]
    if edited != sentences:
        assert not answer.hold(*edited).ok, edited
