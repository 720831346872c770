"""B21: the answer says how many things of one step another one found, and which it did not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.stage import ComposeResult, Match
from dagster_project.contracts.value import Language, Text
from pipeline.graph_results import compose_of, search, walk

SOURCES = {
    "impact": Text(ko="설비 데이터베이스 2", en="Plant database 2"),
    "manuals": Text(ko="토폴로지", en="Topology"),
}


def joined(
    given_: int,
    unmatched: tuple[str, ...],
    language: Language = "en",
    sources: dict[str, Text] | None = SOURCES,
    listed: int = 20,
) -> ComposeResult:
    match = Match(
        step="s1",
        column="key",
        given=given_,
        matched=given_ - len(unmatched),
        unmatched=unmatched[:listed],
    )
    second = search(step="s2", matches=(match,), references=("r2",))
    return compose_of(walk(), second, language=language, sources=sources)


def notice(found: ComposeResult) -> NoticeBlock:
    (only,) = [b for b in found.blocks if isinstance(b, NoticeBlock)]
    return only


def test_what_was_not_matched_is_named() -> None:
    """A warning with both counts, the names, and the evidence of both steps."""
    found = joined(41, ("A-1", "B-2", "C-3"))
    told = notice(found)
    assert told.text == (
        "38 of 41 matched across Plant database 2 and Topology; these 3 did not: A-1, B-2, C-3"
    )
    assert (told.level, told.references) == ("warning", ("r1", "r2"))
    assert found.figures_unmatched == ()


def test_in_korean() -> None:
    """With the particle that fits the name before it."""
    assert notice(joined(41, ("A-1",), "ko")).text == (
        "설비 데이터베이스 2와 토폴로지: 41건 중 40건이 연결되었습니다. 나머지 1건은 없습니다: A-1"
    )


def test_all_matched_is_said_in_passing() -> None:
    """No warning where nothing is missing."""
    told = notice(joined(41, ()))
    assert told.level == "info"
    assert told.text == "All 41 matched across Plant database 2 and Topology."


def test_one_that_did_not_match() -> None:
    """In the singular."""
    assert notice(joined(2, ("X",))).text.endswith("; this one did not: X")


def test_two_steps_of_one_source_are_told_apart_by_what_they_do() -> None:
    """The source's name twice would say nothing."""
    same = dict.fromkeys(SOURCES, SOURCES["impact"])
    assert "'GT-01 impact' and 'GT-01 impact'" in notice(joined(2, ("X",), sources=same)).text
    assert "'GT-01 impact' and" in notice(joined(2, ("X",), sources=None)).text


def test_many_names_are_not_all_listed() -> None:
    """The first of them, and that there are more; the count is whole."""
    told = notice(joined(50, tuple(f"N{n}" for n in range(30)))).text
    assert "these 30 did not: N0, N1" in told
    assert told.endswith("N9 …")


def test_nothing_given_is_nothing_to_match() -> None:
    """A step without values says nothing of a join."""
    assert [b for b in joined(0, ()).blocks if isinstance(b, NoticeBlock)] == []


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=12, unique=True))
def test_whatever_the_names_are_the_warning_stands(names: list[str]) -> None:
    """Digits in a name are no figures, and a name cannot break the line or steer a terminal."""
    found = joined(41, tuple(names))
    assert found.figures_unmatched == ()
    told = notice(found).text
    assert len(told.splitlines()) == 1
    assert told.startswith(f"{41 - len(names)} of 41 matched")
