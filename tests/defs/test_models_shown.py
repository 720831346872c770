"""What an operator sees in Dagster of language models: the policy's check, asks and prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from model_server import ModelServer, model_server, server_error
from shop import load_shop
from traces.asked_models import model_call, with_calls
from traces.trace_examples import table_trace

from dagster_project.contracts.model_call import CallOutcome
from dagster_project.contracts.trace import Trace
from dagster_project.defs.ask import answer_metadata
from dagster_project.defs.location import code_location
from dagster_project.llm.ledger import write_call
from dagster_project.llm.port import Spender
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings


@dataclass(frozen=True)
class Shop:
    settings: Settings
    database: Database
    server: ModelServer
    site: Path

    def spend(self, *outcomes: CallOutcome) -> None:
        """Effects: so many calls of main in the ledger."""
        spender = Spender("default", "kim", "t", datetime.now(UTC).date(), 1.0)
        for outcome in outcomes:
            call = model_call(1).model_copy(
                update={"provider": "near", "prompt": "route:1", "outcome": outcome}
            )
            write_call(self.database, call, spender)

    def check(self) -> dg.AssetCheckEvaluation:
        (found,) = self._run("policy").get_asset_check_evaluations()[1:]
        assert found.check_name == "models"
        return found

    def metadata(self, kind: str) -> dict[str, Any]:
        (event,) = self._run(kind).get_asset_materialization_events()
        return {name: value.value for name, value in event.materialization.metadata.items()}

    def _run(self, kind: str) -> dg.ExecuteInProcessResult:
        names = {"policy": ["policy", "shop"], "prompt": ["prompt", "route"]}
        with dg.instance_for_test() as instance:
            job = code_location(self.settings).resolve_job_def("refresh_config")
            chosen = [dg.AssetKey(names[kind])]
            result = job.execute_in_process(instance=instance, asset_selection=chosen)
        assert result.success
        return result


@pytest.fixture
def make_shop(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Shop]]:
    """Publishes the shop with two models, of which one is set; more goes into the policy."""
    with model_server() as server, open_database(settings := make_settings(site)) as database:

        def make(**models: Any) -> Shop:
            path = site / "assets_config" / "policies" / "shop.yaml"
            policy = yaml.safe_load(path.read_text())
            providers = [
                {"name": "near", "base_url": server.base_url},
                {"name": "away", "base_url": "env:AWAY_URL"},
            ]
            price = {"usd_per_million_in": 1}
            named = [
                {"name": "main", "provider": "near", "model": "m", **price},
                {"name": "far", "provider": "away", "model": "m", **price},
            ]
            policy["spec"]["models"] = {"providers": providers, "models": named} | models
            path.write_text(yaml.safe_dump(policy, allow_unicode=True))
            load_shop(database)
            monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
            sync(database, load_site(site).require_good(), "tests")
            publish(database, None, "tests", "first")
            return Shop(settings, database, server, site)

        yield make


def test_a_model_that_fails_warns_and_one_that_is_not_set_does_not(
    make_shop: Callable[..., Shop],
) -> None:
    """The check reads the ledger: two failures in a row of a set model are a warning that names
    it; a model that is nowhere is none; no call is made."""
    shop = make_shop()
    assert shop.check().passed

    shop.spend("ok", "server_error", "server_error")
    found = shop.check()

    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.WARN
    assert "main: 2 failures in a row" in (found.description or "")
    assert "AWAY_URL is not set" in str(found.metadata["model far"].value)
    assert found.metadata["models_set"].value == 1
    assert shop.server.requests == []


def test_a_check_spends_only_where_the_policy_lets_it(make_shop: Callable[..., Shop]) -> None:
    """With `probe_in_checks` one tiny call is made to the model that is set, and is in the ledger;
    what it meets counts more than what asks met before."""
    shop = make_shop(probe_in_checks=True)
    shop.spend("server_error", "server_error")

    assert shop.check().passed
    shop.server.always = server_error()
    failing = shop.check()

    assert not failing.passed
    assert "a call of this check failed" in (failing.description or "")
    assert len(shop.server.requests) == 2
    with shop.database.pool.connection() as connection:
        made = connection.execute(
            "select outcome, user_name from canvas.model_call where prompt = 'check_model:1'"
            " order by id"
        ).fetchall()
    assert made == [("ok", "check"), ("server_error", "check")]


def test_a_model_without_a_price_under_a_budget_is_told(make_shop: Callable[..., Shop]) -> None:
    """Where a day has a budget and a set model costs nothing by the policy, the check says so."""
    free = {"name": "main", "provider": "near", "model": "m"}
    shop = make_shop(models=[free], budgets={"user_day_usd": 1})

    found = shop.check()

    assert not found.passed
    assert "main: no price in the policy" in (found.description or "")


def test_a_prompt_shows_what_its_calls_came_to(make_shop: Callable[..., Shop]) -> None:
    """Calls, failures, tokens, cost of the last week and the version's p95, ready to be plotted."""
    shop = make_shop()
    assert shop.metadata("prompt")["calls_7_days"] == 0

    shop.spend("ok", "ok", "timed_out")
    found = shop.metadata("prompt")

    assert (found["calls_7_days"], found["failed_calls_7_days"]) == (3, 1)
    assert found["tokens_7_days"] == 3 * 1_300
    assert found["cost_usd_7_days"] == pytest.approx(3 * 0.001234)
    assert found["p95_ms_of_this_version"] == 812.5


def told(trace: Trace) -> dict[str, Any]:
    return {name: value.value for name, value in answer_metadata(trace).items()}


def test_an_ask_says_who_planned_and_what_it_cost() -> None:
    """A run's metadata names planner, model, tokens, cost and fallbacks; prompts are not in it."""
    asked = with_calls(table_trace(3), model_call(3), fallbacks=("planner: spare (main failed)",))
    found, bare = told(asked), told(table_trace(3))

    assert (found["planned_by"], found["model"], found["tokens"]) == ("model", "main", 1_300)
    assert found["cost_usd"] == pytest.approx(0.001234)
    assert "planner: spare (main failed)" in found["fallbacks"]
    table: Any = answer_metadata(asked)["model_calls"]
    assert [record.data["why"] for record in table.records] == ["lowest score"]
    assert "You choose among" not in str(found)
    assert (bare["planned_by"], bare["model"], bare["tokens"]) == ("built-in", "none", 0)
    assert "model_calls" not in bare
