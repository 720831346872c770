"""The loop of one stage: every way a call can go, over real HTTP, with a value or a reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.contracts.assets.models import Routing
from dagster_project.contracts.model_call import FAILURES_OF_MODEL
from dagster_project.llm.ask_models import AskModels
from dagster_project.store.database import Database
from tests.llm.models_lab import ask, policy_over, read_word, request_for, rows, spender
from tests.model_server import (
    BEHAVIOURS,
    ModelServer,
    drip,
    good,
    knows_only,
    rate_limited,
    refusal,
    server_error,
    slow,
)

WORD = '{"word": "valve"}'
WRONG = '{"word": "wrong"}'
MakeServers = Callable[[int], list[ModelServer]]


@pytest.fixture
def pair(scripted_models: MakeServers) -> list[ModelServer]:
    """Two servers that answer with a word. The client is there: no test measures its loading."""
    import dagster_project.llm.exchange  # noqa: F401

    servers = scripted_models(2)
    for server in servers:
        server.brain = lambda *_: WORD
    return servers


def _models(database: Database, servers: list[ModelServer], **given: Any) -> AskModels:
    return AskModels(policy_over([server.base_url for server in servers], **given), database)


def test_a_good_answer_is_one_call_that_tells_everything(
    database: Database, pair: list[ModelServer]
) -> None:
    """One call: value, prompt, reply, tokens, time and why that model; and its row is there."""
    answer = ask(_models(database, pair, usd_per_million_in=10.0))
    assert answer.value == "valve"
    assert answer.failure == ""
    (call,) = answer.calls
    assert (call.model, call.outcome, call.attempt) == ("main", "ok", 1)
    assert call.messages == request_for().messages
    assert (call.reply, call.parsed) == (WORD, {"word": "valve"})
    assert call.tokens_in > 0
    assert call.cost_usd == pytest.approx(call.tokens_in * 10 / 1e6)
    assert call.elapsed_ms > call.server_ms > 0
    assert call.routing is not None
    assert call.routing.reason == "main has the lowest score 0.1"
    assert set(call.routing.considered[0].points) == {"cost"}
    assert rows(database, "model, outcome, trace_id, tokens_in") == [
        ("main", "ok", "t-1", call.tokens_in)
    ]


def test_a_failed_model_gives_way_to_the_next(database: Database, pair: list[ModelServer]) -> None:
    """A 500 of the first is recorded and the second asked at once; its snapshot says why."""
    pair[0].script(server_error())
    answer = ask(_models(database, pair))
    assert answer.value == "valve"
    assert [(c.model, c.outcome) for c in answer.calls] == [
        ("main", "server_error"),
        ("spare", "ok"),
    ]
    assert answer.calls[1].routing.reason == (
        "main failed in this ask; spare has the lowest score 0.0"
    )
    assert rows(database) == [("main", "server_error"), ("spare", "ok")]


def test_when_all_fail_the_reason_names_each(database: Database, pair: list[ModelServer]) -> None:
    """The failure is one line: what each model did."""
    pair[0].script(slow())
    pair[1].script(server_error())
    began = time.monotonic()
    answer = ask(_models(database, pair, timeout_seconds=0.5))
    assert answer.value is None
    assert answer.failure == "main timed out after 0.5 s; spare answered 500"
    assert time.monotonic() - began < 2


def test_an_answer_outside_of_the_contract_gets_one_turn_to_repair(
    database: Database, pair: list[ModelServer]
) -> None:
    """The model is told its own reply and what is wrong with it; then it is `repaired`."""
    pair[0].script(good(WRONG))
    answer = ask(_models(database, pair))
    assert answer.value == "valve"
    assert [(c.model, c.outcome) for c in answer.calls] == [
        ("main", "out_of_contract"),
        ("main", "repaired"),
    ]
    told = answer.calls[1].messages
    assert [m.role for m in told] == ["user", "assistant", "user"]
    assert told[1].content == WRONG
    assert "the word is wrong" in told[2].content
    assert "repair" in answer.calls[1].routing.reason


def test_a_second_wrong_answer_is_the_last_of_its_model(
    database: Database, pair: list[ModelServer]
) -> None:
    """Twice out of contract: the next model is asked the question as it was."""
    pair[0].always = good(WRONG)
    answer = ask(_models(database, pair))
    assert [(c.model, c.outcome) for c in answer.calls] == [
        ("main", "out_of_contract"),
        ("main", "out_of_contract"),
        ("spare", "ok"),
    ]
    assert answer.calls[2].messages == request_for().messages


def test_no_more_calls_than_the_policy_allows(database: Database, pair: list[ModelServer]) -> None:
    """max_calls counts repairs and other models."""
    pair[0].always = good(WRONG)
    answer = ask(_models(database, pair, max_calls=2))
    assert answer.value is None
    assert len(answer.calls) == 2
    assert answer.failure == (
        "main answered outside of the contract; 2 calls were made, no more are allowed"
    )


def test_what_a_model_writes_is_not_in_the_reason(
    database: Database, pair: list[ModelServer]
) -> None:
    """Problems may quote a reply; the line that people read never does."""
    pair[0].always = good(WRONG)
    answer = ask(_models(database, pair[:1]))
    assert answer.failure == "main answered outside of the contract"
    assert "the word is wrong" in answer.calls[-1].detail


def test_a_bug_in_the_reader_ends_the_ask_and_tells_its_type(
    database: Database, pair: list[ModelServer]
) -> None:
    """Another model would meet the same bug; the call is kept all the same."""

    def broken(parsed: Any) -> str:
        return parsed["nothing"]

    answer = ask(_models(database, pair), read=broken)
    assert answer.value is None
    assert answer.failure == "reading the answer failed by KeyError"
    assert [(c.model, c.outcome) for c in answer.calls] == [("main", "out_of_contract")]


@pytest.mark.parametrize(
    ("known", "kinds"), [("json_object", ("json_object", "text")), ("text", ("text",))]
)
def test_an_endpoint_without_schemas_is_asked_in_a_form_that_it_knows(
    database: Database, scripted_model: ModelServer, known: str, kinds: tuple[str, ...]
) -> None:
    """The form is found once; another process begins with it."""
    scripted_model.brain = lambda *_: WORD
    scripted_model.always = knows_only(*kinds)
    first = ask(_models(database, [scripted_model]))
    assert first.value == "valve"
    assert [c.format for c in first.calls][-1] == known
    assert all(c.outcome == "bad_request" for c in first.calls[:-1])
    second = ask(_models(database, [scripted_model]), who=spender("t-2"))
    assert [(c.format, c.outcome) for c in second.calls] == [(known, "ok")]


def test_a_fixed_form_is_not_left(database: Database, scripted_model: ModelServer) -> None:
    """Where the policy names the form, a refusal of it is the model's failure."""
    scripted_model.always = knows_only("json_object")
    answer = ask(_models(database, [scripted_model], format="json_schema"))
    assert answer.failure == "main answered 400"
    assert len(answer.calls) == 1


