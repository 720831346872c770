"""`canvas models`, `keys` and `cost` say what can be asked, what works and what it cost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml
from click.testing import Result
from model_server import (
    ModelServer,
    knows_only,
    model_server,
    no_usage,
    not_json,
    rate_limited,
    server_error,
    slow,
)
from shop import SITE
from traces.asked_models import model_call, with_calls
from traces.trace_examples import table_trace

from cli.conftest import runner
from dagster_project.cli.cost import GROUPS
from dagster_project.llm.ledger import write_call
from dagster_project.llm.port import Spender
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.costs import CostBy, costs
from dagster_project.traces.keep import keep

KEY = "sk-test-5b1f0c77d2"


@dataclass(frozen=True)
class Shop:
    """A site whose policy names a model that is set, one without a key, and one nowhere."""

    run: Callable[..., Result]
    server: ModelServer
    database: Database

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == exit_code, result.output
        return orjson.loads(result.stdout)


def _policy(server: ModelServer) -> dict[str, Any]:
    priced = {"usd_per_million_in": 1.0, "usd_per_million_out": 4.0}
    return {
        "providers": [
            {"name": "near", "base_url": server.base_url, "api_key_ref": "env:NEAR_KEY"},
            {"name": "keyed", "base_url": server.base_url, "api_key_ref": "key:main"},
            {"name": "away", "base_url": "env:AWAY_URL", "region": "moon"},
        ],
        "models": [
            {"name": "main", "provider": "near", "model": "m-1", **priced, "timeout_seconds": 0.7},
            {"name": "kept", "provider": "keyed", "model": "m-2", **priced},
            {"name": "far", "provider": "away", "model": "env:AWAY_MODEL", **priced},
        ],
    }


@pytest.fixture
def shop(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    monkeypatch.setenv("NEAR_KEY", KEY)
    with model_server() as server:
        server.key = KEY
        home = tmp_path / "site"
        shutil.copytree(SITE, home)
        path = home / "assets_config" / "policies" / "shop.yaml"
        policy = yaml.safe_load(path.read_text())
        policy["spec"]["models"] = _policy(server)
        path.write_text(yaml.safe_dump(policy, allow_unicode=True))
        settings = make_settings(home)
        with open_database(settings) as database:
            yield Shop(runner(settings), server, database)


def test_models_tells_what_is_set_and_why_not(shop: Shop) -> None:
    """Each model with its state; the first that can be asked is named with the reason. No request
    is sent and no key is read."""
    found = shop.json("models")

    states = {m["model"]: (m["missing"], m["bad_key"], m["score"]) for m in found["models"]}
    assert states["main"] == ("", "", pytest.approx(found["models"][0]["points"]["cost"]))
    assert states["kept"] == ("", "no key 'main' is registered", None)
    assert states["far"] == ("AWAY_URL is not set", "", None)
    assert (found["ready"], found["chosen"]) == ("", "main")
    assert "kept has no key: no key 'main' is registered" in found["reason"]
    assert found["models"][0]["address"] == f"127.0.0.1:{shop.server.port}/v1"
    text = shop.run("models").output
    assert "main is asked next" in text
    assert "AWAY_URL is not set" in text
    assert shop.server.requests == []
    assert KEY not in text
    assert shop.json("audit")["audit"] == []


def test_a_site_without_a_model_is_told_so(make_settings: Callable[..., Settings]) -> None:
    """Nothing is wrong then: the built-in planner does the work."""
    run = runner(make_settings(SITE))

    assert "no model is set" in run("models").output
    assert run("models", "check").exit_code == 0
    assert orjson.loads(run("models", "--json").stdout)["models"] == []


def test_a_check_is_one_real_call(shop: Shop) -> None:
    """What works is told: reachable, key, format, time and tokens; the call is in the ledger."""
    (found,) = shop.json("models", "check", "main")["models"]

    assert (found["works"], found["outcome"]) == (True, "ok")
    assert (found["reachable"], found["has_rights"], found["usage_told"]) == (True, True, True)
    assert (found["format"], found["calls"]) == ("json_schema", 1)
    assert 0 < found["latency_ms"] < 700
    assert found["cost_usd"] == pytest.approx(
        (found["tokens_in"] + 4 * found["tokens_out"]) / 1_000_000
    )
    (asked,) = shop.server.requests
    assert asked.response_format is not None
    assert asked.model == "m-1"
    (group,) = costs(shop.database, "model").groups
    assert (group.group, group.calls, group.tokens_in) == ("near/main", 1, found["tokens_in"])
    assert shop.json("models")["models"][0]["health"]["calls"] == 1


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (slow(), {"outcome": "timed_out", "reachable": False, "has_rights": None}),
        (server_error(), {"outcome": "server_error", "reachable": True, "has_rights": True}),
        (rate_limited(), {"outcome": "rate_limited", "reachable": True, "has_rights": True}),
        (not_json(), {"outcome": "unreadable", "reachable": True, "format": None}),
        (no_usage(), {"outcome": "ok", "usage_told": False, "works": True}),
    ],
)
def test_a_check_says_what_does_not_work(
    shop: Shop, behaviour: Any, expected: dict[str, object]
) -> None:
    """Each failure is told apart, with exit code 1; a working model that hides its tokens works."""
    shop.server.always = behaviour
    works = bool(expected.get("works"))

    (found,) = shop.json("models", "check", "main", exit_code=0 if works else 1)["models"]

    assert {name: found[name] for name in expected} == expected
    assert found["works"] is works
    assert works or found["detail"]


def test_a_check_finds_the_format_that_an_endpoint_knows(shop: Shop) -> None:
    """Where schemas are unknown, JSON and then words are tried; every try is paid for and told."""
    shop.server.brain = lambda *_: '{"answer": "ready"}'
    shop.server.always = knows_only("json_object")

    (found,) = shop.json("models", "check", "main")["models"]

    assert (found["works"], found["format"], found["calls"]) == (True, "json_object", 2)
    assert len(shop.server.requests) == 2


def test_a_check_of_all_tells_those_that_are_not_set(shop: Shop, monkeypatch: Any) -> None:
    """A wrong key and missing variables are findings of their own, with exit code 1; an unknown
    name is refused with those that there are."""
    monkeypatch.setenv("NEAR_KEY", "sk-other-000000")
    found = {m["model"]: m for m in shop.json("models", "check", exit_code=1)["models"]}
    assert (found["main"]["outcome"], found["main"]["has_rights"]) == ("no_rights", False)
    assert found["far"]["detail"] == "is not there: AWAY_URL is not set"
    assert "no key 'main' is registered" in found["kept"]["detail"]
    assert "main, kept, far" in shop.run("models", "check", "mian").output


def test_keys_are_set_listed_checked_and_retired(shop: Shop, monkeypatch: Any) -> None:
    """A key is registered by where it is; it is never printed; a changed one is found; what was
    done is in the audit with who and why."""
    shop.run("keys", "set", "main", "--from", "env:NEAR_KEY", "--by", "kim", "--reason", "bought")
    (kept,) = shop.json("keys", "list")["keys"]
    assert (kept["name"], kept["reference"], kept["written_by"]) == ("main", "env:NEAR_KEY", "kim")
    assert shop.json("models")["models"][1]["bad_key"] == ""
    assert shop.json("models", "check", "kept")["models"][0]["works"]
    assert shop.json("keys", "check") == {"keys": [{"name": "main", "wrong": ""}]}

    monkeypatch.setenv("NEAR_KEY", "sk-other-000000")
    wrong = shop.json("keys", "check", "main", exit_code=1)["keys"][0]["wrong"]
    assert "is not the one that was registered" in wrong

    assert shop.run("keys", "retire", "main", "--reason", "sold").exit_code == 0
    assert shop.json("keys", "list") == {"keys": []}
    acts = {(row["act"], row["by"]) for row in shop.json("audit", "key:main")["audit"]}
    assert ("register", "kim") in acts
    assert {"read", "fail", "retire"} <= {act for act, _ in acts}
    whole = "".join(shop.run(*words).output for words in (("keys", "list"), ("audit",)))
    assert KEY not in whole


def test_a_key_needs_a_place_a_reason_and_a_time_to_come(shop: Shop) -> None:
    """What cannot be registered is refused with what to do; an expired key is told by `models`."""
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    place = ("keys", "set", "main", "--from", "env:NEAR_KEY")
    assert shop.run("keys", "set", "main", "--reason", "x").exit_code == 2
    assert shop.run(*place).exit_code == 2
    assert (
        "before it can be used"
        in shop.run(*place, "--reason", "x", "--expires", "2020-01-01").output
    )
    assert KEY not in shop.run("keys", "set", "main", "--from", KEY, "--reason", "x").output
    assert shop.json(*place, "--reason", "x", "--expires", soon)["expires_at"].startswith("20")
    with shop.database.pool.connection() as connection:
        connection.execute("update canvas.model_key set expires_at = now() - interval '1 minute'")
    assert "its key expired at" in shop.json("models")["models"][1]["bad_key"]


def test_cost_shows_what_was_spent(shop: Shop) -> None:
    """Every grouping as JSON is what `costs` says, and as a table has its names and the whole."""
    trace = with_calls(table_trace(1), model_call(1))
    keep(shop.database, trace)
    spender = Spender("default", "kim", trace.trace_id, datetime.now(UTC).date(), 1.0)
    write_call(shop.database, model_call(1), spender)
    shop.run("models")  # records the site's files, and so its time zone

    for by in GROUPS:
        found = shop.json("cost", "--by", by)
        expected = costs(shop.database, by).groups
        if by != "day":
            assert [g["group"] for g in found["groups"]] == [g.group for g in expected]
        text = shop.run("cost", "--by", by).output
        assert all(group["group"] in text for group in found["groups"])
    assert shop.json("cost")["filter"]["time_zone"] == "Asia/Seoul"
    assert "together 1,300 tokens, $0.0012" in shop.run("cost", "--by", "model").output
    assert "do not add up" in shop.run("cost", "--by", "asset").output
    assert shop.json("cost", "--to", "2020-01-01")["groups"] == []
    assert shop.json("cost", "--user", "lee")["groups"] == []
    assert shop.json("cost", "--tenant", "other")["groups"] == []
    assert len(shop.json("cost", "--from", "2026-01-01")["groups"]) == 1


def test_the_groups_are_the_contracts_words() -> None:
    """`--by` takes exactly what can be counted by."""
    assert get_args(CostBy) == GROUPS
