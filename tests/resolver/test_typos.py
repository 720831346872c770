"""Misspelt names: one or two wrong keys, Korean typed in Latin mode, never ordinary words."""

from __future__ import annotations

import pytest

from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import keystrokes

MISSPELT = [
    ("가스터번 1호기 상태", "GT-01"),
    ("가스텨빈 2호기 온도", "GT-02"),
    ("가스터비 3호기 알람", "GT-03"),
    ("가스타빈 4호기", "GT-04"),
    ("증기터번 2호기 부하", "ST-02"),
    ("증기텨빈 1호기는?", "ST-01"),
    ("rktmxjqls 3호기 상태", "GT-03"),
    ("gas trubine 1 status", "GT-01"),
    ("gas turbin 2 status", "GT-02"),
    ("gaz turbine 3 alarms", "GT-03"),
    ("steam turbne 2", "ST-02"),
    ("steem turbine 1", "ST-01"),
    ("분산재어시스템이 느려", "SYS-DCS"),
    ("분산제어시스탬 상태", "SYS-DCS"),
    ("전사자원괸리 상태", "SYS-ERP"),
    ("enterprize planning status", "SYS-ERP"),
    ("보일러 급수펌포 진동", "BFP-01"),
    ("보일려 급수펌프 진동", "BFP-01"),
    ("boiler fed pump vibration", "BFP-01"),
    ("coolling tower fan", "CT-01"),
    ("main transfromer load", "TR-01"),
]


@pytest.mark.parametrize(("question", "key"), MISSPELT)
def test_a_misspelt_name_is_found(question: str, key: str, index: EntityIndex) -> None:
    """One or two wrong, missing, doubled or swapped keys still mean the one name they are near."""
    mentions = index.find(question)
    assert [(c.key, c.matched_by) for m in mentions for c in m.candidates] == [(key, "typo")]
    assert mentions[0].candidates[0].score >= 0.78


@pytest.mark.parametrize(
    "question",
    [
        "상태가 나쁜 설비 목록을 보여줘",
        "최근 알람이 많은 장비는 무엇인가요",
        "점검 이력과 정비 비용을 알려줘",
        "가스터빈 목록",
        "가스터빈 9호기",
        "show me the temperature trend for all machines",
        "which transformers are critical?",
        "how many servers were restarted last week",
        "cooling water flow",
        "planning meeting notes",
    ],
)
def test_ordinary_words_are_no_misspelt_names(question: str, index: EntityIndex) -> None:
    """Words that merely resemble a name, and names with another number, are not mapped to it."""
    assert [c.key for m in index.find(question) for c in m.candidates] == []


def test_a_term_is_never_a_misspelt_name(index: EntityIndex) -> None:
    """What the caller knows as a term stays a term."""
    question = "main transfromer load"
    assert index.find(question, is_term=lambda start, end: question[start:end] != "load") == ()


def test_two_near_names_are_both_offered() -> None:
    """A misspelt name as near to two things is ambiguous."""
    names = [EntityName("ci", "A", "일차냉각기", ""), EntityName("ci", "B", "이차냉각기", "")]
    index = EntityIndex.build([], names)
    (mention,) = index.find("잉차냉각기 상태")
    assert (mention.ambiguous, {c.key for c in mention.candidates}) == (True, {"A", "B"})
    (mention,) = index.find("일차냉각가 상태")
    assert (mention.ambiguous, mention.candidates[0].key) == (False, "A")


def test_keystrokes_are_the_keys_that_type_it() -> None:
    """Korean and what comes of typing it in Latin mode are the same keys."""
    assert keystrokes("가스터빈") == "rktmxjqls"
    assert keystrokes("값 과") == "rkqtrhk"
    assert keystrokes("GT-01") == "gt01"


def test_a_strict_site_finds_fewer() -> None:
    """The policy's typo score decides how near is near enough."""
    names = [EntityName("ci", "CT-01", "냉각탑", "Cooling Tower")]
    question = "coolling towr fan"
    assert EntityIndex.build([], names, typo_score=0.78).find(question) != ()
    assert EntityIndex.build([], names, typo_score=0.95).find(question) == ()
