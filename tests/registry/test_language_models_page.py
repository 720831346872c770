"""docs/language-models.md says what the code does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from dagster_project.contracts.assets.models import ModelPolicy, Routing
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.model_call import ModelHealth
from dagster_project.contracts.value import AssetId
from dagster_project.llm.budgets import cost_usd
from dagster_project.llm.health import OUTCOME_WORDS
from dagster_project.llm.route import choose
from dagster_project.registry.load import load_site

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "language-models.md").read_text(encoding="utf-8")
NOW = datetime(2026, 2, 4, tzinfo=UTC)
LATELY = NOW - timedelta(seconds=20)


def policy() -> ModelPolicy:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return ModelPolicy.model_validate(yaml.safe_load(block)["models"])


def test_the_policy_of_the_page_can_be_used() -> None:
    """The YAML is a policy's `models`, whole."""
    assert [model.name for model in policy().models] == ["large", "small"]


@pytest.mark.parametrize(
    ("row", "large", "small"),
    [
        (0, ModelHealth(calls=4, p50_ms=1_200, last_call_at=LATELY), ModelHealth()),
        (1, ModelHealth(), ModelHealth(calls=4, p50_ms=900, last_call_at=LATELY)),
        (2, ModelHealth(), ModelHealth(last_call_at=NOW - timedelta(seconds=301))),
        (
            3,
            ModelHealth(calls=3, failure_ratio=1 / 3, p50_ms=1_200, last_call_at=LATELY),
            ModelHealth(),
        ),
    ],
)
def test_the_worked_example_is_what_routing_does(
    row: int, large: ModelHealth, small: ModelHealth
) -> None:
    """Each line of the table has the points and the score that `choose` gives."""
    lines = re.findall(r"^\| `(large|small)`, [^|]+\|(.+)\|$", PAGE, re.MULTILINE)
    name, cells = lines[row]
    told = dict(zip(_columns(), map(float, cells.split("|")), strict=True))
    models = policy()
    usd = {model.name: cost_usd(model, 5_000, 1_500) for model in models.models}

    choice = choose(models, {"large": large, "small": small}, "large", usd, {}, NOW)

    routed = next(model for model in choice.considered if model.model == name)
    score = told.pop("score")
    assert {k: v for k, v in told.items() if v} == pytest.approx(routed.points)
    assert routed.score == pytest.approx(score)


def _columns() -> list[str]:
    (head,) = re.findall(r"^\| \| (cost .+ score) \|$", PAGE, re.MULTILINE)
    return [name.strip() for name in head.split("|")]


def test_every_outcome_of_a_call_is_explained() -> None:
    """What a fall-back line may say of a model stands on the page, word for word."""
    answered = {"answered", "answered in the second turn"}

    for words in set(OUTCOME_WORDS.values()) - answered:
        assert f"main {words}" in PAGE, words


def test_every_point_of_a_score_is_explained() -> None:
    """The table of points has every one that routing gives."""
    for name in ("cost", "region", "errors", "latency", "cold_start", "penalty", "not_intended"):
        assert f"| `{name}` |" in PAGE


def test_settings_that_the_page_names_exist() -> None:
    """The page speaks of fields that a policy has, and of the variables of the shipped one."""
    known = {*Routing.model_fields, *ModelPolicy.model_fields}
    for name in ("window_seconds", "failures_to_open", "backoff_seconds", "probe_in_checks"):
        assert name in known
        assert f"`{name}" in PAGE
    spec = load_site(REPOSITORY).assets[AssetId("policy:default")].spec
    assert isinstance(spec, PolicySpec)
    for variable in ("CANVAS_MODEL_URL", "CANVAS_MODEL", "CANVAS_MODEL_KEY"):
        assert f"env:{variable}" in {
            *(provider.base_url for provider in spec.models.providers),
            *(provider.api_key_ref for provider in spec.models.providers),
            *(model.model for model in spec.models.models),
        }
        assert f"export {variable}=" in PAGE
