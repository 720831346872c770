"""Every name of the demo plant with one wrong key: found, asked about, or left; never another."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import pytest

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.registry.load import load_site
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.topology import equipment
from tests.resolver.typing_errors import one_wrong_key

SITE = Path(__file__).resolve().parents[2]
FORMS = {"ko": "{} 상태 알려줘", "en": "status of {}"}
TRIES = 3


def is_id(name: str) -> bool:
    """A tag or a code: GT-01, ERP."""
    return name.isascii() and " " not in name


@cache
def plant() -> tuple[EntityIndex, tuple[str, ...]]:
    """The index of the demo plant, and everything that its things are called."""
    spec = load_site(SITE).assets["resolver:plant"].spec
    assert isinstance(spec, ResolverSpec)
    names = [
        EntityName("ci", ci.ci_id, ci.name_ko, ci.name_en, ci.aliases)
        for ci in (*equipment(), *information_technology())
    ]
    aliases = [alias for group in spec.alias_groups for alias in group.aliases]
    spelt = dict.fromkeys([*(text for name in names for text in name.all_names()), *aliases])
    return EntityIndex.build([spec], names), tuple(spelt)


def outcome(index: EntityIndex, name: str, typo: str) -> str:
    """What becomes of the misspelt name in a question."""
    meant = {one.key for one in index.bearers(name)}
    korean = any("가" <= c <= "힣" for c in name)
    mentions = index.find(FORMS["ko" if korean else "en"].format(typo))
    for mention in mentions:
        offered = {c.key for c in mention.candidates}
        if mention.unknown or (mention.ambiguous and offered & meant):
            return "asked"
        if not mention.ambiguous and not offered <= meant:
            return "wrong"
    return "right" if any(mention.candidates for mention in mentions) else "not found"


@cache
def outcomes() -> dict[str, Counter[str]]:
    """Names and ids apart: each with a few wrong keys, without those that make another name."""
    index, spelt = plant()
    chance = Random(20)
    found: dict[str, Counter[str]] = {"names": Counter(), "ids": Counter()}
    for name in spelt:
        for _ in range(TRIES):
            typo = one_wrong_key(name, chance)
            if typo.lower() != name.lower() and not index.bearers(typo):
                found["ids" if is_id(name) else "names"][outcome(index, name, typo)] += 1
    return found


@pytest.mark.parametrize("sort", ["names", "ids"])
def test_hardly_any_is_taken_for_another_thing(sort: str) -> None:
    """At most 3 in 1,000 misspelt names are read as something else without asking."""
    counts = outcomes()[sort]
    assert counts.total() > 500
    assert counts["wrong"] <= 0.003 * counts.total(), counts


def test_most_names_are_found() -> None:
    """At least 9 of 10 misspelt names still mean their thing."""
    counts = outcomes()["names"]
    assert counts["right"] >= 0.9 * counts.total(), counts


def test_misspelt_ids_are_asked_about() -> None:
    """An id with a wrong letter is near several: hardly any is passed over in silence."""
    counts = outcomes()["ids"]
    assert counts["right"] + counts["asked"] >= 0.9 * counts.total(), counts


@pytest.mark.parametrize(
    ("question", "text", "key"),
    [
        ("status of Datbase server 3", "Datbase server 3", "SRV-014"),
        ("coling tower fan 8", "coling tower fan 8", "CTF-08"),
        ("gsa turbine 2 status", "gsa turbine 2", "GT-02"),
        ("what alarms does DCS cdontroller 3 have?", "DCS cdontroller 3", "CTRL-03"),
        ("서버 24 운영체쟤 알람", "서버 24 운영체쟤", "OS-024"),
        ("가스텨빈 3호기 압축기 상태", "가스텨빈 3호기 압축기", "CMP-03"),
        ("Operating sytsem of server 28", "Operating sytsem of server 28", "OS-028"),
    ],
)
def test_a_misspelt_longer_name_goes_before_a_name_inside_it(
    question: str, text: str, key: str
) -> None:
    """`server 3` inside of `Datbase server 3` is not another server."""
    (mention,) = plant()[0].find(question)
    assert (mention.text, mention.ambiguous, mention.candidates[0].key) == (text, False, key)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("check server 3", "SRV-003"),
        ("list server 3 alarms", "SRV-003"),
        ("restart server 3 please", "SRV-003"),
        ("서버 3 점검 이력", "SRV-003"),
        ("big ERP problem", "SYS-ERP"),
    ],
)
def test_ordinary_words_beside_a_name_do_not_change_it(question: str, key: str) -> None:
    """A whole name stays what it is beside words that are no part of a longer one."""
    mentions = plant()[0].find(question)
    assert [c.key for m in mentions for c in m.candidates] == [key]


def test_an_id_one_letter_off_is_asked_about() -> None:
    """Nothing is SrW-05; what is one letter away is offered."""
    (mention,) = plant()[0].find("what alarms does SrW-05 have?")
    assert mention.unknown
    assert [c.key for c in mention.candidates] == ["SRV-005", "SW-05"]


def test_latin_names_typed_in_korean_mode_are_read() -> None:
    """ㅎㅅ-01 is GT-01 with the keyboard in the wrong mode."""
    (mention,) = plant()[0].find("ㅎㅅ-01 상태")
    assert (mention.text, mention.candidates[0].key) == ("ㅎㅅ-01", "GT-01")