def test_a_short_pause_is_waited_for_when_there_is_no_other_model(
    database: Database, scripted_model: ModelServer
) -> None:
    """429 with a wait that fits: asked once more, after it."""
    scripted_model.script(rate_limited(after_ms=1200))
    scripted_model.always = good(WORD)
    began = time.monotonic()
    answer = ask(_models(database, [scripted_model]))
    assert answer.value == "valve"
    assert [c.outcome for c in answer.calls] == ["rate_limited", "ok"]
    assert 1.2 <= time.monotonic() - began < 4
    assert answer.calls[1].elapsed_ms < 1100


def test_a_long_pause_is_not_waited_for(database: Database, scripted_model: ModelServer) -> None:
    """A wait beyond the time of the ask ends it at once; nobody asks the model until then."""
    scripted_model.always = rate_limited(after=60)
    models = _models(database, [scripted_model])
    began = time.monotonic()
    answer = ask(models)
    assert time.monotonic() - began < 3
    assert answer.failure == "main answered 429 (wait 60 s)"
    again = ask(models)
    assert again.calls == ()
    assert again.failure.startswith("main is left alone until ")
    assert len(scripted_model.requests) == 1


def test_a_rate_limit_with_another_model_is_not_waited_for(
    database: Database, pair: list[ModelServer]
) -> None:
    """The other model answers at once."""
    pair[0].script(rate_limited(after_ms=3000))
    began = time.monotonic()
    assert ask(_models(database, pair)).value == "valve"
    assert time.monotonic() - began < 2.9


def test_one_ask_never_takes_longer_than_its_seconds(
    database: Database, pair: list[ModelServer]
) -> None:
    """Time-outs of models are cut to what is left of the ask."""
    pair[0].always = slow()
    pair[1].always = drip()
    began = time.monotonic()
    answer = ask(_models(database, pair, timeout_seconds=0.7), seconds=1.0)
    assert time.monotonic() - began < 2.0
    assert answer.value is None
    assert [c.outcome for c in answer.calls] == ["timed_out", "timed_out"]


def test_a_model_that_got_what_another_left_of_the_time_is_not_blamed(
    database: Database, pair: list[ModelServer]
) -> None:
    """The first took all but a moment; that the second did not make it says nothing of it."""
    pair[0].always = slow()
    pair[1].always = good(WORD, delay=1.0)
    models = _models(database, pair, timeout_seconds=1.2)
    answer = ask(models, seconds=1.5)
    assert [c.outcome for c in answer.calls] == ["timed_out", "timed_out"]
    health = models.book.health()
    assert (health["main"].failures_in_row, health["spare"].failures_in_row) == (1, 0)
    assert health["spare"].failure_ratio == 0
    pair[0].always = server_error()
    assert ask(models).value == "valve"


