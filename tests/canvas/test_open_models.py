"""The models of a policy as the composed product opens them."""

from __future__ import annotations

import pytest

from dagster_project.canvas.open_models import close_models, open_models
from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.assets.policy import Calendar, PolicySpec
from dagster_project.contracts.value import Text
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings
from dagster_project.traces.redact import PROCESS_WALL
from tests.llm.models_lab import ask, policy_over, rows
from tests.model_server import ModelServer, echoes_key, good, scripted_model  # noqa: F401

KEY = "sk-Hn52-cR81-of-the-site"


def _policy(models: ModelPolicy, zone: str = "UTC") -> PolicySpec:
    return PolicySpec(
        out_of_scope=Text(ko="모릅니다", en="unknown"),
        models=models,
        calendar=Calendar(time_zone=zone),
    )


def test_one_content_is_opened_once(database: Database, settings: Settings) -> None:
    """The same policy again, as each release brings it, keeps its connections."""
    policy = policy_over(["http://127.0.0.1:9/v1"])
    first = open_models(_policy(policy), database, settings.home)
    assert open_models(_policy(policy.model_copy()), database, settings.home) is first
    other = _policy(policy.model_copy(update={"max_calls": 1}))
    assert open_models(other, database, settings.home) is not first
    assert open_models(_policy(policy, "Asia/Seoul"), database, settings.home) is not first
    close_models(database)
    assert open_models(_policy(policy), database, settings.home) is not first


def test_a_site_names_its_endpoint_by_variables(
    database: Database,
    settings: Settings,
    scripted_model: ModelServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not there while one is not set; there with the next ask once all are."""
    policy = policy_over(["env:CANVAS_MODEL_URL"])
    provider = policy.providers[0].model_copy(update={"api_key_ref": "env:CANVAS_MODEL_KEY"})
    policy = policy.model_copy(update={"providers": (provider,)})
    models = open_models(_policy(policy), database, settings.home)
    monkeypatch.delenv("CANVAS_MODEL_URL", raising=False)
    monkeypatch.delenv("CANVAS_MODEL_KEY", raising=False)
    assert models.ready() == "CANVAS_MODEL_URL is not set"
    monkeypatch.setenv("CANVAS_MODEL_URL", scripted_model.base_url)
    assert models.ready() == "CANVAS_MODEL_KEY is not set"
    monkeypatch.setenv("CANVAS_MODEL_KEY", KEY)
    assert models.ready() == ""
    scripted_model.always = good('{"word": "valve"}')
    assert ask(models).value == "valve"  # pyright: ignore[reportArgumentType]
    assert scripted_model.requests[0].had_key
    assert PROCESS_WALL.meets(KEY.encode())


def test_what_an_endpoint_says_is_cleaned_of_secrets_before_it_is_kept(
    database: Database,
    settings: Settings,
    scripted_model: ModelServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process's wall stands in front of the ledger too."""
    monkeypatch.setenv("CANVAS_MODEL_KEY", KEY)
    policy = policy_over([scripted_model.base_url])
    provider = policy.providers[0].model_copy(update={"api_key_ref": "env:CANVAS_MODEL_KEY"})
    policy = policy.model_copy(update={"providers": (provider,)})
    scripted_model.always = echoes_key(500)
    answer = ask(open_models(_policy(policy), database, settings.home))  # pyright: ignore
    assert answer.failure == "main answered 500"
    assert KEY not in str((answer, rows(database, "detail")))
