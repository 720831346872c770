"""R10: kept replies are given again where they fit, and say what moved where they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from model_server import ModelServer, good, server_error

from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider
from dagster_project.contracts.model_call import Message, ModelMode
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.given_replies import EarlierReplies
from dagster_project.llm.port import ModelAnswer, ModelRequest, OutOfContract, ReplySchema, Spender
from dagster_project.llm.recordings import prune_recordings
from dagster_project.llm.replay import ReplayingModels
from dagster_project.store.database import Database

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}
REQUEST = ModelRequest(
    purpose="route_plan",
    prompt="route_plan:1",
    messages=(Message(role="user", content="which colour?"),),
    reply=ReplySchema("colour", SCHEMA),
    subject="which colour?",
    parts={"catalog": "tables: a, b", "queries": "one, two", "template": "v1"},
)
Colours = frozenset[str]
KNOWN: Colours = frozenset({"red", "green", "blue"})


def reader(known: Colours = KNOWN) -> Callable[[Any], str]:
    def read(parsed: Any) -> str:
        colour = parsed.get("colour") if isinstance(parsed, dict) else None
        if colour not in known:
            raise OutOfContract((f"the colour {colour!r} is not listed",))
        return str(colour)

    return read


def spender(trace_id: str = "T1") -> Spender:
    return Spender("default", "tester", trace_id, date(2026, 2, 4), 1.0)


def policy(server: ModelServer, **model: Any) -> ModelPolicy:
    given = {"name": "main", "provider": "near", "model": "main-1", "timeout_seconds": 2.0}
    return ModelPolicy(
        providers=(Provider(name="near", base_url=server.base_url, api_key_ref=None),),
        models=(Model.model_validate(given | model),),
    )


@pytest.fixture
def models(scripted_model: ModelServer, database: Database) -> Callable[[ModelMode], Any]:
    inner = AskModels(policy(scripted_model), database)
    return lambda mode: ReplayingModels(inner, database, mode)


def says(server: ModelServer, colour: str) -> None:
    server.always = good(json.dumps({"colour": colour}))


def ask(
    models: ReplayingModels,
    request: ModelRequest = REQUEST,
    known: Colours = KNOWN,
    trace_id: str = "T1",
) -> ModelAnswer[str]:
    return models.ask(request, reader(known), spender(trace_id), 5.0)


def moved(**parts: str) -> ModelRequest:
    return replace(REQUEST, parts={**REQUEST.parts, **parts})


def count(database: Database) -> int:
    with database.pool.connection() as connection:
        row = connection.execute("select count(*) from canvas.model_recording").fetchone()
    assert row is not None
    return row[0]


def test_fill_asks_once_and_then_spends_nothing(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """The first answer is kept; the same question in the same prompt gets it again, for nothing."""
    says(scripted_model, "red")
    first = ask(models("fill"))
    says(scripted_model, "blue")
    second = ask(models("fill"), trace_id="T2")
    assert (first.value, second.value, len(scripted_model.requests)) == ("red", "red", 1)
    assert first.calls[0].tokens_in > 0
    (call,) = second.calls
    assert (call.replayed, call.outcome, call.parsed) == (True, "ok", {"colour": "red"})
    assert (call.tokens_in, call.tokens_out, call.cost_usd) == (0, 0, 0.0)
    assert (call.provider, call.model) == ("near", "main")
    assert "T1" in call.detail
    assert count(database) == 1


def test_other_instants_around_the_question_do_not_matter(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer
) -> None:
    """What fits is what the parts say, not the text that was sent: that has the clock in it."""
    says(scripted_model, "red")
    ask(models("fill"))
    later = replace(REQUEST, messages=(Message(role="user", content="it is noon; which colour?"),))
    assert ask(models("replay"), later).value == "red"
    assert ask(models("replay"), later).calls[0].messages == later.messages


@pytest.mark.parametrize(
    ("request_now", "told"),
    [
        (moved(catalog="tables: a"), "the catalog part moved"),
        (moved(catalog="", queries=""), "the catalog and queries parts moved"),
        (moved(catalog="", queries="", template="v2"), "the catalog, queries and template parts"),
        (moved(time="t1"), "the time part moved"),
        (replace(REQUEST, intended="main"), "the models part moved"),
    ],
)
def test_what_no_longer_fits_is_stale_and_says_what_moved(
    models: Callable[[ModelMode], Any],
    scripted_model: ModelServer,
    request_now: ModelRequest,
    told: str,
) -> None:
    """In replay nobody is asked; the parts that are not as they were are named."""
    says(scripted_model, "red")
    ask(models("fill"))
    stale = ask(models("replay"), request_now)
    assert (stale.value, stale.stale, len(scripted_model.requests)) == (None, True, 1)
    assert stale.failure.startswith("stale: the kept reply no longer fits, ")
    assert told in stale.failure
    assert ask(models("fill"), request_now).value == "red"
    assert ask(models("replay"), request_now).value == "red"
    assert len(scripted_model.requests) == 2


def test_the_nearest_recording_says_what_moved(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer
) -> None:
    """Not the newest, which may be that of a draft with a wholly other prompt."""
    says(scripted_model, "red")
    ask(models("fill"))
    ask(models("fill"), moved(catalog="x", queries="y", template="z"))
    assert "the queries part moved" in ask(models("replay"), moved(queries="one")).failure


def test_a_question_that_was_never_kept_is_no_stale_one(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer
) -> None:
    """Nothing can have moved; no model is asked in replay."""
    says(scripted_model, "red")
    ask(models("fill"))
    unknown = ask(models("replay"), replace(REQUEST, subject="which shape?"))
    assert (unknown.value, unknown.stale) == (None, False)
    assert unknown.failure == "no reply is kept for this question"
    phrased = ask(models("replay"), replace(REQUEST, purpose="compose"))
    assert phrased.failure == unknown.failure
    assert len(scripted_model.requests) == 1


def test_a_kept_reply_that_is_refused_now_is_stale(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer
) -> None:
    """Replay says why, and fill asks anew and keeps what it then gets."""
    says(scripted_model, "red")
    ask(models("fill"))
    without_red = KNOWN - {"red"}
    refused = ask(models("replay"), known=without_red)
    assert (refused.value, refused.stale) == (None, True)
    assert "refused now, the colour 'red' is not listed" in refused.failure
    assert [call.outcome for call in refused.calls] == ["out_of_contract"]
    says(scripted_model, "green")
    assert ask(models("fill"), known=without_red).value == "green"
    assert ask(models("replay"), known=without_red).value == "green"
    assert len(scripted_model.requests) == 2


def test_only_what_was_taken_is_kept(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """A failure leaves nothing behind."""
    scripted_model.always = server_error()
    assert ask(models("fill")).value is None
    assert count(database) == 0


def test_a_repaired_reply_is_kept_as_it_ended(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """The first turn was out of contract; only the second is given again."""
    scripted_model.script(good(json.dumps({"colour": "purple"})))
    says(scripted_model, "blue")
    repaired = ask(models("fill"))
    assert [call.outcome for call in repaired.calls] == ["out_of_contract", "repaired"]
    assert count(database) == 1
    (call,) = ask(models("replay")).calls
    assert call.parsed == {"colour": "blue"}


def test_record_asks_always_and_the_newest_counts(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """Every reply is added; live keeps nothing."""
    for colour in ("red", "green"):
        says(scripted_model, colour)
        assert ask(models("record")).value == colour
    says(scripted_model, "blue")
    assert ask(models("live")).value == "blue"
    assert ask(models("replay")).value == "green"
    assert (count(database), len(scripted_model.requests)) == (2, 3)


def test_off_asks_nobody(models: Callable[[ModelMode], Any], scripted_model: ModelServer) -> None:
    """Not even kept replies are given."""
    says(scripted_model, "red")
    ask(models("fill"))
    assert models("off").ready() == "models are off"
    assert ask(models("off")).failure == "models are off"


def test_kept_replies_need_no_model_that_can_be_asked(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """A place without a key replays; it is ready as soon as anything is kept, and fill says why it
    could not ask. What the policy does not want is not replayed either."""
    given = {"api_key_ref": "env:NOWHERE_SET", "name": "near", "base_url": scripted_model.base_url}
    keyless = policy(scripted_model).model_copy(
        update={"providers": (Provider.model_validate(given),)}
    )
    away = AskModels(keyless, database, environ={})
    why = away.ready()
    assert why
    assert ReplayingModels(away, database, "replay").ready() == why
    says(scripted_model, "red")
    ask(models("fill"))
    for mode in ("replay", "fill"):
        there = ReplayingModels(away, database, mode)
        assert (there.ready(), ask(there).value) == ("", "red")
    stale = ask(ReplayingModels(away, database, "fill"), moved(catalog=""))
    assert stale.stale
    assert stale.failure.endswith(f"the catalog part moved; {why}")
    never = AskModels(policy(scripted_model).model_copy(update={"use": "never"}), database)
    assert ReplayingModels(never, database, "replay").ready() == "models.use is never"
    assert ask(ReplayingModels(None, database, "live")).failure == "nobody can be asked"


def test_another_model_behind_the_same_name_has_not_answered_yet(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """What a model is called at its endpoint is part of what fits; its price is not."""
    says(scripted_model, "red")
    ask(models("fill"))
    dearer = AskModels(policy(scripted_model, usd_per_million_in=5.0), database)
    assert ask(ReplayingModels(dearer, database, "replay")).value == "red"
    newer = AskModels(policy(scripted_model, model="main-2"), database)
    assert "the models part moved" in ask(ReplayingModels(newer, database, "replay")).failure


def test_a_store_that_fails_is_a_failure(scripted_model: ModelServer, database: Database) -> None:
    """Nothing is raised, whatever the mode, and it does not take long."""
    says(scripted_model, "red")
    inner = AskModels(policy(scripted_model), database)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("drop table canvas.model_recording")
    for mode in ("replay", "fill", "record"):
        answer = ask(ReplayingModels(inner, database, mode))
        assert answer.value is None
        assert "could not be used" in answer.failure
    assert ReplayingModels(None, database, "replay").ready() == "nobody can be asked"


def test_many_that_ask_the_same_at_once_go_on_with_one_reply(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """Two answers to one question in one night would be told apart as a change of the model."""
    colours = iter(["red", "green", "blue", "red", "green", "blue", "red", "green"])
    scripted_model.brain = lambda *_: json.dumps({"colour": next(colours)})
    scripted_model.always = good(delay=0.2)
    replaying = models("fill")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: ask(replaying, trace_id=f"T{n}"), range(8)))
    assert {answer.value for answer in found} == {ask(models("replay")).value}
    assert count(database) == 1
    spent = sum(call.tokens_in for answer in found for call in answer.calls)
    with database.pool.connection() as connection:
        row = connection.execute("select sum(tokens_in) from canvas.model_call").fetchone()
    assert row is not None
    assert spent == row[0] > 0


def age(database: Database, days: int) -> None:
    with database.pool.connection() as connection:
        connection.execute(
            "update canvas.model_recording set recorded_at = recorded_at - %s * interval '1 day'",
            (days,),
        )


def test_pruning_leaves_what_is_in_use(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """Old replies go where their question has a newer one; use makes an old reply new again."""
    says(scripted_model, "red")
    ask(models("fill"))
    age(database, 20)
    ask(models("fill"), moved(catalog="a draft that was refused"))
    age(database, 20)
    assert ask(models("replay")).value == "red"
    assert count(database) == 3
    assert ask(models("replay")).value == "red"
    assert count(database) == 3
    assert prune_recordings(database, datetime.now(UTC) - timedelta(days=30)) == 1
    assert prune_recordings(database, datetime.now(UTC)) == 1
    assert ask(models("replay")).value == "red"
    age(database, 400)
    assert prune_recordings(database, datetime.now(UTC)) == 0


def test_the_reply_before_the_one_at_hand(
    models: Callable[[ModelMode], Any], scripted_model: ModelServer, database: Database
) -> None:
    """The next that says something else, unless the one at hand was there before a given moment."""
    for colour in ("blue", "red", "green", "green"):
        says(scripted_model, colour)
        ask(models("record"))
    (call,) = ask(models("replay")).calls
    inner = AskModels(policy(scripted_model), database)

    def earlier(at_hand: dict[Any, Any], since: datetime | None = None) -> str | None:
        given = EarlierReplies(database, inner, at_hand, since)
        return given.ask(REQUEST, reader(), spender(), 5.0).value

    assert earlier({"route_plan": call}) == "red"
    assert earlier({}) == "green"
    said = call.model_copy(update={"parsed": {"colour": "blue"}})
    assert earlier({"route_plan": said}) == "green"
    assert earlier({"route_plan": call}, datetime.now(UTC)) == "green"
    assert earlier({"route_plan": call}, datetime.now(UTC) - timedelta(hours=1)) == "red"
    assert len(scripted_model.requests) == 4
