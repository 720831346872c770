"""What a question names: names, aliases, patterns, ids that do not exist."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.assets.resolver import AliasGroup, ResolverSpec
from dagster_project.resolver.index import EntityIndex, Mention
from dagster_project.resolver.names import EntityName
from tests.resolver.conftest import TODAY, plant_names, plant_spec


def _keys(mentions: tuple[Mention, ...]) -> list[str]:
    return [m.candidates[0].key for m in mentions if m.candidates]


@pytest.mark.parametrize(
    ("question", "text", "key", "by"),
    [
        ("GT-01 상태 알려줘", "GT-01", "GT-01", "name"),
        ("gt01의 온도는?", "gt01", "GT-01", "name"),
        ("GT 01 status", "GT 01", "GT-01", "name"),
        ("gt-1 온도", "gt-1", "GT-01", "pattern"),
        ("GT 1은 어때", "GT 1", "GT-01", "pattern"),
        ("가스터빈 2호기는 정상이야?", "가스터빈 2호기", "GT-02", "name"),
        ("가스터빈2호기에서 난 알람", "가스터빈2호기", "GT-02", "name"),
        ("gas turbine 3's temperature", "gas turbine 3", "GT-03", "name"),
        ("status of Turbine-01", "Turbine-01", "GT-01", "alias"),
        ("지티 원 상태", "지티 원", "GT-01", "alias"),
        ("ERP에 연결된 서버", "ERP", "SYS-ERP", "name"),
        ("서버 14번 CPU", "서버 14번", "SRV-014", "pattern"),
        ("srv-14 cpu", "srv-14", "SRV-014", "pattern"),
        ("machine 7 errors", "machine 7", "SRV-007", "pattern"),
        ("the coolingtower fan", "coolingtower", "CT-01", "name"),
        ("보일러급수펌프의 진동", "보일러급수펌프", "BFP-01", "name"),
        ("보일러 급수 펌프 진동", "보일러 급수 펌프", "BFP-01", "name"),
        ("(GT-04) 점검", "GT-04", "GT-04", "name"),
        ("GT-04상태", "GT-04", "GT-04", "name"),
        ("what is MongoDB's version?", "MongoDB", "DB-01", "name"),
    ],
)
def test_a_name_is_found_as_people_write_it(question: str, text: str, key: str, by: str) -> None:
    """Case, spaces, hyphens, particles and 's do not hide a name; the mention is only the name."""
    index = EntityIndex.build([plant_spec()], plant_names(), today=TODAY)
    (mention,) = index.find(question)
    assert (mention.text, mention.candidates[0].key) == (text, key)
    assert mention.candidates[0].matched_by == by
    assert not mention.ambiguous
    assert not mention.unknown
    assert question[mention.start : mention.end] == text


def test_several_names_in_order(index: EntityIndex) -> None:
    """Every name of a question is found, in order of place."""
    assert _keys(index.find("GT-02와 gt-1, GT-03/GT-04 비교")) == [
        "GT-02",
        "GT-01",
        "GT-03",
        "GT-04",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "which chillers are down?",
        "is it going on?",
        "this is high",
        "상위 5개 서버",
        "서버 3대 이상",
        "top 5 servers in zone",
        "machine 5000 hours",
        "UTF-8 인코딩",
        "하이브리드 서비스 목록",
        "고장 이력",
    ],
)
def test_a_name_is_not_found_inside_other_words(question: str, index: EntityIndex) -> None:
    """Go is not in "going", hi not in "which"; a number that counts something is no id."""
    assert [m for m in index.find_whole(question) if m.candidates] == []


@pytest.mark.parametrize("name", ["GT-99", "SRV-999", "GT-7", "GT-01-2", "XYZ-99", "gt-55"])
def test_an_id_nobody_has_is_told(name: str, index: EntityIndex) -> None:
    """What has the shape of an id and is none stops as unknown, and is mapped to nothing."""
    (mention,) = index.find(f"{name} 상태 알려줘")
    assert (mention.text, mention.unknown, mention.candidates) == (name, True, ())


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("가스터빈 9호기 상태", "가스터빈 9호기"),
        ("증기터빈3호기는?", "증기터빈3호기"),
        ("status of gas turbine 12", "gas turbine 12"),
    ],
)
def test_a_numbered_name_nobody_bears_is_told(question: str, name: str, index: EntityIndex) -> None:
    """The ninth of four turbines does not exist; it is not taken for all turbines."""
    (mention,) = index.find(question)
    assert (mention.text, mention.unknown) == (name, True)


