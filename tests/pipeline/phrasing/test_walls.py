"""Each wall alone, on small rows: what it lets through and what it refuses."""

from __future__ import annotations

import pytest

from dagster_project.pipeline import hold_phrase as walls
from pipeline.phrasing.answers import EMPTY_PART, PUMPS, Answered, column, made, step_of

PHRASE = "P-1 is running with an average power of 92.5 kW."


def says(wall: str, text: str, answer: Answered = PUMPS) -> list[str]:
    """What one wall says of one sentence."""
    sentence, ground = answer.read(text)
    return list(walls.WALLS[wall](sentence, ground))  # pyright: ignore[reportArgumentType]


def test_a_right_phrase_passes_every_wall() -> None:
    """Figures, names and units of one row, in words of the question and the labels."""
    assert PUMPS.hold(PHRASE).ok


@pytest.mark.parametrize(
    "sentences",
    [
        [],
        [""],
        ["P-1."] * 4,
        ["P-1. P-1. P-1. P-1."],
        ["P-1 " * 101],
        ["P-1\nP-2"],
        ["P-1\u200b"],
        ["P-1 is оn"],
        ["P-1 \U0001f600"],
    ],
)
def test_form(sentences: list[str]) -> None:
    """At most three short sentences of visible Latin or Hangul letters."""
    assert {refusal.wall for refusal in PUMPS.hold(*sentences).refusals} == {"form"}


@pytest.mark.parametrize(
    "text",
    [
        "see https://x.example",
        "www.x",
        "a@b.c",
        "<b>P-1</b>",
        "`P-1`",
        "**P-1**",
        "[P-1](x)",
        "P-1 $5",
        "pumps.com",
        "{P-1}",
    ],
)
def test_markup(text: str) -> None:
    """No link, address, markup, code or currency sign."""
    assert says("form", text)
    assert not says("form", PHRASE)


def test_language() -> None:
    """The question's language outside of the names."""
    assert not says("language", PHRASE)
    assert says("language", "P-1의 출력은 92.5 kW입니다.")
    assert says("language", "P-1 runs 입니다 with 92.5 kW of average power and more words.")
    korean = made("P-1 출력", "P-1: 92.5 kW.", *PUMPS.executed.steps, language="ko")
    assert not says("language", "P-1의 출력은 92.5 kW입니다.", korean)
    assert says("language", PHRASE, korean)


@pytest.mark.parametrize("figure", ["92", "92.50", "93.1", "925", "9.25", "010-1234-5678", "P-3"])
def test_figures(figure: str) -> None:
    """Every figure is a cell, and no digit stands anywhere else."""
    assert says("figures", f"P-1 has {figure}.")
    assert not says("figures", PHRASE)


def test_a_figure_within_a_text_is_no_cell() -> None:
    """A number that somebody wrote into a text cell gives no ground for a sentence."""
    planted = made("state", "P-1: ok", step_of((column("id"), column("note")), (("P-1", "99.9"),)))
    assert "99.9" in planted.known
    assert (
        says("evidence", "The power is 99.9 kW.", planted)
        or not planted.hold("The power is 99.9 kW.").ok
    )


def test_evidence() -> None:
    """A name or figure of the rows; labels and what only the question names are none."""
    assert not says("evidence", PHRASE)
    assert says("evidence", "The average power of the pump is listed.")
    assert says("evidence", "P-9 has an average power.")
    assert not says("evidence", "There were no leaks.", EMPTY_PART)


@pytest.mark.parametrize(
    "text",
    [
        "P-1 is not running.",
        "There are no pumps.",
        "P-1 hasn't a state.",
        "Nothing but P-1 is seen.",
    ],
)
def test_denials(text: str) -> None:
    """Nothing is denied that the facts do not deny."""
    assert says("denials", text)
    assert not says("denials", PHRASE)


