"""One decision per question: open slots, out of scope, languages, and the same plan every time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from lab.planning import decide, plan_of
from lab.rows import AS_OF

from dagster_project.contracts.plan import PlanOutput

TESTS = Path(__file__).parents[1]
QUESTIONS = (
    "hi",
    "고장 기록을 삭제해줘",
    "SC-01 상태 점검",
    "심각도별 고장 건수",
    "faults and repairs of SC-01 last week",
    "가장 뜨거운 장비의 최근 고장",
    "the little one faults",
    "XX-99 faults",
    "what is the capital of France?",
    "instruments with more than 2 faults",
    'search repair notes for "heater"',
    "compare temperature of OV-01 and OV-02 today and yesterday",
)


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("the little one faults", ["CF-01 faults", "SC-01 faults"]),
        ("faults of the little one", ["faults of CF-01", "faults of SC-01"]),
    ],
)
def test_an_ambiguous_name_is_asked_back(question: str, choices: list[str]) -> None:
    """Nothing runs; each choice is the question with the thing it means."""
    plan = plan_of(question)
    (slot,) = plan.open_slots
    assert (slot.slot, slot.reason, slot.mention) == ("entity", "ambiguous", "the little one")
    assert sorted(c.question for c in slot.choices) == choices
    assert plan.steps == ()
    for choice in slot.choices:
        assert not plan_of(choice.question).open_slots


@pytest.mark.parametrize("question", ["SC-09 고장", "faults of SC-09", "how is SC-09 doing?"])
def test_a_name_that_does_not_exist(question: str) -> None:
    """It stops before planning, with the nearest names; nothing is mapped to something else."""
    plan = plan_of(question)
    (slot,) = plan.open_slots
    assert (slot.reason, slot.mention) == ("no_such_entity", "SC-09")
    assert slot.choices[0].question == question.replace("SC-09", "SC-01")
    assert plan.steps == ()
    assert plan.entities == ()


@pytest.mark.parametrize(
    ("question", "unread", "window"),
    [
        ("저번 분기말쯤 고장", "저번 분기말", "지난 7일"),
        ("한참 전 고장", "한참 전", "지난 24시간"),
        ("faults around Easter", "Easter", "last 7 days"),
        ("faults a while ago", "a while ago", "last 30 days"),
    ],
)
def test_a_time_that_cannot_be_read_is_asked_back(question: str, unread: str, window: str) -> None:
    """A leftover time word is never guessed; the choices are windows in the question's language."""
    plan = plan_of(question)
    (slot,) = plan.open_slots
    assert (slot.slot, slot.reason, slot.mention) == ("time_range", "unread_time", unread)
    assert plan.steps == ()
    choice = next(c for c in slot.choices if c.label == window)
    chosen = plan_of(choice.question)
    assert chosen.open_slots == ()
    assert chosen.time_range is not None


@pytest.mark.parametrize(
    "question",
    [
        "what is the capital of France?",
        "오늘 점심 뭐 먹지?",
        "write me a poem about love",
        "1 + 1 = ?",
        "asdf qwer zxcv",
        "!!!",
        "🙂",
        "주가 전망이 어때?",
    ],
)
def test_out_of_scope(question: str) -> None:
    """What no catalog knows gets the policy's own words, marked as a fallback, and no query."""
    output = decide(question)
    assert output.direct is not None, output.plan
    assert output.direct.source == "fallback"
    korean = any("가" <= c <= "힣" for c in question)
    start = "실험실 장비" if korean else "I answer about the laboratory"
    assert output.direct.answer_text.startswith(start)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("SC-01 고장", "ko"),
        ("faults of SC-01", "en"),
        ("OV-01 temperature 보여줘", "ko"),
        ("show the faults of 탁상 저울 please now", "en"),
    ],
)
def test_the_plan_speaks_the_questions_language(question: str, language: str) -> None:
    """Names in other letters do not change the language of the sentence."""
    assert plan_of(question).language == language


def test_a_given_language_wins() -> None:
    """Who asks may say in which language to answer."""
    output = decide("faults of SC-01", language="ko")
    assert output.plan is not None
    assert output.plan.language == "ko"
    assert output.plan.steps[0].purpose == "고장"


def test_every_plan_is_of_its_clock() -> None:
    """The same words at another moment mean another window of the same length."""
    now, later = decide("faults yesterday"), decide("faults yesterday", AS_OF + timedelta(days=3))
    assert now.plan is not None
    assert later.plan is not None
    assert now.plan.time_range is not None
    assert later.plan.time_range is not None
    assert later.plan.time_range.start - now.plan.time_range.start == timedelta(days=3)


def _plain(output: PlanOutput) -> str:
    return output.model_dump_json(exclude={"elapsed_ms"})


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_twice(question: str) -> None:
    """Same question, assets and clock: the same output, to the letter."""
    assert _plain(decide(question)) == _plain(decide(question))


@pytest.mark.parametrize("question", QUESTIONS)
def test_spaces_case_and_marks_do_not_matter(question: str) -> None:
    """How it is typed does not change what is planned."""
    from unicodedata import normalize

    typed = decide(f"  {normalize('NFD', question)}\t ")
    assert _plain(typed) == _plain(decide(question))


_IN_A_FRESH_PROCESS = """
import sys
from lab.planning import decide
for question in sys.argv[1:]:
    print(decide(question).model_dump_json(exclude={"elapsed_ms"}))
"""


def test_the_order_of_sets_does_not_matter() -> None:
    """Two processes with different hash seeds give the same output, to the letter."""
    said = [
        subprocess.run(
            [sys.executable, "-c", _IN_A_FRESH_PROCESS, *QUESTIONS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2024")
    ]
    assert len(said[0].splitlines()) == len(QUESTIONS)
    assert said[0] == said[1]
