"""L1, L2, L4: which language models may be asked, what they cost, and how one is chosen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from dagster_project.contracts.value import Value

ReplyFormat = Literal["json_schema", "json_object", "text"]
"""How a reply's form is asked for: by its schema, as any JSON object, or in words only."""


class Provider(Value):
    """An OpenAI-compatible endpoint."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    base_url: str = Field(pattern=r"^(https?://[^/]+|env:\w+$)")
    """`https://host/v1`, or `env:NAME` where each site has its own. While NAME is not set the
    provider is not there. Nothing outside of it is ever asked."""
    api_key_ref: str | None = Field(default=None, pattern=r"^(key|env|file):.+")
    """A reference, never the key: `key:NAME` is one that `canvas keys` registered."""
    region: str = ""
    ca_file: str | None = None
    """Certificates to trust instead of the system's, a file of the site."""


class Model(Value):
    """One model of a provider, what it costs and what it bears."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_.-]*$")
    """What prompts and reports call it."""
    provider: str
    model: str
    """What the endpoint calls it, or `env:NAME`."""
    usd_per_million_in: float = Field(default=0.0, ge=0)
    usd_per_million_out: float = Field(default=0.0, ge=0)
    context_tokens: int = Field(default=16_000, ge=512)
    max_output_tokens: int = Field(default=1_500, ge=16)
    timeout_seconds: float = Field(default=8.0, gt=0, le=120)
    """Of one call, whole."""
    cold_start_penalty: float = Field(default=0.0, ge=0)
    """Added to its score when it was not asked for `cold_after_seconds`."""
    cold_after_seconds: float = Field(default=300.0, gt=0)
    format: Literal["auto"] | ReplyFormat = "auto"
    """auto: by schema; one that does not know that is asked for JSON, then in words."""
    stream: bool = False
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    """None: not sent, for models that take none."""


class Routing(Value):
    """L2. A model's score is the sum of its penalties; the lowest is asked first."""

    deny: tuple[str, ...] = ()
    """Names of models and providers that are never asked."""
    max_latency_ms: float | None = Field(default=None, gt=0)
    """A model whose p95 is above it bears `penalty`."""
    max_error_rate: float = Field(default=0.5, gt=0, le=1)
    """A model whose share of failed calls is above it bears `penalty`."""
    penalty: float = Field(default=100.0, ge=0)
    cost_weight: float = Field(default=1.0, ge=0)
    """Points for one US cent that the call is estimated at."""
    error_weight: float = Field(default=20.0, ge=0)
    """Points for a failure ratio of 1."""
    latency_weight: float = Field(default=1.0, ge=0)
    """Points for one second of p50."""
    region_weights: dict[str, float] = {}
    """Points for a provider of a region; one that is not named has none."""
    not_intended: float = Field(default=10.0, ge=0)
    """Points for every model other than the one the prompt names."""
    window_seconds: float = Field(default=300.0, gt=0)
    """How far back calls count."""
    failures_to_open: int = Field(default=2, ge=1)
    """Failures in a row after which a model is left alone for a while."""
    backoff_seconds: float = Field(default=5.0, gt=0)
    """The first while; each failure of the trial after it doubles it."""
    longest_backoff_seconds: float = Field(default=120.0, gt=0)


class Budgets(Value):
    """L4: what may be spent; `limits.max_cost_usd` holds for one ask. A day is the site's."""

    user_day_usd: float | None = Field(default=None, ge=0)
    tenant_day_usd: float | None = Field(default=None, ge=0)
    site_day_usd: float | None = Field(default=None, ge=0)


class ModelPolicy(Value):
    """Without a model that can be asked, the built-in planner does the whole work."""

    use: Literal["always", "unsure", "never"] = "always"
    """unsure: only where no verified query fits and words were left over."""
    providers: tuple[Provider, ...] = ()
    models: tuple[Model, ...] = ()
    routing: Routing = Routing()
    budgets: Budgets = Budgets()
    phrase: bool = False
    """Compose may ask a model to phrase the summary."""
    probe_in_checks: bool = False
    """Dagster's check of the policy may make one tiny paid call to each model that is set. Without
    it the check reads what asks have met."""
    plan_seconds: float = Field(default=10.0, gt=0)
    """All calls of route_plan together."""
    phrase_seconds: float = Field(default=4.0, gt=0)
    """All calls of compose together."""
    max_calls: int = Field(default=3, ge=1, le=10)
    """Of one stage, with repairs and other models."""

    @model_validator(mode="after")
    def _names_fit(self) -> ModelPolicy:
        known = {provider.name for provider in self.providers}
        for model in self.models:
            if model.provider not in known:
                named = ", ".join(sorted(known)) or "none"
                raise ValueError(
                    f"model {model.name!r} names provider {model.provider!r}; there are {named}"
                )
        for what, names in (
            ("provider", [p.name for p in self.providers]),
            ("model", [m.name for m in self.models]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two of models.{what}s are called {twice[0]!r}")
        return self
