"""Verified queries are found by what a question means, in any words, and only allowed ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from planner.prompts.family import AS_OF, held_out, meanings
from planner.prompts.small import few, read
from planner.reply.demo_planner import demo_planner, golden_questions

from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Linked
from dagster_project.planner.shortlist import able_templates, template_index
from dagster_project.planner.template_index import TemplateIndex
from dagster_project.planner.templates import features
from dagster_project.planner.text import normalise

SIZE = 60


def names(ranked: tuple[tuple[str, float], ...]) -> list[str]:
    return [query for query, _ in ranked]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_right_query_is_among_the_first_in_words_of_no_example(language) -> None:
    """Names that the catalog knows find it first; a word that nothing knows leaves it near."""
    index = template_index(few(SIZE))
    for asked in held_out(meanings()[:SIZE], language, 40):
        found = names(index.best(read(asked.question), 5))
        assert asked.query in found, asked
        assert asked.new_words or found[0] == asked.query, asked


def test_both_languages_find_the_same() -> None:
    """The meaning is one: the same thing asked in Korean and in English has the same first."""
    index = template_index(few(SIZE))
    meaning = next(m for m in meanings()[:SIZE] if m.of_one and m.value and m.measure)
    examples = index.templates[index.number[meaning.query]].spec.examples
    first = {names(index.best(read(e), 1))[0] for e in (examples.ko[0], examples.en[0])}
    assert first == {meaning.query}


def test_what_is_not_allowed_is_never_found() -> None:
    """The filter holds inside: the next best ones move up, and the list is still full."""
    index = template_index(few(SIZE))
    linked = read(held_out(meanings()[:SIZE], "en", 1)[0].question)
    everything = names(index.best(linked, SIZE))
    denied = set(everything[:3])
    found = names(index.best(linked, 5, lambda query: query not in denied))
    assert found == everything[3:8]


def test_equal_scores_stand_in_order_of_names() -> None:
    """Ties are broken the same way on every machine, whatever order the templates came in."""
    one = few(SIZE).templates[0]
    twins = [replace(one, query=name) for name in ("c", "a", "d", "b")]
    ranked = TemplateIndex.build(twins, {}, {}).best(read(one.spec.examples.en[0]), 4)
    assert names(ranked) == ["a", "b", "c", "d"]
    assert len({score for _, score in ranked}) == 1


def test_an_order_that_is_asked_for_in_pieces_is_the_same() -> None:
    """A longer list begins with the shorter one, also where many share a score."""
    index = template_index(few(SIZE))
    linked = read("number of alarms")
    longest = index.best(linked, SIZE)
    for limit in (1, 3, 20):
        assert index.best(linked, limit) == longest[:limit]


@pytest.mark.parametrize("assets", [few(SIZE), demo_planner()], ids=["family", "site"])
def test_the_shortlist_is_exactly_what_may_fit(assets: PlannerAssets) -> None:
    """The built-in planner loses nothing by it: the same templates in the same order."""
    written = [e for t in assets.templates for e in t.spec.examples.all()]
    asked = [*written, *(g.question for g in golden_questions())]
    for question in asked:
        said = features(assets.read(normalise(question), AS_OF))
        walked = able_templates(assets, said, many=10_000)
        looked_up = able_templates(assets, said, many=0)
        assert [t.query for t in looked_up] == [t.query for t in walked]


def test_examples_come_nearest_first() -> None:
    """Two examples say most when they are the ones that sound like the question."""
    index = template_index(few(SIZE))
    template = index.templates[0]
    for example in template.spec.examples.all():
        nearest = index.nearest(read(example)).examples_of(template.query, 2)
        assert nearest[0] == example
        assert set(nearest) <= set(template.spec.examples.all())


def test_no_templates_find_nothing() -> None:
    """A site without verified queries has an index too."""
    empty = TemplateIndex.build((), {}, {})
    assert empty.best(read("number of alarms"), 5) == ()


def test_a_question_that_says_nothing_finds_nothing() -> None:
    """No word, no score: nothing is listed for it."""
    nothing: Linked = few(SIZE).read("?", AS_OF)
    assert template_index(few(SIZE)).best(nothing, 5) == ()


def test_it_is_built_once_for_all_threads() -> None:
    """The first to ask builds it; the others wait for the same one."""
    assets = few(7)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: template_index(assets), range(16)))
    assert len({id(index) for index in found}) == 1