def test_zeros_before_a_number_do_not_count(index: EntityIndex) -> None:
    """가스터빈 02호기 is 가스터빈 2호기."""
    assert _keys(index.find("가스터빈 02호기 상태")) == ["GT-02"]


def test_a_shared_name_is_ambiguous(index: EntityIndex) -> None:
    """A name that several things bear gives all of them; name before alias."""
    (mention,) = index.find("1호기 상태")
    assert mention.ambiguous
    assert [(c.key, c.matched_by) for c in mention.candidates] == [
        ("ST-01", "name"),
        ("GT-01", "alias"),
    ]


def test_candidates_are_limited() -> None:
    """No more candidates than the asset allows, and still ambiguous."""
    names = [EntityName("ci", f"P-{n:02d}", "예비펌프", "Spare Pump") for n in range(9)]
    index = EntityIndex.build([ResolverSpec(max_candidates=3)], names)
    (mention,) = index.find("예비펌프 상태")
    assert (mention.ambiguous, len(mention.candidates)) == (True, 3)


def test_an_expired_alias_is_not_used(index: EntityIndex) -> None:
    """An alias holds until the day it expires, not after."""
    assert index.find_whole("둘째 상태") == ()
    assert _keys(index.find_whole("셋째 상태")) == ["GT-03"]


def test_an_alias_of_a_stranger_is_not_used(index: EntityIndex) -> None:
    """An alias of a key that the data does not hold is mapped to nothing."""
    assert index.find_whole("유령 상태") == ()


def test_taken_words_are_left_alone(index: EntityIndex) -> None:
    """Words that mean something else already are not read again."""
    assert index.find("GT-01 상태", taken=[(0, 5)]) == ()


def test_the_longest_name_wins() -> None:
    """A name inside a longer name is not told beside it."""
    names = [
        EntityName("ci", "A-01", "펌프", "Pump"),
        EntityName("ci", "A-02", "급수 펌프", "Feed Pump"),
    ]
    index = EntityIndex.build([], names)
    assert _keys(index.find("급수 펌프 상태")) == ["A-02"]
    assert _keys(index.find("feed pump status")) == ["A-02"]


def test_short_names_keep_their_case() -> None:
    """A name of two letters counts only as written: IT is not in "is it on?"."""
    index = EntityIndex.build([], [EntityName("ci", "SYS-IT", "정보계", "IT")])
    assert index.find("is it on?") == ()
    assert _keys(index.find("is IT on?")) == ["SYS-IT"]


def test_labels_follow_the_question(index: EntityIndex) -> None:
    """A Korean question gets the Korean label, an English one the English."""
    assert index.find("GT-01 상태")[0].candidates[0].label == "가스터빈 1호기"
    assert index.find("status of GT-01")[0].candidates[0].label == "Gas Turbine 1"


def test_nearest_names_are_offered(index: EntityIndex) -> None:
    """For a name nobody has, the most similar things come first, each once."""
    nearest = index.nearest("GT-05", k=4)
    assert {c.key for c in nearest} == {"GT-01", "GT-02", "GT-03", "GT-04"}
    assert all(a.score >= b.score for a, b in pairwise(nearest))


def test_an_empty_index_finds_nothing() -> None:
    """Without names there is nothing to find, and nothing to offer."""
    index = EntityIndex.build(
        [ResolverSpec(alias_groups=(AliasGroup(entity="a", key="b", aliases=("c d",)),))], []
    )
    assert (index.find("c d GT-01 상태"), index.nearest("x")) == ((), ())


@given(st.text(alphabet="GT-01 가스터빈호기의는 serv'12/.", max_size=40))
def test_any_text_is_searched_without_raising(text: str) -> None:
    """Mentions are disjoint, in order, and lie inside the text."""
    mentions = SHARED.find(text)
    places = [(m.start, m.end) for m in mentions]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(a[1] <= b[0] for a, b in pairwise(places))


SHARED = EntityIndex.build([plant_spec()], plant_names(), today=TODAY)
