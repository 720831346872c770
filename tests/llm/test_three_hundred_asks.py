"""300 asks while the intended model dies in the middle and comes back; the other one is well."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from dagster_project.contracts.assets.models import Budgets, Routing
from dagster_project.contracts.model_call import ModelCall
from dagster_project.llm.ask_models import AskModels
from dagster_project.store.database import Database
from tests.llm.models_lab import ask, policy_over, rows, spender
from tests.model_server import ModelServer, good, rate_limited, reset, server_error, slow

MakeServers = Callable[[int], list[ModelServer]]
WORD = '{"word": "valve"}'
WELL = good(WORD, delay=0.01)
SECONDS = 4.0
ROUTING = Routing(backoff_seconds=0.2, longest_backoff_seconds=0.4)


@dataclass(frozen=True, slots=True)
class Asked:
    phase: int
    seconds: float
    ended: float
    answer: Any


def _run(models: list[AskModels], phases: list[Callable[[], None]]) -> list[Asked]:
    """100 asks after each change, by four threads over all `models`, each time slower."""
    phase = 0
    lock = threading.Lock()

    def one(number: int) -> Asked:
        with lock:
            now = phase
        time.sleep((0.01, 0.05, 0.1)[now])
        began = time.monotonic()
        who = spender(f"t-{number}", user=f"user-{number % 5}")
        answer = ask(models[number % len(models)], who=who, intended="main", seconds=SECONDS)
        ended = time.monotonic()
        return Asked(now, ended - began, ended, answer)

    done: list[Asked] = []
    with ThreadPoolExecutor(4) as pool:
        for number, change in enumerate(phases):
            change()
            with lock:
                phase = number
            done += pool.map(one, range(number * 100, number * 100 + 100))
    return done


DEATHS: dict[str, Callable[[ModelServer], None]] = {
    "refuses connections": lambda server: server.down(),
    "says nothing": lambda server: setattr(server, "always", slow()),
    "breaks connections": lambda server: setattr(server, "always", reset()),
    "answers 500": lambda server: setattr(server, "always", server_error()),
    "answers 429": lambda server: setattr(server, "always", rate_limited(after_ms=400)),
}


def _revive(server: ModelServer) -> None:
    server.always = WELL
    server.up()


@pytest.mark.parametrize("death", DEATHS)
def test_every_ask_gets_a_value_and_traffic_moves_and_returns(
    database: Database, scripted_models: MakeServers, death: str
) -> None:
    """Two `processes` that share the ledger; prices and budgets as a site has them."""
    main, spare = scripted_models(2)
    main.always = spare.always = WELL
    policy = policy_over(
        [main.base_url, spare.base_url],
        routing=ROUTING,
        timeout_seconds=1.0,
        usd_per_million_in=0.1,
        usd_per_million_out=0.4,
        budgets=Budgets(user_day_usd=1.0, tenant_day_usd=5.0, site_day_usd=20.0),
    )
    models = [AskModels(policy, database) for _ in range(2)]
    asked = _run(models, [lambda: None, lambda: DEATHS[death](main), lambda: _revive(main)])
    assert [a.answer.value for a in asked] == ["valve"] * 300
    assert max(a.seconds for a in asked) < SECONDS
    by = [Counter(a.answer.calls[-1].model for a in asked if a.phase == n) for n in range(3)]
    assert by[0] == {"main": 100}
    assert by[1]["spare"] == 100
    assert sum(a.answer.calls[-1].model == "main" for a in asked[-25:]) >= 20
    ill = [a for a in asked if a.phase == 1]
    lasted = max(a.ended for a in ill) - min(a.ended for a in ill)
    assert sum(len(a.answer.calls) - 1 for a in asked) <= 12 + 3 * lasted / 0.4
    calls = [call for a in asked for call in a.answer.calls]
    for call in calls:
        _explains(call)
    assert Counter(rows(database)) == Counter((c.model, c.outcome) for c in calls)
    _print(death, asked, by, calls)


def _explains(call: ModelCall) -> None:
    """The snapshot alone tells why this model: lowest of those that may be asked."""
    routing = call.routing
    assert routing is not None
    assert routing.chosen == call.model
    scores = [routed.score for routed in routing.considered if routed.score is not None]
    assert scores == sorted(scores)
    assert routing.considered[0].model == call.model
    for routed in routing.considered:
        if routed.score is None:
            assert routed.barred
        else:
            assert routed.score == pytest.approx(sum(routed.points.values()), abs=1e-3)
    assert call.model in routing.reason
    if call.model != "main":
        assert routing.reason.startswith("main")


def _print(death: str, asked: list[Asked], by: list[Counter[str]], calls: list[ModelCall]) -> None:
    """Seen with `-s` or where the test fails."""
    ours = sorted(c.elapsed_ms - c.server_ms for c in calls if c.outcome == "ok")
    print(
        f"{death}: {[dict(b) for b in by]}, "
        f"{sum(len(a.answer.calls) - 1 for a in asked)} calls in vain, "
        f"slowest ask {max(a.seconds for a in asked):.2f} s, "
        f"ours p50 {ours[len(ours) // 2]:.1f} ms p95 {ours[int(len(ours) * 0.95)]:.1f} ms"
    )
