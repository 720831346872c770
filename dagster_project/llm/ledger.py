"""L4: every call of a model and what was spent, each in one short commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, LiteralString

from dagster_project.contracts.model_call import ModelCall
from dagster_project.llm.delete_old import delete_old
from dagster_project.llm.health import ROWS_PER_MODEL, CallRow
from dagster_project.llm.port import Spender
from dagster_project.llm.short_transaction import one_message

if TYPE_CHECKING:
    from dagster_project.store.database import Database

MODELS = Sequence[tuple[str, str]]
"""Provider and model, as the policy names them."""
_LONGEST_DETAIL = 2_000
_MOST_TOKENS = 2**31 - 1


def write_call(
    database: Database,
    call: ModelCall,
    spender: Spender,
    *,
    ago_seconds: float = 0.0,
    retry_after_seconds: float | None = None,
    held_usd: float = 0.0,
) -> tuple[int, datetime]:
    """Keep a call and add what it cost to the spender's day. Its id and when it had ended.

    `ago_seconds`: a call that could not be written when it was made. `held_usd`: what `hold` has
    put on the day already and this replaces. Effects: one commit. Raises: StoreError.
    """
    values = {
        "ago": timedelta(seconds=ago_seconds),
        "trace_id": spender.trace_id,
        "tenant": plain(spender.tenant),
        "user_name": plain(spender.user),
        "purpose": call.purpose,
        "prompt": call.prompt,
        "provider": call.provider,
        "model": call.model,
        "outcome": call.outcome,
        "detail": plain(call.detail)[:_LONGEST_DETAIL],
        "format": call.format,
        "tokens_in": _tokens(call.tokens_in),
        "tokens_out": _tokens(call.tokens_out),
        "cost_usd": call.cost_usd,
        "elapsed_ms": call.elapsed_ms,
        "retry_after": (
            None if retry_after_seconds is None else timedelta(seconds=retry_after_seconds)
        ),
        "day": spender.day,
        "difference": call.cost_usd - held_usd,
    }
    ((number, at),) = one_message(database, "keep a call of a model", _WRITE, values)
    return number, at


def recent_calls(
    database: Database, models: MODELS
) -> tuple[datetime, dict[tuple[str, str], list[CallRow]]]:
    """The store's clock, and the last calls of each model, newest first; one query.

    Raises: StoreError.
    """
    given = {
        "providers": [provider for provider, _ in models],
        "models": [model for _, model in models],
        "limit": ROWS_PER_MODEL,
    }
    found = one_message(database, "read the calls of models", _RECENT, given)
    rows: dict[tuple[str, str], list[CallRow]] = {place: [] for place in models}
    for _, provider, model, *row in found:
        if row[0] is not None:
            rows[provider, model].append(CallRow(*row))
    return found[0][0], rows


def spent(database: Database, day: date, tenant: str, user: str) -> tuple[float, float, float]:
    """Units: USD of a day of the site: of the user, of the tenant, of all. Raises: StoreError."""
    given = {"day": day, "tenant": plain(tenant), "user_name": plain(user)}
    ((of_user, of_tenant, of_all),) = one_message(database, "read what was spent", SPENT, given)
    return of_user, of_tenant, of_all


def plain(text: str) -> str:
    """What Postgres and JSON can hold: no NUL, no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _tokens(count: int) -> int:
    return max(0, min(count, _MOST_TOKENS))


def prune_calls(database: Database, before: datetime, *, dry_run: bool = False) -> int:
    """Delete rows of calls made before this moment; the days' sums stay, and so do traces.

    Shape: how many went. Raises: StoreError.
    """
    statement = "delete from canvas.model_call where at < %s"
    return delete_old(database, statement, before, dry_run=dry_run)


SPENT: LiteralString = """
select
    coalesce(sum(cost_usd) filter (where tenant = %(tenant)s and user_name = %(user_name)s), 0)
        as of_user,
    coalesce(sum(cost_usd) filter (where tenant = %(tenant)s), 0) as of_tenant,
    coalesce(sum(cost_usd), 0) as of_all
from canvas.model_spend where day = %(day)s
"""
_WRITE: LiteralString = """
with kept as (insert into canvas.model_call (
    at, trace_id, tenant, user_name, purpose, prompt, provider, model, outcome, detail, format,
    tokens_in, tokens_out, cost_usd, elapsed_ms, retry_at
) values (
    clock_timestamp() - %(ago)s, %(trace_id)s, %(tenant)s, %(user_name)s, %(purpose)s, %(prompt)s,
    %(provider)s, %(model)s, %(outcome)s, %(detail)s, %(format)s, %(tokens_in)s, %(tokens_out)s,
    %(cost_usd)s, %(elapsed_ms)s, clock_timestamp() - %(ago)s + %(retry_after)s
) returning id, at), spent as (insert into canvas.model_spend as s (
    day, tenant, user_name, calls, tokens_in, tokens_out, cost_usd
) values (
    %(day)s, %(tenant)s, %(user_name)s, 1, %(tokens_in)s, %(tokens_out)s, %(difference)s
) on conflict (day, tenant, user_name) do update set
    calls = s.calls + 1,
    tokens_in = s.tokens_in + excluded.tokens_in,
    tokens_out = s.tokens_out + excluded.tokens_out,
    cost_usd = s.cost_usd + excluded.cost_usd
) select id, at from kept
"""
_RECENT: LiteralString = """
select clock_timestamp(), m.provider, m.model, c.*
from unnest(%(providers)s::text[], %(models)s::text[]) as m (provider, model)
left join lateral (
    select id, at, trace_id, outcome, left(detail, 100), format, elapsed_ms, retry_at
    from canvas.model_call
    where provider = m.provider and model = m.model
    order by at desc, id desc limit %(limit)s
) c on true
order by m.provider, m.model, c.at desc, c.id desc
"""
