"""A question cut into tokens: the longest reading wins, Korean words may hold several terms."""

from __future__ import annotations

import time

import pytest
from lab.planning import planner, token_texts
from lab.rows import AS_OF


def terms(question: str) -> list[str]:
    """Texts of the understood tokens, without plain sentence words."""
    tokens = planner().read(question, AS_OF).tokens
    light = ("filler", "own", "and", "list", "with")
    return [t.text for t in tokens if t.kind != "unknown" and not any(t.cue(c) for c in light)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("심각도별", ["심각도", "별"]),
        ("심각도별로", ["심각도", "별로"]),
        ("장비별고장건수", ["장비", "별", "고장", "건수"]),
        ("장비마다", ["장비", "마다"]),
        ("미해결고장목록은", ["미해결", "고장"]),
        ("오븐들의", ["오븐"]),
        ("고장에서는", ["고장"]),
        ("온도를", ["온도"]),
        ("저울이랑 오븐은", ["저울", "오븐"]),
    ],
)
def test_korean_words_hold_terms_and_particles(question: str, expected: list[str]) -> None:
    """A compound is cut into its terms; what is left over must be particles."""
    assert terms(question) == expected


@pytest.mark.parametrize("word", ["오븐틱", "방어율", "저울질", "온도계"])
def test_a_korean_word_that_only_begins_like_a_term(word: str) -> None:
    """A term inside another word is not that term."""
    assert token_texts(word)[0][0] == "unknown"


@pytest.mark.parametrize(
    "word",
    ["faulty", "roommate", "ovenware", "scaled", "which-ever", "default", "costume", "prices2"],
)
def test_latin_words_are_never_cut(word: str) -> None:
    """A Latin word is a term whole or not at all."""
    kinds = {kind for kind, _ in token_texts(word)}
    assert kinds == {"unknown"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("the fault code", "fault code"),
        ("repair costs", "repair costs"),
        ("수리 이력을", "수리 이력"),
        ("laboratory room", "laboratory room"),
    ],
)
def test_the_longest_reading_wins(question: str, expected: str) -> None:
    """Of two terms that start at one place, the longer one is meant."""
    assert expected in [text for _, text in token_texts(question)]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("고장이 5건 넘는", 5),
        ("price over 3,000", 3000),
        ("온도 80°C 이상", 80),
        ("습도 40% 이상", 40),
        ("humidity over 40.5 percent", 40.5),
        ("상위 3대", 3),
        ("top 5 instruments", 5),
        ("15년 이상", 15),
    ],
)
def test_numbers_with_units(question: str, number: float) -> None:
    """A number is read with its counter or unit, thousands and decimals."""
    numbers = [t.number for t in planner().read(question, AS_OF).tokens if t.kind == "number"]
    assert numbers == [number]


@pytest.mark.parametrize("question", ["SC-01 고장", "faults of OV-02", "R1 instruments", "E10"])
def test_digits_of_a_name_are_no_number(question: str) -> None:
    """The 01 of SC-01 is part of a name."""
    assert "number" not in [kind for kind, _ in token_texts(question)]


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ('notes with "heater coil"', "heater coil"),
        ("메모에서 '히터' 찾아줘", "히터"),
        ("메모에서 「히터 교체」를 찾아줘", "히터 교체"),
        ("“seal_kit” in notes", "seal_kit"),
    ],
)
def test_quoted_words_stay_as_they_are(question: str, quoted: str) -> None:
    """What stands in quotes is one token, read as nothing else."""
    assert ("quoted", quoted) in token_texts(question)
    terms_ = [text for kind, text in token_texts(question) if kind == "term"]
    assert quoted.split(maxsplit=1)[0] not in terms_


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("SC-01의 고장", "SC-01"),
        ("sc 1 faults", "sc 1"),
        ("탁상 저울은 어때?", "탁상 저울"),
        ("the drying oven's repairs", "drying oven"),
        ("spinner faults", "spinner"),
    ],
)
def test_entities_win_over_terms(question: str, name: str) -> None:
    """A name of a thing is that thing, though its words are terms too (저울, oven)."""
    assert ("entity", name) in token_texts(question)


def test_tokens_are_in_order_and_apart() -> None:
    """Tokens follow the question and never overlap."""
    question = '지난주 SC-01과 "히터" 심각도별 고장이 5건 넘는 장비 and faults of OV-01'
    tokens = planner().read(question, AS_OF).tokens
    ends = [0, *(t.end for t in tokens)]
    assert all(end <= t.start < t.end for end, t in zip(ends, tokens, strict=False))


def test_coverage_is_the_share_that_was_understood() -> None:
    """An unknown noun lowers it, verbs lower it little, sentence words not at all."""
    whole = planner().read("faults of the oven", AS_OF).coverage
    half = planner().read("faults of the zeppelin", AS_OF).coverage
    verb = planner().read("고장을 봤으면 한다", AS_OF).coverage
    assert whole == 1.0
    assert half == pytest.approx(0.5)
    assert half < verb < 1.0


@pytest.mark.parametrize("noise", ["가" * 1990, "고장" * 990, "deadbeef" * 240])
def test_a_word_without_end_costs_no_more_than_its_length(noise: str) -> None:
    """The longest question that is read, all one word, is cut in less than a second."""
    started = time.perf_counter()
    assert token_texts(noise)
    assert time.perf_counter() - started < 1.0
