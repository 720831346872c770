"""How the models of a policy stand now: set or not and why, health, score, price."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.model_call import ModelHealth, RoutingChoice
from dagster_project.contracts.value import Value
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.budgets import cost_usd
from dagster_project.llm.keys import registered_keys
from dagster_project.llm.route import choose
from dagster_project.pipeline.prompts import StagePrompt, prompts_by_stage
from dagster_project.planner.assets import policy_of
from dagster_project.registry.checks.check_models import has_budget, is_free

if TYPE_CHECKING:
    from dagster_project.store.database import Database


class ModelStanding(Value):
    """One model, and why it can or cannot be asked."""

    model: str
    provider: str
    region: str
    address: str
    """Host and path; `env:NAME` while NAME is not set."""
    asked_as: str
    """What the endpoint calls it."""
    key: str
    """The reference, never the key; empty: none is sent."""
    missing: str
    """The variable without which it is not there; empty: it is set."""
    bad_key: str
    """Why its registered key cannot be used, as far as is known without reading it."""
    usd_per_million_in: float
    usd_per_million_out: float
    highest_usd: float
    """Of one call with the prompt at its full size."""
    score: float | None
    points: dict[str, float]
    barred: str
    health: ModelHealth


class Standing(Value):
    use: str
    ready: str
    """Why no model is asked at all; empty when one can be."""
    prompt: str
    """Of route_plan, `name:version`; empty: the release has none."""
    intended: str | None
    chosen: str | None
    reason: str
    unpriced: tuple[str, ...]
    """Models that are set and cost nothing by the policy, so that its budgets of a day never stop
    them."""
    models: tuple[ModelStanding, ...]
    """As they would be asked: best first, those that cannot be asked last."""


def standing_of(database: Database, home: Path, release: Release) -> Standing:
    """By the policy in force in the release. Raises: AssetNotFound, StoreError."""
    policy = policy_of(release).asset.spec
    assert isinstance(policy, PolicySpec)
    return model_standing(database, home, policy, prompts_by_stage(release).get("route_plan"))


def model_standing(
    database: Database,
    home: Path,
    policy: PolicySpec,
    prompt: StagePrompt | None,
    environ: Mapping[str, str] = os.environ,
) -> Standing:
    """What the next ask would choose among. Raises: StoreError."""
    models = policy.models
    asking = AskModels(models, database, home=home, environ=environ)
    keys = _bad_keys(database, models)
    by_name = {provider.name: provider for provider in models.providers}
    missing = {model.name: asking.endpoints.missing(model) for model in models.models}
    bad_keys = {
        model.name: keys.get(by_name[model.provider].api_key_ref or "", "")
        for model in models.models
    }
    barred = {name: f"has no key: {why}" for name, why in bad_keys.items() if why}
    barred |= {name: f"is not there: {why}" for name, why in missing.items() if why}
    highest = {model.name: _highest_usd(model, prompt) for model in models.models}
    choice = choose(
        models,
        asking.book.health(fresh=True),
        prompt.spec.model if prompt else None,
        highest,
        barred,
        asking.book.now(),
    )
    ready = asking.ready() or ("" if prompt else "no prompt asset is for the stage route_plan")
    return Standing(
        use=models.use,
        ready=ready,
        prompt=prompt.ref if prompt else "",
        intended=choice.intended,
        chosen=choice.chosen,
        reason=choice.reason,
        models=_models(models, choice, missing, bad_keys, highest, environ),
        unpriced=_unpriced(models, missing),
    )


def _models(
    policy: ModelPolicy,
    choice: RoutingChoice,
    missing: dict[str, str],
    bad_keys: dict[str, str],
    highest: dict[str, float],
    environ: Mapping[str, str],
) -> tuple[ModelStanding, ...]:
    providers = {provider.name: provider for provider in policy.providers}
    models = {model.name: model for model in policy.models}
    return tuple(
        ModelStanding(
            model=routed.model,
            provider=routed.provider,
            region=providers[routed.provider].region,
            address=_address(providers[routed.provider], environ),
            asked_as=_value(models[routed.model].model, environ),
            key=providers[routed.provider].api_key_ref or "",
            missing=missing[routed.model],
            bad_key=bad_keys[routed.model],
            usd_per_million_in=models[routed.model].usd_per_million_in,
            usd_per_million_out=models[routed.model].usd_per_million_out,
            highest_usd=highest[routed.model],
            score=routed.score,
            points=routed.points,
            barred=routed.barred,
            health=routed.health,
        )
        for routed in choice.considered
    )


def _unpriced(policy: ModelPolicy, missing: dict[str, str]) -> tuple[str, ...]:
    if not has_budget(policy):
        return ()
    return tuple(m.name for m in policy.models if is_free(m) and not missing[m.name])


def _bad_keys(database: Database, policy: ModelPolicy) -> dict[str, str]:
    """By reference: registered keys that cannot be used, as far as is known without reading one."""
    wanted = {p.api_key_ref for p in policy.providers if (p.api_key_ref or "").startswith("key:")}
    if not wanted:
        return {}
    known = {f"key:{key.name}": key for key in registered_keys(database)}
    now = datetime.now().astimezone()
    bad: dict[str, str] = {}
    for reference in filter(None, wanted):
        key = known.get(reference)
        if key is None:
            bad[reference] = f"no key {reference.removeprefix('key:')!r} is registered"
        elif key.expires_at is not None and key.expires_at <= now:
            bad[reference] = f"its key expired at {key.expires_at:%Y-%m-%d %H:%M %Z}"
        elif key.not_before is not None and key.not_before > now:
            bad[reference] = f"its key is not valid before {key.not_before:%Y-%m-%d %H:%M %Z}"
    return bad


def _highest_usd(model: Model, prompt: StagePrompt | None) -> float:
    tokens = prompt.spec.max_tokens if prompt else 0
    return cost_usd(model, min(tokens, model.context_tokens), model.max_output_tokens)


def _address(provider: Provider, environ: Mapping[str, str]) -> str:
    """Without what an address could carry of a secret."""
    url = urlsplit(_value(provider.base_url, environ))
    return (
        f"{url.hostname or ''}{f':{url.port}' if url.port else ''}{url.path}"
        if url.netloc
        else (provider.base_url)
    )


def _value(reference: str, environ: Mapping[str, str]) -> str:
    scheme, _, name = reference.partition(":")
    return environ.get(name, "").strip() or reference if scheme == "env" else reference
