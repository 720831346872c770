"""A prompt is rendered on its sample and held to its budget."""

from __future__ import annotations

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.inspection.prompt import inspect_prompt
from dagster_project.llm.tokens import estimate_tokens

GOOD = PromptSpec(
    stage="route_plan",
    system="You plan over {{ place }}.",
    user="Question: {{ question }}",
    variables=("place", "question"),
    sample={"place": "the shop", "question": "P-1 상태"},
    max_tokens=100,
)


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
