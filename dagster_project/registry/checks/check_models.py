"""What a policy and its prompts say of language models, against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from dagster_project.contracts.assets.models import Budgets, Model, ModelPolicy, Provider
from dagster_project.contracts.assets.prompt import STAGE_VARIABLES, PromptSpec
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path

_REFERENCE = re.compile(r"key:[a-z][a-z0-9_-]{0,62}|env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_SECRET_IN_QUERY = re.compile(r"(?i)key|token|secret|password|sig|auth")
_AT: Path = ("spec", "models")


def check_models(policy: ModelPolicy) -> Iterator[Problem]:
    for i, provider in enumerate(policy.providers):
        yield from _provider(provider, (*_AT, "providers", i))
    yield from _routing(policy)
    if has_budget(policy):
        yield from _unpriced(policy)


def _provider(provider: Provider, at: Path) -> Iterator[Problem]:
    """A key in a file is refused, wherever in the file it stands; its text is never shown."""
    url = urlsplit(provider.base_url if "://" in provider.base_url else "")
    names = [name for name, _ in parse_qsl(url.query) if _SECRET_IN_QUERY.search(name)]
    if "@" in url.netloc or names:
        wrong = "a secret may not stand in a URL"
        expected = "`base_url: https://host/v1` and `api_key_ref: env:NAME`"
        yield Problem("CFG026", (*at, "base_url"), wrong, expected)
    reference = provider.api_key_ref
    if reference is not None and not _REFERENCE.fullmatch(reference):
        wrong = "this is no reference, and a secret may not stand in a file"
        expected = "`key:NAME` of `canvas keys set NAME`, `env:NAME` or `file:/path`"
        yield Problem("CFG026", (*at, "api_key_ref"), wrong, expected)


def _routing(policy: ModelPolicy) -> Iterator[Problem]:
    names = {provider.name for provider in policy.providers}
    names |= {model.name for model in policy.models}
    at = (*_AT, "routing")
    for i, name in enumerate(policy.routing.deny):
        if name not in names:
            wrong = f"{name!r} is no model and no provider of this policy"
            near = nearest(name, names)
            yield Problem("CFG090", (*at, "deny", i), wrong, listed(names), near)
    regions = {provider.region for provider in policy.providers if provider.region}
    for region in policy.routing.region_weights:
        if region not in regions:
            wrong = f"no provider is in the region {region!r}"
            near = nearest(region, regions)
            place = (*at, "region_weights", region)
            yield Problem("CFG091", place, wrong, listed(regions), near)


def is_free(model: Model) -> bool:
    return not model.usd_per_million_in and not model.usd_per_million_out


def has_budget(policy: ModelPolicy) -> bool:
    """Of a day; that of one ask is always there."""
    return any(getattr(policy.budgets, field) is not None for field in Budgets.model_fields)


def _unpriced(policy: ModelPolicy) -> Iterator[Problem]:
    """A model that each site sets for itself has its price there too: `canvas models` tells."""
    for i, model in enumerate(policy.models):
        if is_free(model) and not model.model.startswith("env:"):
            wrong = f"{model.name!r} costs nothing, so no budget ever stops it"
            yield Problem("CFG094", (*_AT, "models", i), wrong, "a price, or no budget")


def check_variables(spec: PromptSpec) -> Iterator[Problem]:
    """Only what its stage fills in may be declared."""
    known = STAGE_VARIABLES[spec.stage]
    for i, name in enumerate(spec.variables):
        if name not in known:
            wrong = f"{spec.stage} fills in no variable {name!r}"
            near = nearest(name, known)
            yield Problem("CFG074", ("spec", "variables", i), wrong, listed(known), near)


def check_against_policy(spec: PromptSpec, policy: ModelPolicy) -> Iterator[Problem]:
    if not policy.models:
        return
    names = [model.name for model in policy.models]
    if spec.model is not None and spec.model not in names:
        wrong = f"the policy has no model {spec.model!r}"
        yield Problem("CFG092", ("spec", "model"), wrong, listed(names), nearest(spec.model, names))
    most = max(model.context_tokens - model.max_output_tokens for model in policy.models)
    if spec.max_tokens > most:
        wrong = f"{spec.max_tokens:,} tokens, and no model takes more than {most:,} with its reply"
        yield Problem("CFG095", ("spec", "max_tokens"), wrong, f"at most {most:,}")


def check_only_prompt(name: str, spec: PromptSpec, others: Iterable[str]) -> Iterator[Problem]:
    """`others`: admitted prompts of the same stage. The one named like the stage is used, else the
    first by name."""
    used = min((name, *others), key=lambda known: (known != spec.stage, known))
    if used != name:
        wrong = f"{spec.stage} is asked with the prompt {used!r}, never with this one"
        yield Problem("CFG093", ("spec", "stage"), wrong, "one prompt a stage")
