"""Compose's word with a model, over real HTTP: a phrase that holds, or the plain summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.port import Speaker, Spender
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.pipeline.phrase_summary import Phrased, nothing_to_phrase, phrase_summary
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database
from pipeline.phrasing.answers import EMPTY_PART, PUMPS, Answered, column, made, step_of
from tests.model_server import ModelServer, bad_gateway, good, not_json, refusal, slow

RIGHT = "P-1 is running with an average power of 92.5 kW."
WRONG = "P-1 is running with an average power of 93.1 kW."


def reply(*sentences: str) -> str:
    return json.dumps({"sentences": list(sentences)})


@pytest.fixture(scope="module")
def prompt() -> PromptSpec:
    """The shipped one."""
    site = load_site(Path(__file__).resolve().parents[3])
    spec = next(
        a.spec
        for a in site.assets.values()
        if a.header.kind == "prompt" and a.header.name == "compose"
    )
    assert isinstance(spec, PromptSpec)
    return spec


@pytest.fixture
def phrase(
    scripted_model: ModelServer, database: Database, prompt: PromptSpec
) -> Callable[..., Phrased]:
    """Phrases an answer with the scripted model."""
    policy = ModelPolicy(
        providers=(Provider(name="at", base_url=scripted_model.base_url),),
        models=(Model(name="main", provider="at", model="scripted"),),
        phrase=True,
    )

    def run(answer: Answered = PUMPS, seconds: float = 4.0, spec: PromptSpec = prompt) -> Phrased:
        spender = Spender("plant", "kim", "t-1", date(2026, 3, 14), 1.0)
        speaker = Speaker(AskModels(policy, database), spec, "compose:1", spender, seconds)
        return phrase_summary(
            answer.plain,
            answer.executed,
            answer.plan,
            answer.question,
            answer.literals,
            answer.known,
            speaker,
        )

    return run


def test_a_phrase_that_holds_is_shown(
    phrase: Callable[..., Phrased], scripted_model: ModelServer
) -> None:
    """One call, whose prompt has the question, the facts and the rows, and no fall-back."""
    scripted_model.always = good(reply(RIGHT))
    found = phrase()
    assert (found.summary, found.fallbacks) == (RIGHT, ())
    (call,) = found.calls
    assert (call.purpose, call.prompt, call.outcome) == ("compose", "compose:1", "ok")
    asked = scripted_model.requests[-1].messages[-1]["content"]
    assert PUMPS.question in asked
    assert PUMPS.plain in asked
    assert '["P-1", "running", "92.5", "3", "2026-03-14 08:00"]' in asked


def test_one_turn_repairs_it(phrase: Callable[..., Phrased], scripted_model: ModelServer) -> None:
    """The model is told what was refused, and may say it again."""
    scripted_model.script(good(reply(WRONG)), good(reply(RIGHT)))
    found = phrase()
    assert found.summary == RIGHT
    assert found.calls[-1].outcome == "repaired"
    assert "figure 93.1 has no cell" in scripted_model.requests[-1].messages[-1]["content"]


def test_a_refused_phrase_falls_back(
    phrase: Callable[..., Phrased], scripted_model: ModelServer
) -> None:
    """The plain summary, and a line that says why."""
    scripted_model.always = good(reply(WRONG))
    found = phrase()
    assert found.summary == PUMPS.plain
    assert found.fallbacks == ("summary: plain (the phrase was refused: figure 93.1 has no cell)",)
    assert [call.outcome for call in found.calls][-1] == "out_of_contract"


@pytest.mark.parametrize(
    "behaviour",
    [bad_gateway(), not_json(), refusal(), good('{"sentences": 3}'), good("[]"), good(reply())],
    ids=lambda each: each.name,
)
def test_whatever_a_model_does(
    behaviour: object, phrase: Callable[..., Phrased], scripted_model: ModelServer
) -> None:
    """No exception; the plain summary, and one line that says why."""
    scripted_model.always = behaviour  # pyright: ignore[reportAttributeAccessIssue]
    found = phrase()
    assert found.summary == PUMPS.plain
    (line,) = found.fallbacks
    assert line.startswith("summary: plain (")
    assert found.calls


def test_it_ends_in_time(phrase: Callable[..., Phrased], scripted_model: ModelServer) -> None:
    """A slow model costs no more than the stage's seconds."""
    scripted_model.always = slow(3.0)
    found = phrase(seconds=0.3)
    assert found.summary == PUMPS.plain
    assert "timed out" in found.fallbacks[0]


def test_a_prompt_that_does_not_render(
    phrase: Callable[..., Phrased], scripted_model: ModelServer, prompt: PromptSpec
) -> None:
    """A variable that is not there, or no room at all: nothing is asked, and it is said."""
    for change in ({"user": "{{ nothing }}"}, {"max_tokens": 20}):
        found = phrase(spec=prompt.model_copy(update=change))
        assert found.summary == PUMPS.plain
        assert found.fallbacks[0].startswith("summary: plain (the prompt does not render: ")
    assert scripted_model.requests == []


def test_the_prompt_keeps_its_budget(
    phrase: Callable[..., Phrased], scripted_model: ModelServer, prompt: PromptSpec
) -> None:
    """However many rows there are."""
    rows = tuple((f"P-{n}", f"pump number {n}") for n in range(300))
    scripted_model.always = good(reply("x"))
    many = made(
        "list the pumps",
        "machine: 300 in total.",
        step_of((column("id", "pump"), column("name")), rows),
    )
    phrase(many, spec=prompt.model_copy(update={"max_rows": 200, "max_tokens": 1_200}))
    asked = scripted_model.requests[0].messages
    assert sum(estimate_tokens(message["content"]) for message in asked) <= 1_200


ONE = made("how many pumps?", "count: 2.", step_of((column("count", kind="integer"),), ((2,),)))
NOTHING = made("q", "p", step_of((column("id"),), (), empty="true_zero"))
LONG = made(
    "q", f"note: {'x' * 90}.", step_of((column("id"), column("note")), (("P-1", "x" * 90),))
)
PASSAGES = made(
    "q",
    "p",
    step_of(tuple(map(column, ("document", "title", "quote", "link"))), (("a", "b", "c", "d"),)),
)


@pytest.mark.parametrize(
    "answer", [ONE, NOTHING, LONG, PASSAGES], ids=["one", "none", "long", "doc"]
)
def test_no_token_is_spent_where_nothing_can_be_phrased(
    answer: Answered, phrase: Callable[..., Phrased], scripted_model: ModelServer
) -> None:
    """One figure, nothing at all, a long text, passages: the plain summary as it is."""
    found = phrase(answer)
    assert (found.summary, found.calls, found.fallbacks) == (answer.plain, (), ())
    assert found.not_asked
    assert scripted_model.requests == []


def test_what_can_be_phrased() -> None:
    """Rows of several columns, and parts of which one is empty."""
    assert nothing_to_phrase(PUMPS.plain, PUMPS.executed, PUMPS.plan) == ""
    assert nothing_to_phrase(EMPTY_PART.plain, EMPTY_PART.executed, EMPTY_PART.plan) == ""
