"""Which model is chosen and why: each penalty alone, ties, bars, and the sentence that tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider, Routing
from dagster_project.contracts.model_call import ModelHealth, RoutingChoice
from dagster_project.llm.route import choose, is_due
from tests.llm.models_lab import policy_over

NOW = datetime(2026, 3, 14, 10, 12, 0, tzinfo=UTC)
WELL = ModelHealth(calls=10, p50_ms=100, p95_ms=200, last_call_at=NOW - timedelta(seconds=5))


def _policy(**routing: Any) -> ModelPolicy:
    return policy_over(["http://a", "http://b"], routing=Routing(**routing))


def _choose(policy: ModelPolicy, **given: Any) -> RoutingChoice:
    health = {"main": WELL, "spare": WELL} | given.pop("health", {})
    settings: dict[str, Any] = {"intended": None, "estimated_usd": {}, "barred": {}, "now": NOW}
    return choose(policy, health, **(settings | given))


def _points(choice: RoutingChoice, model: str) -> dict[str, float]:
    return next(routed.points for routed in choice.considered if routed.model == model)


def test_equal_scores_go_to_the_first_of_the_policy() -> None:
    """A tie is settled the same way every time."""
    choice = _choose(_policy())
    assert (choice.chosen, choice.reason) == ("main", "main has the lowest score 0.1")
    assert [routed.score for routed in choice.considered] == [0.1, 0.1]


@pytest.mark.parametrize(
    ("routing", "ill", "points"),
    [
        ({"max_latency_ms": 500}, {"p95_ms": 501}, {"penalty": 100.0}),
        ({"max_error_rate": 0.3}, {"failure_ratio": 0.5}, {"penalty": 100.0, "errors": 8.3333}),
        ({}, {"failure_ratio": 0.3}, {"errors": 5.0}),
        ({"error_weight": 0}, {"failure_ratio": 0.3}, {}),
        ({"latency_weight": 2}, {"p50_ms": 1500}, {"latency": 3.0}),
        (
            {"max_latency_ms": 500, "max_error_rate": 0.3, "penalty": 7, "error_weight": 0},
            {"p95_ms": 900, "failure_ratio": 0.9},
            {"penalty": 14.0},
        ),
    ],
)
def test_health_costs_points(
    routing: dict[str, float], ill: dict[str, float], points: dict[str, float]
) -> None:
    """Each penalty alone, and two of them together; the other model is taken."""
    wrong = WELL.model_copy(update={"p50_ms": None} | ill)
    choice = _choose(_policy(**routing), health={"main": wrong})
    assert _points(choice, "main") == points
    assert choice.chosen == ("spare" if points else "main")


def test_cost_region_and_cold_start_cost_points() -> None:
    """A cent is a point, a region what the policy says, and a model that was idle its penalty."""
    policy = ModelPolicy(
        providers=(
            Provider(name="far", base_url="http://far", region="us"),
            Provider(name="near", base_url="http://near", region="kr"),
        ),
        models=(
            Model(name="big", provider="far", model="b"),
            Model(name="small", provider="near", model="s", cold_start_penalty=3),
        ),
        routing=Routing(region_weights={"us": 4}),
    )
    idle = ModelHealth(last_call_at=NOW - timedelta(seconds=301))
    health = {"big": ModelHealth(last_call_at=NOW), "small": idle}
    choice = choose(policy, health, None, {"big": 0.02, "small": 0.0}, {}, NOW)
    assert _points(choice, "big") == {"cost": 2.0, "region": 4.0}
    assert _points(choice, "small") == {"cold_start": 3.0}
    assert choice.chosen == "small"


def test_the_model_that_the_prompt_names_goes_before_better_ones() -> None:
    """Every other bears `not_intended`, until that is less than what the named one bears."""
    assert _choose(_policy(), intended="spare").chosen == "spare"
    slow = WELL.model_copy(update={"p50_ms": 12_000})
    choice = _choose(_policy(), intended="spare", health={"spare": slow})
    assert choice.chosen == "main"
    assert choice.reason == (
        "spare, which the prompt names, has score 12.0 (latency 12.0);"
        " main has the lowest score 10.1"
    )


def test_a_model_that_failed_is_left_alone_and_the_reason_says_until_when() -> None:
    """The sentence of the intended one comes first."""
    ill = ModelHealth(
        calls=2,
        failures_in_row=2,
        last_failure="timed out",
        left_alone_until=NOW + timedelta(seconds=3),
    )
    choice = _choose(_policy(), intended="main", health={"main": ill})
    assert choice.chosen == "spare"
    assert choice.reason == (
        "main is left alone until 10:12:03 UTC after 2 failures in a row (timed out);"
        " spare has the lowest score 10.1"
    )
    assert choice.considered[-1].barred.startswith("is left alone until 10:12:03 UTC")
    assert choice.considered[-1].score is None


def test_a_model_that_is_due_is_not_judged_by_what_closed_it() -> None:
    """Else its failures would keep it from ever being tried again."""
    ill = ModelHealth(
        calls=20,
        failure_ratio=1.0,
        failures_in_row=20,
        last_failure="failed",
        last_call_at=NOW,
        left_alone_until=NOW - timedelta(seconds=1),
    )
    assert is_due(ill, NOW)
    choice = _choose(_policy(), intended="main", health={"main": ill})
    assert choice.chosen == "main"
    assert "is tried again" in choice.reason


@pytest.mark.parametrize("denied", ["main", "at_main"])
def test_what_the_policy_denies_is_never_asked(denied: str) -> None:
    """By the model's name or its provider's, whatever else holds."""
    choice = _choose(_policy(deny=(denied,)), intended="main", barred={"main": "failed"})
    assert choice.chosen == "spare"
    assert choice.considered[-1].barred == "is denied by the policy"


def test_when_all_are_barred_nothing_is_chosen_and_each_reason_is_told() -> None:
    """Bars from outside of health: keys, budgets, context."""
    barred = {"main": "has no key: it expired", "spare": "failed in this ask"}
    choice = _choose(_policy(), barred=barred)
    assert choice.chosen is None
    assert choice.reason == (
        "no model can be asked: main has no key: it expired; spare failed in this ask"
    )
    assert [routed.score for routed in choice.considered] == [None, None]
    assert choose(ModelPolicy(), {}, None, {}, {}, NOW).chosen is None


def test_a_model_that_the_policy_does_not_have_is_told() -> None:
    """The prompt may name a model of another site."""
    assert "names huge, which the policy does not have" in (
        _choose(_policy(), intended="huge").reason
    )
