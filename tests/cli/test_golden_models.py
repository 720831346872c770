"""`canvas golden record` and `--model`: what a night asked and what it cost, on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import openai  # noqa: F401  # loading it takes longer than these models may
import pytest
from click.testing import Result
from demo_data import allow_demo
from model_server import ModelServer, good, model_server
from with_model.site import site_with_models

from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

from .conftest import runner

SUITE = """\
suite: small
title: {ko: 작은 모음, en: A small suite}
model: replay
cases:
  - {id: servers, question: 서버 몇 대야?}
"""
REPLY = {
    "reasoning": "It counts them.",
    "kind": "plan",
    "rule": None,
    "intent": "aggregate",
    "steps": [
        {
            "id": "s1",
            "query": "plant_explore",
            "params": [],
            "table": {
                "table": "plant.ci",
                "measures": [{"aggregate": "count", "metric": None, "column": None, "time": None}],
                "group_by": [],
                "columns": [],
                "filters": [{"column": "plant.ci.ci_class", "op": "=", "values": ["server"]}],
                "related": [],
                "having": [],
                "search": None,
                "time": None,
                "order": [],
                "limit": None,
                "with_ties": False,
            },
            "graph": None,
            "words": None,
            "feeds": [],
        }
    ],
    "missing": [],
    "not_used": [],
}


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        server.always = good(json.dumps(REPLY))
        yield server


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings], open_folder: Callable[[str], Path], model: ModelServer
) -> Settings:
    home = site_with_models(open_folder("recorded") / "site", [model])
    for shipped in (home / "golden_sets").glob("*.yaml"):
        shipped.unlink()
    (home / "golden_sets" / "small.yaml").write_text(SUITE)
    settings = make_settings(home, plant=True)
    with open_database(settings) as database:
        allow_demo(database)
    return settings


def canvas(settings: Settings, *arguments: str) -> Result:
    return runner(settings)(*arguments)


def test_what_is_recorded_is_replayed_for_nothing(settings: Settings, model: ModelServer) -> None:
    """`record` asks although the suite replays; then the suite's own nights ask nobody."""
    recorded = canvas(settings, "golden", "record", "small", "--json")
    assert (recorded.exit_code, len(model.requests)) == (0, 1), recorded.output
    (night,) = json.loads(recorded.output)["nights"]
    assert night["model"] == "record"
    tokens = night["summary"]["tokens"]
    assert tokens > 0
    replayed = canvas(settings, "golden", "run", "small")
    assert (replayed.exit_code, len(model.requests)) == (0, 1)
    assert "models: replay, 0 tokens, $0.0000" in replayed.output
    shown = canvas(settings, "golden", "show", str(night["id"]))
    assert f"models: record, {tokens:,} tokens, ${night['summary']['cost_usd']:.4f}" in shown.output
    assert f"{tokens:,}" in canvas(settings, "golden", "nights", "small").output


def test_a_stale_case_is_shown_with_what_to_do(settings: Settings, model: ModelServer) -> None:
    """The night is red, the case stands there, and `--failed` runs it again."""
    canvas(settings, "golden", "record", "small")
    prompt = settings.home / "assets_config" / "prompts" / "route_plan.yaml"
    prompt.write_text(prompt.read_text().replace("You plan how one", "You plan how an"))
    canvas(settings, "assets", "publish", "--reason", "other words")
    night = canvas(settings, "golden", "run", "small")
    assert night.exit_code == 1
    assert "1 stale" in night.output
    told = " ".join(night.output.split())
    assert "the prompt text part moved; `canvas golden record small` asks a model anew" in told
    again = canvas(settings, "golden", "run", "small", "--failed", "--model", "fill")
    assert (again.exit_code, len(model.requests)) == (0, 2), again.output
