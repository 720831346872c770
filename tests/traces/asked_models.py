"""Traces of asks that a language model took part in."""

from __future__ import annotations

import random
from datetime import timedelta

from dagster_project.contracts.model_call import (
    CallOutcome,
    Message,
    ModelCall,
    ModelHealth,
    RoutedModel,
    RoutingChoice,
)
from dagster_project.contracts.trace import Trace
from traces.finished_trace import ANCHOR
from traces.trace_examples import table_trace

SYSTEM = "You choose among what is listed. " * 40
_WORDS = tuple(
    f"{what} of {kind} by {by}"
    for what in ("events", "alarms", "load", "trips", "open orders", "정지 횟수", "가동률")
    for kind in ("gas turbines", "feed pumps", "switches", "racks", "변압기", "배열회수보일러")
    for by in ("zone", "severity", "day", "maker", "owner", "우선순위")
)


def listed_queries(count: int, seed: int) -> str:
    """So many verified queries as a prompt lists them, other ones for every seed."""
    pick = random.Random(seed)
    lines: list[str] = []
    for number in pick.sample(range(400), count):
        own = random.Random(number)
        lines.append(f"- query_{number}: {own.choice(_WORDS)}, {own.choice(_WORDS)}")
        lines += [f"  param {own.choice(('ci', 'window', 'limit'))} #{own.randrange(99)}"] * 2
        lines += [f"  e.g. {own.choice(_WORDS)} {own.randrange(10**6)}" for _ in range(5)]
    return "\n".join(lines)


def model_call(
    seed: int = 1,
    *,
    outcome: CallOutcome = "ok",
    model: str = "main",
    attempt: int = 1,
    user: str | None = None,
    reply: str = '{"kind":"plan","steps":[{"query":"events_by_ci"}]}',
    elapsed_ms: float = 812.5,
    tokens: int = 1_234,
) -> ModelCall:
    health = ModelHealth(calls=7, p50_ms=700.0 + seed, last_call_at=ANCHOR + timedelta(hours=seed))
    return ModelCall(
        purpose="route_plan",
        prompt="route_plan:2",
        attempt=attempt,
        provider="site",
        model=model,
        outcome=outcome,
        detail="" if outcome == "ok" else f"{model} answered badly",
        http_status=200 if outcome == "ok" else 500,
        messages=(
            Message(role="system", content=SYSTEM),
            Message(role="user", content=user or f"{listed_queries(4, seed)}\nQuestion: {seed}?"),
        ),
        reply=reply,
        parsed={"kind": "plan"},
        tokens_in=tokens,
        tokens_out=66,
        cost_usd=tokens * 1e-6,
        elapsed_ms=elapsed_ms,
        server_ms=elapsed_ms - 2,
        routing=RoutingChoice(
            intended="main",
            chosen=model,
            reason="lowest score",
            considered=(
                RoutedModel(
                    model=model, provider="site", score=1.5, points={"cost": 1.5}, health=health
                ),
                RoutedModel(model="spare", provider="other", score=None, barred="no key is set"),
            ),
        ),
    )


def with_calls(trace: Trace, *calls: ModelCall, fallbacks: tuple[str, ...] = ()) -> Trace:
    """The trace as if its route_plan had made these calls."""
    first, *rest = trace.stage_outputs
    result = first.result.model_copy(update={"planned_by": "model"})
    output = first.model_copy(
        update={"model_calls": calls, "fallbacks": fallbacks, "result": result}
    )
    return trace.model_copy(
        update={
            "stage_outputs": (output, *rest),
            "plan_raw": trace.plan_raw.model_copy(update={"planned_by": "model"}),
            "fallbacks": (*trace.fallbacks, *fallbacks),
            "tokens_in": sum(call.tokens_in for call in calls),
            "tokens_out": sum(call.tokens_out for call in calls),
            "cost_usd": sum(call.cost_usd for call in calls),
        }
    )


def modelled(seed: int, *, tenant: str = "default", user: str = "operator-1") -> Trace:
    """A one-table answer that the model planned, other for every seed."""
    return with_calls(table_trace(seed, tenant=tenant, user=user), model_call(seed))
