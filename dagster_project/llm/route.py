"""L2: which model is asked, and why. Pure: how the models stand in, a choice that explains itself.

A score is the sum of its points, the lowest wins; of equal ones the first in the policy. A model
that cannot be asked is barred and stands last, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider
from dagster_project.contracts.model_call import ModelHealth, RoutedModel, RoutingChoice
from dagster_project.llm.health import OUTCOME_WORDS

_BARRED_TOLD = 3


def choose(
    policy: ModelPolicy,
    health: Mapping[str, ModelHealth],
    intended: str | None,
    estimated_usd: Mapping[str, float],
    barred: Mapping[str, str],
    now: datetime,
) -> RoutingChoice:
    """`barred`: what is known beside health, `has no key: ...`, by model; `now` with a zone."""
    providers = {provider.name: provider for provider in policy.providers}
    routed = [
        _routed(
            model,
            providers[model.provider],
            policy,
            health.get(model.name, ModelHealth()),
            intended,
            estimated_usd.get(model.name, 0.0),
            barred.get(model.name, ""),
            now,
        )
        for model in policy.models
    ]
    open_ones = sorted((r for r in routed if r.score is not None), key=_by_score)
    closed = [r for r in routed if r.score is None]
    best = open_ones[0] if open_ones else None
    return RoutingChoice(
        intended=intended,
        chosen=best.model if best else None,
        reason=_reason(open_ones, closed, intended, now),
        considered=(*open_ones, *closed),
    )


def is_due(health: ModelHealth, now: datetime) -> bool:
    """It was left alone, and the while is over."""
    return health.left_alone_until is not None and health.left_alone_until <= now


def needs_trial(health: ModelHealth, now: datetime) -> bool:
    """One ask alone shall try it. An endpoint that only asked for a pause is open to all after."""
    return is_due(health, now) and health.last_failure != OUTCOME_WORDS["rate_limited"]


def clock(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%H:%M:%S} UTC"


def _routed(
    model: Model,
    provider: Provider,
    policy: ModelPolicy,
    health: ModelHealth,
    intended: str | None,
    usd: float,
    barred: str,
    now: datetime,
) -> RoutedModel:
    why = barred
    if model.name in policy.routing.deny or provider.name in policy.routing.deny:
        why = "is denied by the policy"
    elif not why and health.left_alone_until is not None and health.left_alone_until > now:
        why = f"is left alone until {clock(health.left_alone_until)}{_after(health)}"
    points = {} if why else _points(model, provider, policy, health, intended, usd, now)
    return RoutedModel(
        model=model.name,
        provider=provider.name,
        score=None if why else round(sum(points.values()), 4),
        points=points,
        barred=why,
        health=health,
    )


def _points(
    model: Model,
    provider: Provider,
    policy: ModelPolicy,
    health: ModelHealth,
    intended: str | None,
    usd: float,
    now: datetime,
) -> dict[str, float]:
    """Those that are not nothing. A model that is due for its trial is not judged by the failures
    that closed it: they would keep it from ever being tried."""
    routing = policy.routing
    failed = 0.0 if is_due(health, now) else _share_failed(health)
    penalties = (failed > routing.max_error_rate) + (
        routing.max_latency_ms is not None
        and health.p95_ms is not None
        and health.p95_ms > routing.max_latency_ms
    )
    idle = None if health.last_call_at is None else (now - health.last_call_at).total_seconds()
    points = {
        "penalty": penalties * routing.penalty,
        "cost": routing.cost_weight * usd * 100,
        "region": routing.region_weights.get(provider.region, 0.0),
        "errors": routing.error_weight * failed,
        "latency": routing.latency_weight * (health.p50_ms or 0.0) / 1000,
        "cold_start": (
            model.cold_start_penalty if idle is None or idle > model.cold_after_seconds else 0.0
        ),
        "not_intended": (
            routing.not_intended if intended is not None and model.name != intended else 0.0
        ),
    }
    return {name: round(value, 4) for name, value in points.items() if value}


def _share_failed(health: ModelHealth) -> float:
    """One failure of one call says little: two good calls are added to those that were made."""
    return health.failure_ratio * health.calls / (health.calls + 2)


def _by_score(routed: RoutedModel) -> float:
    assert routed.score is not None
    return routed.score


def _after(health: ModelHealth) -> str:
    if not health.failures_in_row:
        return ""
    failures = "1 failure" if health.failures_in_row == 1 else f"{health.failures_in_row} failures"
    return f" after {failures} in a row ({health.last_failure})"


def _reason(
    open_ones: list[RoutedModel],
    closed: list[RoutedModel],
    intended: str | None,
    now: datetime,
) -> str:
    told = sorted(closed, key=lambda routed: routed.model != intended)
    parts = [f"{routed.model} {routed.barred}" for routed in told[:_BARRED_TOLD]]
    if len(told) > _BARRED_TOLD:
        parts.append(f"{len(told) - _BARRED_TOLD} more cannot be asked")
    known = {routed.model for routed in (*open_ones, *closed)}
    if intended is not None and intended not in known:
        parts.append(f"the prompt names {intended}, which the policy does not have")
    if not open_ones:
        return "no model can be asked: " + ("; ".join(parts) or "none is set")
    best = open_ones[0]
    for other in open_ones[1:]:
        if other.model == intended:
            parts.append(f"{other.model}, which the prompt names, has {_score(other)}")
    if len(known) == 1:
        parts.append(f"{best.model} is the only model")
    else:
        parts.append(f"{best.model} has the lowest score {best.score:.1f}")
    if is_due(best.health, now) and best.health.left_alone_until is not None:
        parts.append(
            f"it was left alone until {clock(best.health.left_alone_until)}{_after(best.health)}"
            " and is tried again"
        )
    return "; ".join(parts)


def _score(routed: RoutedModel) -> str:
    points = ", ".join(
        f"{name} {value:.1f}"
        for name, value in sorted(routed.points.items(), key=lambda item: -item[1])
    )
    return f"score {routed.score:.1f}" + (f" ({points})" if points else "")
