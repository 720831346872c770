"""What is spent is known to the cent, and no budget is passed, however many ask at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dagster_project.contracts.assets.models import Budgets, Model
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.budgets import cost_usd, hold, new_at
from dagster_project.llm.ledger import recent_calls, spent, write_call
from dagster_project.store.database import Database
from tests.llm.models_lab import DAY, a_call, ask, policy_over, rows, spender
from tests.model_server import ModelServer, good

MakeServers = Callable[[int], list[ModelServer]]
WORD = '{"word": "valve"}'


@pytest.fixture
def wordy(scripted_model: ModelServer) -> ModelServer:
    scripted_model.always = good(WORD)
    return scripted_model


def _models(database: Database, *servers: ModelServer, **given: Any) -> AskModels:
    prices = {"usd_per_million_in": 0.0, "usd_per_million_out": 1_000.0}
    return AskModels(policy_over([s.base_url for s in servers], **(prices | given)), database)


def test_cost_is_tokens_by_price() -> None:
    """USD for a million tokens, in and out apart."""
    model = Model(name="m", provider="p", model="m", usd_per_million_in=2.5, usd_per_million_out=10)
    assert cost_usd(model, 1_000_000, 100_000) == pytest.approx(3.5)


def test_a_day_is_new_at_midnight_of_the_site() -> None:
    """Also where that is the evening before in UTC."""
    assert new_at(date(2026, 3, 14), "Asia/Seoul") == datetime(2026, 3, 14, 15, tzinfo=UTC)


def test_calls_and_spending_are_one_commit(database: Database) -> None:
    """Sums of user, tenant and site are those of the calls."""
    write_call(database, a_call(cost_usd=0.25), spender())
    write_call(database, a_call(outcome="timed_out", cost_usd=0.5), spender(user="lee"))
    write_call(database, a_call("spare", cost_usd=0.125), spender())
    assert spent(database, DAY, "plant", "kim") == (0.375, 0.875, 0.875)
    assert spent(database, DAY, "harbour", "kim") == (0, 0, 0.875)
    assert spent(database, DAY + timedelta(days=1), "plant", "kim") == (0, 0, 0)
    _, found = recent_calls(database, [("at_main", "main"), ("at_spare", "spare"), ("x", "y")])
    assert [row.outcome for row in found["at_main", "main"]] == ["timed_out", "ok"]
    assert len(found["at_spare", "spare"]) == 1
    assert found["x", "y"] == []


def test_what_a_database_cannot_hold_does_not_keep_a_call_from_the_ledger(
    database: Database,
) -> None:
    """NUL, half characters and counts beyond an integer are the endpoint's doing."""
    odd = a_call().model_copy(update={"detail": "a\x00b\ud800", "tokens_in": 2**40})
    write_call(database, odd, spender())
    assert rows(database, "detail, tokens_in") == [("ab?", 2**31 - 1)]


def test_a_call_over_the_asks_budget_is_not_made(database: Database, wordy: ModelServer) -> None:
    """The reason says what it may cost and what is left."""
    answer = ask(_models(database, wordy), who=spender(ask_usd=0.05))
    assert answer.calls == ()
    assert wordy.requests == []
    assert answer.failure == (
        "main may cost 0.1000 USD and 0.0500 USD is left for this ask (limits.max_cost_usd)"
    )


def test_a_cheaper_model_is_asked_where_the_better_one_is_too_dear(
    database: Database, scripted_models: MakeServers
) -> None:
    """A budget bars one model, not the ask."""
    dear, cheap = scripted_models(2)
    cheap.always = good(WORD)
    models = _models(database, dear, cheap)
    policy = models.policy
    free = policy.models[1].model_copy(update={"usd_per_million_out": 0.0})
    policy = policy.model_copy(update={"models": (policy.models[0], free)})
    answer = ask(AskModels(policy, database), who=spender(ask_usd=0.01), intended="main")
    assert [c.model for c in answer.calls] == ["spare"]
    assert "main may cost 0.1000 USD" in answer.calls[0].routing.reason


@pytest.mark.parametrize(
    ("budgets", "whose"),
    [
        (Budgets(user_day_usd=0.15), "user kim"),
        (Budgets(tenant_day_usd=0.15), "tenant plant"),
        (Budgets(site_day_usd=0.15), "the site"),
    ],
)
def test_a_day_that_is_used_up_says_whose_how_much_and_until_when(
    database: Database, wordy: ModelServer, budgets: Budgets, whose: str
) -> None:
    """Held before the call: what it may cost at most, not what calls cost usually."""
    write_call(database, a_call(cost_usd=0.0625), spender())
    answer = ask(_models(database, wordy, budgets=budgets))
    assert answer.calls == ()
    assert answer.failure == (
        f"main may cost 0.1000 USD, and of the day's budget of {whose} 0.0625 USD of 0.1500 USD"
        " is used; it is new at 2026-03-15 00:00 UTC"
    )
    other = spender(user="lee")
    if whose == "user kim":
        assert ask(_models(database, wordy, budgets=budgets), who=other).value == "valve"