def test_a_model_that_will_not_answer_gives_way(
    database: Database, pair: list[ModelServer]
) -> None:
    """A refusal is about the question, not the model; the next may take it."""
    pair[0].script(refusal())
    answer = ask(_models(database, pair))
    assert [(c.model, c.outcome) for c in answer.calls] == [("main", "refused"), ("spare", "ok")]


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_whatever_an_endpoint_does_there_is_a_value_or_a_reason(
    database: Database, pair: list[ModelServer], name: str
) -> None:
    """Alone: in time, with every call in the ledger. With a good second model: its value."""
    pair[0].always = BEHAVIOURS[name]()
    alone = _models(database, pair[:1], timeout_seconds=0.6)
    began = time.monotonic()
    answer = ask(alone, seconds=1.5)
    assert time.monotonic() - began < 2.5
    assert (answer.value is None) == bool(answer.failure)
    assert rows(database) == [(c.model, c.outcome) for c in answer.calls]
    with database.pool.connection() as connection:
        connection.execute("delete from canvas.model_call")
    both = ask(_models(database, pair, timeout_seconds=0.6), seconds=3.0)
    assert isinstance(both.value, str)
    if answer.calls and answer.calls[-1].outcome in FAILURES_OF_MODEL:
        assert both.calls[-1].model == "spare"


_QUICK = sorted(set(BEHAVIOURS) - {"slow", "drip", "huge"})


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(script=st.lists(st.tuples(st.sampled_from(_QUICK), st.sampled_from(_QUICK)), max_size=6))
def test_in_any_order_of_failures_every_ask_ends_and_tells(
    database: Database, pair: list[ModelServer], script: list[tuple[str, str]]
) -> None:
    """Six asks through two endpoints that do whatever they like: a value or a reason, in time."""
    for server, names in zip(pair, zip(*script, strict=True), strict=False):
        server.forget()
        server.script(*(BEHAVIOURS[name]() for name in names))
    models = _models(database, pair, routing=Routing(backoff_seconds=0.01))
    for number in range(6):
        began = time.monotonic()
        answer = ask(models, who=spender(f"t-{number}"), seconds=2.0)
        assert time.monotonic() - began < 3.0
        assert (answer.value is None) == bool(answer.failure)
        assert len(answer.calls) <= models.policy.max_calls
        assert all(call.routing.chosen == call.model for call in answer.calls)


def test_a_model_left_alone_is_tried_again_by_one_ask(
    database: Database, pair: list[ModelServer]
) -> None:
    """Closed after two failures; when the while is over one ask tries it and it is back."""
    routing = Routing(backoff_seconds=0.4)
    models = _models(database, pair, routing=routing)
    pair[0].script(server_error(), server_error())
    assert [c.model for c in ask(models).calls] == ["main", "spare"]
    assert [c.model for c in ask(models, intended="main").calls] == ["main", "spare"]
    left_alone = ask(models, intended="main")
    assert [c.model for c in left_alone.calls] == ["spare"]
    reason = left_alone.calls[0].routing.reason
    assert reason.startswith("main is left alone until ")
    assert "after 2 failures in a row (failed); spare has the lowest score" in reason
    time.sleep(0.5)
    tried = ask(models, intended="main")
    assert [(c.model, c.outcome) for c in tried.calls] == [("main", "ok")]
    assert "is tried again" in tried.calls[0].routing.reason


def test_another_process_sees_what_this_one_met(
    database: Database, pair: list[ModelServer]
) -> None:
    """Health is in the ledger, not in the process that made the calls."""
    pair[0].always = server_error()
    for number in range(2):
        ask(_models(database, pair), who=spender(f"t-{number}"))
    answer = ask(_models(database, pair), who=spender("t-9"))
    assert [c.model for c in answer.calls] == ["spare"]


def test_ready_says_why_no_model_can_be_asked(
    database: Database, scripted_model: ModelServer
) -> None:
    """None set, never, denied, or a variable that is missing: by name."""
    policy = policy_over([scripted_model.base_url])
    assert AskModels(policy, database).ready() == ""
    bare = policy.model_copy(update={"models": ()})
    assert AskModels(bare, database).ready() == "no model is set"
    never = policy.model_copy(update={"use": "never"})
    assert AskModels(never, database).ready() == "models.use is never"
    denied = policy.model_copy(update={"routing": Routing(deny=("at_main",))})
    assert "denied" in AskModels(denied, database).ready()
    site = policy_over(["env:CANVAS_MODEL_URL"])
    models = AskModels(site, database, environ={})
    assert models.ready() == "CANVAS_MODEL_URL is not set"
    assert ask(models).failure == "CANVAS_MODEL_URL is not set"
    there = AskModels(site, database, environ={"CANVAS_MODEL_URL": scripted_model.base_url})
    assert there.ready() == ""
    assert read_word({"word": "x"}) == "x"
