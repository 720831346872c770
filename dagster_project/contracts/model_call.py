"""L2, L4, L5: one call of a language model as it happened, and why that model was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.value import Value

ModelPurpose = Literal["route_plan", "compose"]
ModelMode = Literal["live", "record", "fill", "replay", "off"]
"""live: models are asked · record: and the replies kept · fill: a kept reply where one fits, else
asked and kept · replay: kept replies only, no token is spent · off: no model takes part."""
CallOutcome = Literal[
    "ok",
    "repaired",
    "timed_out",
    "unreachable",
    "rate_limited",
    "server_error",
    "no_rights",
    "bad_request",
    "unreadable",
    "cut",
    "refused",
    "out_of_contract",
]
"""repaired: right in the second turn · unreachable: the network failed · no_rights: 401, 403 or no
valid key · unreadable: not JSON · cut: the reply or its stream ended too early · refused: the
model would not, or a filter cut in · out_of_contract: JSON that is not what was asked for."""
FAILURES_OF_MODEL: frozenset[CallOutcome] = frozenset(
    {"timed_out", "unreachable", "rate_limited", "server_error", "no_rights", "unreadable", "cut"}
)
"""Those that speak against a model's health; the others are about one question."""


class Message(Value):
    role: Literal["system", "user", "assistant"]
    content: str


class ModelHealth(Value):
    """How a model did in the routing window. Shape: ratios from 0 to 1."""

    calls: int = 0
    failure_ratio: float = 0.0
    timeout_ratio: float = 0.0
    network_ratio: float = 0.0
    """Unreachable."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    failures_in_row: int = 0
    last_call_at: datetime | None = None
    last_ok_at: datetime | None = None
    """Freshness: how long ago it was known to work."""
    left_alone_until: datetime | None = None
    format: ReplyFormat | None = None
    """The form that its last good reply was asked for in."""
    last_failure: str = ""


class RoutedModel(Value):
    """One model that was considered. Its score is the sum of its points; None: it is barred."""

    model: str
    provider: str
    score: float | None
    points: dict[str, float] = {}
    """`cost`, `region`, `errors`, `latency`, `cold_start`, `penalty`, `not_intended`."""
    barred: str = ""
    """Why it cannot be asked: denied, left alone until, no key, over budget, failed in this ask."""
    health: ModelHealth = ModelHealth()


class RoutingChoice(Value):
    """The routing snapshot of one call."""

    intended: str | None = None
    """The model that the prompt names."""
    chosen: str | None = None
    reason: str
    considered: tuple[RoutedModel, ...] = ()
    """Best first, barred ones last."""


class ModelCall(Value):
    """One request to a model, or the reply that was kept of one."""

    purpose: ModelPurpose
    prompt: str
    """Prompt asset, `name:version`."""
    attempt: int = 1
    """Within its stage."""
    provider: str
    model: str
    outcome: CallOutcome
    detail: str = ""
    """What was wrong, for a person."""
    http_status: int | None = None
    format: ReplyFormat = "json_schema"
    messages: tuple[Message, ...] = ()
    reply: str = ""
    """As it came."""
    parsed: Any = None
    """The JSON that was read from it."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = False
    """The endpoint did not say; they were counted high."""
    cost_usd: float = 0.0
    elapsed_ms: float = 0.0
    server_ms: float = 0.0
    """Until the whole answer was there; the rest of `elapsed_ms` is ours."""
    replayed: bool = False
    """A kept reply: no token was spent."""
    routing: RoutingChoice | None = None