def test_what_was_held_gives_way_to_what_it_cost(database: Database, wordy: ModelServer) -> None:
    """After the call the day has its true cost, once."""
    answer = ask(_models(database, wordy, budgets=Budgets(user_day_usd=1.0)))
    (call,) = answer.calls
    assert 0 < call.cost_usd < 0.1
    assert spent(database, DAY, "plant", "kim")[0] == pytest.approx(call.cost_usd)
    with database.pool.connection() as connection:
        found = connection.execute("select calls, tokens_out from canvas.model_spend").fetchall()
    assert found == [(1, call.tokens_out)]


def test_threads_that_ask_at_once_stay_within_the_day(
    database: Database, wordy: ModelServer
) -> None:
    """Each sees what the others may come to cost: the day holds three, so three are asked."""
    wordy.always = good(WORD, delay=0.3)
    models = _models(database, wordy, budgets=Budgets(user_day_usd=0.35))
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: ask(models, who=spender(f"t-{n}")), range(12)))
    assert sum(answer.value is not None for answer in answers) == 3
    assert len(wordy.requests) == 3
    refused = [answer.failure for answer in answers if answer.value is None]
    assert all("budget of user kim" in failure for failure in refused)


_PROCESS = """
import json, sys
from datetime import date
from dagster_project.contracts.assets.models import Budgets
from dagster_project.llm.budgets import hold
from dagster_project.llm.port import Spender
from dagster_project.store.database import Database
database = Database(sys.argv[1], sys.argv[1])
who = Spender("plant", "kim", "t", date(2026, 3, 14), 1.0)
sys.stdin.readline()
held = [hold(database, Budgets(site_day_usd=1.0), who, 0.01, "UTC") for _ in range(80)]
print(json.dumps(sum(h.usd > 0 for h in held)))
database.close()
"""


def test_processes_that_ask_at_once_stay_within_the_day(database: Database) -> None:
    """Two processes want 80 cents each of a day of 100: they get 100 together, not one more."""
    command = [sys.executable, "-c", _PROCESS, database.owner_url]
    here = Path(__file__).resolve().parents[2]
    started = [
        subprocess.Popen(
            command, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    got = [json.loads(process.communicate(timeout=60)[0]) for process in started]
    assert sum(got) == 100
    assert spent(database, DAY, "plant", "kim")[2] == pytest.approx(1.0)


def test_a_ledger_that_cannot_be_written_does_not_fail_the_ask(
    database: Database, wordy: ModelServer
) -> None:
    """The call says so, counts for health, and is written when the ledger is back."""
    models = _models(database, wordy)
    _hide(database, "model_call")
    answer = ask(models)
    assert answer.value == "valve"
    assert "not in the ledger yet: The database could not keep" in answer.calls[0].detail
    assert models.book.health()["main"].calls == 1
    _show(database, "model_call")
    assert ask(models, who=spender("t-2")).calls[0].detail == ""
    assert rows(database, "trace_id, outcome") == [("t-1", "ok"), ("t-2", "ok")]
    assert models.book.health(fresh=True)["main"].calls == 2


def test_no_money_is_spent_while_the_budget_cannot_be_read(
    database: Database, wordy: ModelServer
) -> None:
    """A model that costs nothing is asked all the same."""
    _hide(database, "model_spend")
    answer = ask(_models(database, wordy, budgets=Budgets(user_day_usd=1.0)))
    assert answer.calls == ()
    assert wordy.requests == []
    assert answer.failure == "main costs money, and what was spent today cannot be read"
    free = _models(database, wordy, usd_per_million_out=0.0, budgets=Budgets(user_day_usd=1.0))
    assert ask(free).value == "valve"


def test_without_a_database_an_ask_still_ends_in_time(wordy: ModelServer) -> None:
    """Nothing answers at its address: a free model is asked, what cannot be kept is told."""
    gone = Database("postgresql://nobody@127.0.0.1:9/none", "")
    try:
        answer = ask(_models(gone, wordy, usd_per_million_out=0.0), seconds=3.0)
        assert answer.value == "valve"
        assert "not in the ledger yet" in answer.calls[0].detail
        paid = ask(_models(gone, wordy, budgets=Budgets(site_day_usd=1.0)))
        assert "cannot be read" in paid.failure
    finally:
        gone.close()


def test_nothing_is_held_where_nothing_is_limited_or_costs(database: Database) -> None:
    """No budget of a day, or a model for nothing: no row."""
    assert hold(database, Budgets(), spender(), 1.0, "UTC").usd == 0
    assert hold(database, Budgets(user_day_usd=0.0), spender(), 0.0, "UTC").refused == ""
    assert hold(database, Budgets(user_day_usd=0.0), spender(), 0.01, "UTC").refused
    assert spent(database, DAY, "plant", "kim") == (0, 0, 0)


def _hide(database: Database, table: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(f"alter table canvas.{table} rename to {table}_away")  # pyright: ignore


def _show(database: Database, table: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(f"alter table canvas.{table}_away rename to {table}")  # pyright: ignore
