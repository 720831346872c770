"""One ask over all processes tries a model again; the others go elsewhere meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dagster_project.contracts.assets.models import Routing
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.trials import Trials
from dagster_project.store.database import Database
from tests.llm.models_lab import ask, policy_over, spender
from tests.model_server import ModelServer, good, server_error

MakeServers = Callable[[int], list[ModelServer]]
WORD = '{"word": "valve"}'


def test_a_claim_holds_over_processes(database: Database) -> None:
    """Two `Trials` share nothing but the database, as two processes do."""
    one, two = Trials(database), Trials(database)
    with one.claim("a/main") as first:
        with two.claim("a/main") as second, one.claim("a/main") as third:
            assert (first, second, third) == (True, False, False)
        with two.claim("b/main") as other:
            assert other
    with two.claim("a/main") as after:
        assert after


def test_without_the_database_one_of_each_process_tries() -> None:
    """A claim is never a reason to fail."""
    trials = Trials(Database("postgresql://nobody@127.0.0.1:9/none", ""))
    with trials.claim("a/main") as first, trials.claim("a/main") as second:
        assert (first, second) == (True, False)


def test_only_one_of_many_asks_tries_a_model_that_was_ill(
    database: Database, scripted_models: MakeServers
) -> None:
    """Eight asks in two `processes` when the while is over: one request, the rest go to the next.

    And a trial has half of the time, so that its ask still gets a value.
    """
    main, spare = scripted_models(2)
    main.script(server_error(), server_error())
    main.always = good(WORD, delay=2.0)
    spare.always = good(WORD)
    policy = policy_over([main.base_url, spare.base_url], routing=Routing(backoff_seconds=0.5))
    models = [AskModels(policy, database) for _ in range(2)]
    for number in range(2):
        ask(models[0], who=spender(f"t-{number}"), intended="main")
    time.sleep(0.6)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: ask(models[n % 2], who=spender(f"u-{n}"), intended="main", seconds=1.5),
                range(8),
            )
        )
    assert [answer.value for answer in answers] == ["valve"] * 8
    assert len(main.requests) == 3
    tried = [answer for answer in answers if len(answer.calls) == 2]
    assert [[c.outcome for c in answer.calls] for answer in tried] == [["timed_out", "ok"]]
    others = [answer.calls[0].routing.reason for answer in answers if len(answer.calls) == 1]
    assert all("tried again by another ask" in why or "left alone" in why for why in others)
