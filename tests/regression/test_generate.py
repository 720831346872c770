"""Generated cases are stable, spread, held to real relations, and hold on the shipped site."""

from __future__ import annotations

from collections import Counter

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.golden import Generate, GoldenCase, Suite
from dagster_project.contracts.value import AssetId, Text
from dagster_project.regression.generate import generated_cases
from dagster_project.regression.generate_names import ends_in_consonant, renamed, stands_alone
from dagster_project.regression.generate_parts import plural
from regression.judged import judged


def made(
    canvas: Canvas,
    generate: Generate,
    release: Release | None = None,
    own: tuple[GoldenCase, ...] = (),
) -> tuple[GoldenCase, ...]:
    suite = Suite(suite="made", title=Text(ko="a", en="a"), generate=generate, cases=own)
    found = release or canvas.release()
    return generated_cases(suite, found, canvas.desk(canvas.release()).planner.index)


@pytest.mark.parametrize(
    ("kind", "least"), [("aliases", 400), ("paraphrases", 120), ("wider_times", 10), ("parts", 10)]
)
def test_all_kinds_are_made_in_both_languages(plant: Canvas, kind: str, least: int) -> None:
    """The shipped assets give many of each kind, every id once."""
    cases = made(plant, Generate.model_validate({kind: 10_000}))
    assert len(cases) >= least
    assert len({case.id for case in cases}) == len(cases)
    languages = Counter(case.tags[2] for case in cases)
    assert set(languages) == {"ko", "en"}
    assert min(languages.values()) * 3 > len(cases) * 0.9


@pytest.mark.parametrize(
    "most",
    [
        Generate(aliases=26),
        Generate(paraphrases=28),
        Generate(wider_times=12),
        Generate(parts=14),
    ],
    ids=["aliases", "paraphrases", "wider times", "parts"],
)
def test_they_hold_on_the_shipped_site(plant: Canvas, most: Generate) -> None:
    """One or two of every query and language: each is true of the site as it is."""
    suite = Suite(suite="made", title=Text(ko="a", en="a"))
    for case in made(plant, most):
        assert judged(plant, suite, case) == (), case


def test_a_limit_is_kept_and_spread(plant: Canvas) -> None:
    """Ten cases are of ten different queries or languages."""
    cases = made(plant, Generate(aliases=10))
    assert len(cases) == 10
    groups = {(case.id.rpartition("-")[0], case.tags[2]) for case in cases}
    assert len(groups) == 10
    assert made(plant, Generate()) == ()


def test_the_same_assets_and_seed_give_the_same_cases(plant: Canvas) -> None:
    """A night is compared with the night before; another seed takes others."""
    first = made(plant, Generate(aliases=12, paraphrases=6, parts=4))
    assert first == made(plant, Generate(aliases=12, paraphrases=6, parts=4))
    other = made(plant, Generate(aliases=12, paraphrases=6, parts=4, seed=8))
    assert {c.id for c in first} != {c.id for c in other}
    longer = made(plant, Generate(aliases=24, paraphrases=6, parts=4))
    assert {c.id for c in first} <= {c.id for c in longer}


def test_a_new_example_moves_one_case_at_most(plant: Canvas) -> None:
    """A harmless edit may not trade a whole suite for another."""
    release = with_example(plant.release(), "query:ci_profile", "data sheet of GT-03")
    every = made(plant, Generate(aliases=9_999), release)
    assert any("data sheet" in case.question for case in every)
    for most in (20, 60):
        before = made(plant, Generate(aliases=most))
        after = made(plant, Generate(aliases=most), release)
        assert len({c.id for c in before} - {c.id for c in after}) <= 1


def with_example(release: Release, asset_id: str, text: str) -> Release:
    version = release.versions[AssetId(asset_id)]
    spec = version.asset.spec
    assert isinstance(spec, QuerySpec)
    examples = spec.examples.model_copy(update={"en": (*spec.examples.en, text)})
    asset = version.asset.model_copy(
        update={"spec": spec.model_copy(update={"examples": examples})}
    )
    edited = version.model_copy(update={"asset": asset})
    fields = {name: getattr(release, name) for name in Release.model_fields}
    return Release(**{**fields, "versions": {**release.versions, AssetId(asset_id): edited}})


def test_a_case_that_is_written_is_not_made_again(plant: Canvas) -> None:
    """An id stands for one case."""
    cases = made(plant, Generate(parts=3))
    rest = made(plant, Generate(parts=3), own=cases[:1])
    assert [c.id for c in rest] == [c.id for c in cases[1:]]


def test_a_name_of_two_things_is_not_used(plant: Canvas) -> None:
    """1호기 is GT-01 and ST-01: no case may hope for one of them."""
    index = plant.desk(plant.release()).planner.index
    assert stands_alone(index, "가스터빈 1호기", "ci", "GT-01")
    assert not stands_alone(index, "1호기", "ci", "GT-01")
    assert not stands_alone(index, "메인 서버", "ci", "SRV-001")
    assert not stands_alone(index, "가스터빈 1호기", "ci", "GT-02")
    assert not stands_alone(index, "the gas turbine 1", "ci", "GT-01")
    named = {case.question for case in made(plant, Generate(aliases=10_000))}
    assert not any("메인 서버" in question for question in named)


def test_aliases_and_other_names_occur(plant: Canvas) -> None:
    """Nicknames of the resolver and names of the data, across the languages."""
    questions = {case.question for case in made(plant, Generate(aliases=10_000))}
    assert "status of ERP 디비 서버" in questions
    assert "profile of Database server 3" in questions
    assert "가스터빈 2번과 연결된 설비 보여줘" in questions


@pytest.mark.parametrize(
    ("question", "name", "told"),
    [
        ("GT-02와 연결된 설비", "가스터빈 2번", "가스터빈 2번과 연결된 설비"),
        ("GT-02와 연결된 설비", "가스터빈 2호기", "가스터빈 2호기와 연결된 설비"),
        ("SYS-ERP는 무엇", "ERP system", "ERP system은 무엇"),
        ("APP-02가 의존하는", "GT-01", "GT-01이 의존하는"),
        ("SRV-014로 가는", "가스터빈", "가스터빈으로 가는"),
        ("SRV-014로 가는", "GT-01", "GT-01로 가는"),
        ("SW-07에 의존하는", "GT-01", "GT-01에 의존하는"),
        ("SW-07이상해", "스위치", "스위치 이상해"),
        ("GT-01's parts", "gas turbine 1", "gas turbine 1's parts"),
    ],
)
def test_particles_follow_the_name(question: str, name: str, told: str) -> None:
    """은 or 는, 과 or 와, 으로 or 로 is by the last sound of the name."""
    end = next(at for at in range(len(question)) if question[at] in "와는가로에이'")
    assert renamed(question, 0, end, name) == told


def test_sounds_and_plurals() -> None:
    """Digits and letters end as they are read in Korean; nouns take the usual plural."""
    read = {"GT-01": True, "GT-02": False, "GT-10": True, "turbine-04": False, "MES": False}
    assert {name: ends_in_consonant(name) for name in read} == read
    assert [plural(n) for n in ("machine", "entity", "switch", "bus")] == [
        "machines", "entities", "switches", "buses",
    ]  # fmt: skip
