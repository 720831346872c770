"""A prompt is rendered on its sample and held to its budget."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from planner.reply.demo_planner import demo_planner

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.plan_reply import PlanReply
from dagster_project.contracts.value import AssetId
from dagster_project.inspection.prompt import inspect_prompt
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.registry.load import load_site

GOOD = PromptSpec(
    stage="route_plan",
    system="You plan over {{ place }}.",
    user="Question: {{ question }}",
    variables=("place", "question"),
    sample={"place": "the shop", "question": "P-1 상태"},
    max_tokens=100,
)


@cache
def shipped() -> PromptSpec:
    assets = load_site(Path(__file__).parents[2]).require_good().assets
    spec = assets[AssetId("prompt:route_plan")].spec
    assert isinstance(spec, PromptSpec)
    return spec


def test_a_prompt_that_renders_shows_its_text() -> None:
    """The rendered messages are what a person reads in the metadata."""
    inspection = inspect_prompt(GOOD)
    assert inspection.ok
    assert "Question: P-1 상태" in (inspection.document or "")


def test_a_variable_without_a_value_is_an_error_that_names_it() -> None:
    """Nothing renders silently as an empty text."""
    inspection = inspect_prompt(GOOD.model_copy(update={"sample": {"place": "the shop"}}))
    assert inspection.status == "error"
    assert any("question" in f.detail for f in inspection.problems())


def test_a_prompt_over_its_budget_is_an_error() -> None:
    """What would not fit the model's window is known before the first call."""
    long = GOOD.model_copy(update={"sample": {"place": "가" * 200, "question": "q"}})
    assert [f.name for f in inspect_prompt(long).problems()] == ["budget"]


def test_a_template_cannot_reach_into_python() -> None:
    """A prompt asset is text, not code: the sandbox refuses to walk the interpreter."""
    hostile = GOOD.model_copy(update={"system": "{{ ''.__class__.__mro__ }}"})
    assert inspect_prompt(hostile).status == "error"


def test_tokens_are_guessed_high_for_korean() -> None:
    """A Korean syllable counts as a token, four ASCII characters as one."""
    assert estimate_tokens("abcdefgh") == 2
    assert estimate_tokens("가나다라") == 4


def test_the_shipped_prompt_fits_on_its_own_release() -> None:
    """The longest prompt of the site's own questions, and of the longest one there may be."""
    inspection = inspect_prompt(shipped(), demo_planner())
    assert inspection.ok, inspection.problems()
    assert 1_000 < int(str(inspection.facts["tokens_on_release"])) <= shipped().max_tokens
    assert "<catalog>" in (inspection.document or "")


def test_a_prompt_whose_own_text_leaves_no_room_is_found() -> None:
    """Its sample may fit; a long question of the release does not."""
    tight = shipped().model_copy(update={"max_tokens": 2_500})
    assert [f.name for f in inspect_prompt(tight, demo_planner()).problems()] == ["release"]


def test_a_variable_that_no_question_fills_is_an_error() -> None:
    """A sample may name anything; an ask fills only what is documented."""
    spec = shipped()
    wrong = spec.model_copy(
        update={
            "user": spec.user + "{{ weather }}",
            "variables": (*spec.variables, "weather"),
            "sample": {**spec.sample, "weather": "fine"},
        }
    )
    (problem,) = inspect_prompt(wrong, demo_planner()).problems()
    assert problem.name == "release"
    assert "weather" in problem.detail


def test_the_worked_examples_of_the_shipped_prompt_are_replies() -> None:
    """Each is exactly in the form that is asked for, and names queries and columns of the site."""
    lines = [li for li in shipped().system.splitlines() if li.startswith("{")]
    assert len(lines) >= 3
    known = set(demo_planner().queries)
    for reply in map(PlanReply.model_validate_json, lines):
        assert {step.query for step in reply.steps} <= known
