"""A trace shows what models were asked, why, and what it cost; explaining hides no cost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import yaml
from click.testing import Result
from model_server import ModelServer, model_server, wrong_schema
from shop import SITE, load_shop
from traces.asked_models import SYSTEM, model_call, with_calls
from traces.trace_examples import table_trace

from cli.conftest import runner
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.costs import costs
from dagster_project.traces.keep import keep

ASKED = with_calls(
    table_trace(1),
    model_call(1, outcome="server_error"),
    model_call(1, model="spare", attempt=2, user="Question: \x1b[2J정지?"),
    fallbacks=("planner: spare (main answered 500)",),
)
PLAIN = table_trace(2)


@pytest.fixture(scope="module")
def run(make_settings: Callable[..., Settings]) -> Callable[..., Result]:
    settings = make_settings()
    with open_database(settings) as database:
        for trace in (ASKED, PLAIN):
            keep(database, trace)
    return runner(settings)


def test_the_overview_tells_each_call(run: Callable[..., Result]) -> None:
    """Model, outcome, tokens, cost, time, why that model and what was wrong; no prompt."""
    text = run("trace", "show", ASKED.trace_id).output

    for part in (
        "planner",
        "site/main",
        "server_error",
        "site/spare",
        "1,234+66 tokens",
        "$0.00123",
        "812 ms",
        "route_plan:2, json_schema",
        "lowest score",
        "scores: spare 1.50, spare –",
        "main answered badly",
        "planner: spare (main answered 500)",
    ):
        assert part in text, part
    assert SYSTEM not in text
    assert "model calls" not in run("trace", "show", PLAIN.trace_id).output


def test_calls_print_prompt_and_reply(run: Callable[..., Result]) -> None:
    """`--calls` shows every message and reply as they stood, without steering the terminal."""
    text = run("trace", "show", ASKED.trace_id, "--calls").output

    assert SYSTEM.strip() in text
    assert "Question: \ufffd[2J정지?" in text
    assert '{"kind":"plan","steps":[{"query":"events_by_ci"}]}' in text
    assert "route_plan: site/main, attempt 1, server_error" in text
    assert "no model was asked" in run("trace", "show", PLAIN.trace_id, "--calls").output
    assert run("trace", "show", ASKED.trace_id, "--calls", "--stage", "execute").exit_code == 2


def test_calls_as_json_are_whole(run: Callable[..., Result]) -> None:
    """The calls come with their stage, equal to those that were made."""
    found = orjson.loads(run("trace", "show", ASKED.trace_id, "--calls", "--json").stdout)

    made = [call.model_dump(mode="json") for call in ASKED.stage_outputs[0].model_calls]
    assert found["calls"] == [{"stage": "route_plan", "call": call} for call in made]


def test_traces_are_listed_by_what_they_cost(run: Callable[..., Result]) -> None:
    """`--min-cost` keeps the dear ones, and a listing tells the cost of those that have one."""
    found = orjson.loads(run("trace", "list", "--min-cost", "0.001", "--json").stdout)["traces"]
    text = run("trace", "list").output

    assert [trace["trace_id"] for trace in found] == [ASKED.trace_id]
    assert found[0]["cost_usd"] == pytest.approx(ASKED.cost_usd)
    assert text.count("[$0.0025]") == 1


@pytest.fixture
def shop(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> Iterator[tuple[Callable[..., Result], ModelServer, Settings]]:
    home = tmp_path / "site"
    shutil.copytree(SITE, home)
    path = home / "assets_config" / "policies" / "shop.yaml"
    with model_server() as server:
        policy = yaml.safe_load(path.read_text())
        policy["spec"]["models"] = {
            "providers": [{"name": "near", "base_url": server.base_url}],
            "models": [
                {"name": "main", "provider": "near", "model": "m", "usd_per_million_in": 5.0}
            ],
            "max_calls": 1,
        }
        path.write_text(yaml.safe_dump(policy, allow_unicode=True))
        settings = make_settings(home)
        with open_database(settings) as database:
            load_shop(database)
        yield runner(settings), server, settings


def test_explain_says_what_it_spent(
    shop: tuple[Callable[..., Result], ModelServer, Settings],
) -> None:
    """A plan that a model was asked for is told with its calls, its fallback and its cost, which
    the ledger has too; `--no-models` asks nobody."""
    run, server, settings = shop
    server.always = wrong_schema()

    found = orjson.loads(run("explain", "faults of P-1", "--json").stdout)
    text = run("explain", "faults of P-1").output
    asked = len(server.requests)
    bare = orjson.loads(run("explain", "faults of P-1", "--no-models", "--json").stdout)

    assert [call["outcome"] for call in found["model_calls"]] == ["out_of_contract"]
    assert found["cost_usd"] > 0
    assert found["fallbacks"][0].startswith("planner: built-in (main ")
    assert "spent: 1 call of a model" in text
    assert asked == len(server.requests) == 2
    assert (bare["model_calls"], bare["cost_usd"]) == ([], 0)
    with open_database(settings) as database:
        (group,) = costs(database, "model").groups
    assert group.cost_usd == pytest.approx(2 * found["cost_usd"], rel=0.05)