def test_a_denial_is_of_the_empty_part() -> None:
    """Of two parts, what is said of the empty one cannot be said of the other."""
    assert EMPTY_PART.hold("P-1 had no leaks and 2 faults.").ok
    assert says("denials", "P-1 had no faults.", EMPTY_PART)
    assert not EMPTY_PART.hold("P-1 had no faults and 2 leaks.").ok
    assert not EMPTY_PART.hold("P-1 had 2 faults.").ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("P-1 should be stopped.", "should"),
        ("Please call about P-1.", "please"),
        ("P-1을 재시작하세요.", "재시작"),
        ("P-1 is fine.", "fine"),
        ("P-1은 정상입니다.", "정상"),
        ("P-1 runs because of rain.", "because"),
        ("P-1은 비 때문에 멈췄습니다.", "때문"),
        ("All pumps are P-1.", "all"),
        ("Nine starts of P-1.", "nine"),
        ("P-1 모두", "모두"),
        ("P-1 has increased.", "increased"),
        ("P-1 is the highest.", "highest"),
        ("P-1은 증가했습니다.", "증가"),
        ("P-1 yesterday", "yesterday"),
        ("지난주 P-1", "지난주"),
    ],
)
def test_claims(text: str, said: str) -> None:
    """Orders, verdicts, causes, shares, comparisons and times come from the facts or not at all."""
    assert any(repr(said) in told for told in says("claims", text))
    assert not says("claims", PHRASE)


def test_words() -> None:
    """A word that is neither asked, told, a label nor of every report is named."""
    assert not says("words", PHRASE)
    assert says("words", "P-1 was sabotaged.") == ["the word 'sabotaged' is neither asked nor told"]


@pytest.mark.parametrize(
    "text",
    [
        "P-1 has an average power of 71 kW.",
        "P-2 has an average power of 92.5 kW.",
        "P-1 has an average power of 92.5 MW.",
        "P-1 has an average power of 92.5%.",
        "P-1 has 92.5 starts kW, P-2 has 3.",
        "P-1 has an average power of 40.",
        "P-1 is stopped.",
        "P-2, P-1 are running.",
        "running: P-1, P-2.",
        "pump: P-1, state: stopped.",
        "P-1 was seen at 2026-03-13 07:30.",
        "P-1 and P-2 have an average power of 92.5 kW.",
        "71 kW, 92.5 kW: P-1.",
    ],
)
def test_pairs(text: str) -> None:
    """Names, units, labels, states and times stand beside the figures of their own row."""
    assert says("pairs", text)
    assert not says("pairs", PHRASE)
    assert not says("pairs", "P-2 is stopped with 71 kW, P-1 is running with 92.5 kW.")


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("P-2 has an average power of 71 kW.", ["92.5", "P-1"]),
        ("P-1 is running.", ["92.5"]),
        ("92.5 kW is the average power.", ["P-1"]),
    ],
)
def test_kept(text: str, left_out: list[str]) -> None:
    """What the plain summary tells is told."""
    told = [r.detail for r in PUMPS.hold(text).refusals if r.wall == "kept"]
    assert all(any(word in detail for detail in told) for word in left_out)
    assert not [r for r in PUMPS.hold(PHRASE).refusals if r.wall == "kept"]


def test_a_failed_part_is_told_in_the_house_s_words() -> None:
    """What could not be asked is no zero: only the plain summary's own sentence stands."""
    down = made(
        "leaks of P-1 and pumps",
        "leak: The data source did not answer. pump: 1 in total.",
        step_of((column("count", "count", "integer"),), (), "s1", "source_down"),
        step_of((column("id", "pump"),), (("P-1",),), "s2"),
        purposes=("leak", "pump"),
    )
    assert down.hold("leak: The data source did not answer.", "There is 1 pump, P-1.").ok
    assert not down.hold("There were no leaks, and 1 pump, P-1.").ok
    assert not down.hold("pump: The data source did not answer.", "There is 1 leak, P-1.").ok
