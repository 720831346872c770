"""One tiny real call to a model, to see what works. It is paid for, and it is in the ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from dagster_project.contracts.assets.models import Model, ReplyFormat
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.model_call import CallOutcome, Message, ModelCall
from dagster_project.contracts.value import Value
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.budgets import cost_usd
from dagster_project.llm.endpoints import NotThere
from dagster_project.llm.health import FORMAT_REFUSED, next_format
from dagster_project.llm.port import Spender
from dagster_project.llm.reply_schema import reply_schema
from dagster_project.traces.redact import PROCESS_WALL, remember_secret

if TYPE_CHECKING:
    from dagster_project.llm.call import ModelEndpoint, Reply
    from dagster_project.store.database import Database

PROMPT = "check_model:1"
"""What such calls are put down to."""
_MESSAGES = (
    Message(role="system", content="Answer with one JSON object and nothing else."),
    Message(role="user", content='Say that you are ready: {"answer": "ready"}'),
)


class Ready(Value):
    answer: Literal["ready"]


class TriedModel(Value):
    """What one model did."""

    model: str
    provider: str
    works: bool
    outcome: CallOutcome | None = None
    """None: it could not be asked."""
    detail: str = ""
    """What is wrong, for a person."""
    reachable: bool | None = None
    """Something answered; None: not tried."""
    has_rights: bool | None = None
    """The key was taken; None: not known."""
    format: ReplyFormat | None = None
    """The first form that it knows."""
    latency_ms: float | None = None
    """Of the last call, as the endpoint took it."""
    usage_told: bool | None = None
    """It says how many tokens it took; else they are estimated high."""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0


def try_models(
    database: Database,
    home: Path,
    policy: PolicySpec,
    name: str | None = None,
    *,
    by: str,
    seconds: float | None = None,
    environ: Mapping[str, str] = os.environ,
) -> tuple[TriedModel, ...]:
    """Each model of the policy, or one; also those that are left alone or denied just now.

    `seconds`: at most so long for each call; None: as the policy says. Effects: calls in the
    ledger, a read of each key in the audit. Raises: InvalidRequest for an unknown name.
    """
    wanted = [model for model in policy.models.models if name in (None, model.name)]
    if not wanted and name is not None:
        names = ", ".join(model.name for model in policy.models.models) or "none"
        raise InvalidRequest(f"the policy has no model {name!r};", f"it has {names}")
    asking = AskModels(
        policy.models,
        database,
        zone=policy.calendar.time_zone,
        home=home,
        environ=environ,
        remember_secret=remember_secret,
        clean=PROCESS_WALL.clean_text,
    )
    day = datetime.now(ZoneInfo(policy.calendar.time_zone)).date()
    spender = Spender("default", by, "check", day, policy.limits.max_cost_usd)
    try:
        return tuple(_try(asking, model, spender, seconds) for model in wanted)
    finally:
        asking.close()


def _try(asking: AskModels, model: Model, spender: Spender, seconds: float | None) -> TriedModel:
    endpoint = asking.endpoints.get(model, spender)
    if isinstance(endpoint, NotThere):
        return TriedModel(
            model=model.name, provider=model.provider, works=False, detail=endpoint.why
        )
    form: ReplyFormat | None = "json_schema" if model.format == "auto" else model.format
    calls: list[ModelCall] = []
    while True:
        assert form is not None
        reply, call = _ask(asking, model, endpoint, spender, form, seconds)
        calls.append(call)
        form = next_format(form) if reply.format_refused and model.format == "auto" else None
        if form is None:
            return _told(reply, calls)


def _ask(
    asking: AskModels,
    model: Model,
    endpoint: ModelEndpoint,
    spender: Spender,
    form: ReplyFormat,
    seconds: float | None,
) -> tuple[Reply, ModelCall]:
    """Effects: one call, in the ledger."""
    began = time.perf_counter()
    limit = min(model.timeout_seconds, seconds or model.timeout_seconds)
    schema = reply_schema(Ready)
    reply = endpoint.call(_MESSAGES, schema, form, model.max_output_tokens, limit)
    is_right = reply.outcome == "ok" and reply.parsed == Ready(answer="ready").model_dump()
    outcome = "out_of_contract" if reply.outcome == "ok" and not is_right else reply.outcome
    detail = f"{FORMAT_REFUSED} {form}: {reply.detail}" if reply.format_refused else reply.detail
    if outcome == "out_of_contract":
        detail = 'it answered in JSON, but not {"answer": "ready"}'
    call = ModelCall(
        purpose="route_plan",
        prompt=PROMPT,
        provider=model.provider,
        model=model.name,
        outcome=outcome,
        detail=asking.clean(detail),
        http_status=reply.http_status,
        format=form,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        tokens_estimated=reply.tokens_estimated,
        cost_usd=cost_usd(model, reply.tokens_in, reply.tokens_out),
        elapsed_ms=(time.perf_counter() - began) * 1000,
        server_ms=reply.server_ms,
    )
    asking.book.keep(call, spender, reply.retry_after_seconds)
    return reply, call


def _told(reply: Reply, calls: list[ModelCall]) -> TriedModel:
    last = calls[-1]
    works = last.outcome == "ok"
    answered = reply.http_status is not None or last.outcome not in ("unreachable", "timed_out")
    return TriedModel(
        model=last.model,
        provider=last.provider,
        works=works,
        outcome=last.outcome,
        detail=last.detail,
        reachable=answered,
        has_rights=last.outcome != "no_rights" if answered else None,
        format=last.format if reply.outcome == "ok" else None,
        latency_ms=round(last.server_ms, 1) if answered else None,
        usage_told=not reply.tokens_estimated if reply.outcome == "ok" else None,
        calls=len(calls),
        tokens_in=sum(call.tokens_in for call in calls),
        tokens_out=sum(call.tokens_out for call in calls),
        cost_usd=sum(call.cost_usd for call in calls),
    )
