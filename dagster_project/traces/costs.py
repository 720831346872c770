"""L4, B19: what language models cost, by whatever it is put down to; one query each.

By day, user, tenant, model and prompt version it is counted from the ledger of calls, which also
has those of explained questions and outlives pruned traces. By asset version it is counted from
traces: each version is told all that the asks cost which read it, so these do not add up. By suite
and night it is what the nights' cases cost, repeats too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, LiteralString

from psycopg.rows import dict_row

from dagster_project.contracts.value import Value
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database

CostBy = Literal["day", "user", "tenant", "model", "prompt", "asset", "suite", "night"]
ADDITIVE: frozenset[CostBy] = frozenset(
    {"day", "user", "tenant", "model", "prompt", "suite", "night"}
)
"""Groups whose figures add up to a whole."""


class CostFilter(Value):
    """What is counted; every given field must hold."""

    tenant: str | None = None
    """None: of all. Nights are the site's: it does not narrow suites and nights."""
    user: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Half-open: at `since` or later, and before `until`."""
    time_zone: str = "UTC"
    """IANA name; days are cut here."""


class CostGroup(Value):
    group: str
    """Day, name, `provider/model`, `name:version` of a prompt, `kind:name:version`, `suite`, or
    `suite day #night`."""
    asks: int
    """With a call; by asset, suite and night all of them."""
    calls: int | None
    """None: not told apart, by suite and night."""
    failed_calls: int | None
    """Without a reply that was taken."""
    tokens: int
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float
    p50_ms: float | None
    """Of calls; by asset, suite and night of whole asks."""
    p95_ms: float | None


class Costs(Value):
    by: CostBy
    filter: CostFilter
    latency_of: Literal["call", "ask"]
    groups: tuple[CostGroup, ...]
    """Newest day or night first; others by cost."""


_GROUPS: dict[CostBy, LiteralString] = {
    "day": "to_char(at at time zone %(time_zone)s, 'YYYY-MM-DD')",
    "user": "user_name",
    "tenant": "tenant",
    "model": "provider || '/' || model",
    "prompt": "prompt",
    "suite": "n.suite",
    "night": "n.suite || ' ' || n.day || ' #' || n.id",
}
_NEWEST_FIRST: dict[CostBy, LiteralString] = {
    "day": "1 desc",
    "night": "max(n.day) desc, max(n.id) desc",
}
_OF_CALLS: LiteralString = """
select {group} as "group", count(distinct trace_id) as asks, count(*) as calls,
       count(*) filter (where outcome not in ('ok', 'repaired')) as failed_calls,
       sum(tokens_in + tokens_out) as tokens, sum(tokens_in) as tokens_in,
       sum(tokens_out) as tokens_out, round(sum(cost_usd)::numeric, 8)::float8 as cost_usd,
       percentile_cont(0.5) within group (order by elapsed_ms) as p50_ms,
       percentile_cont(0.95) within group (order by elapsed_ms) as p95_ms
from canvas.model_call
where (%(tenant)s::text is null or tenant = %(tenant)s)
  and (%(user)s::text is null or user_name = %(user)s)
  and (%(since)s::timestamptz is null or at >= %(since)s)
  and (%(until)s::timestamptz is null or at < %(until)s)
group by 1 order by {order}
"""
_OF_ASSETS: LiteralString = """
with called as (
    select trace_id, count(*) as calls,
           count(*) filter (where outcome not in ('ok', 'repaired')) as failed
    from canvas.model_call group by trace_id
)
select read.version as "group", count(*) as asks, coalesce(sum(c.calls), 0) as calls,
       coalesce(sum(c.failed), 0) as failed_calls, sum(t.tokens_in + t.tokens_out) as tokens,
       sum(t.tokens_in) as tokens_in, sum(t.tokens_out) as tokens_out,
       round(sum(t.cost_usd)::numeric, 8)::float8 as cost_usd,
       percentile_cont(0.5) within group (order by t.duration_ms) as p50_ms,
       percentile_cont(0.95) within group (order by t.duration_ms) as p95_ms
from canvas.trace t
left join called c using (trace_id)
cross join lateral unnest(t.assets) as read (version)
where (%(tenant)s::text is null or t.tenant = %(tenant)s)
  and (%(user)s::text is null or t.user_name = %(user)s)
  and (%(since)s::timestamptz is null or t.created_at >= %(since)s)
  and (%(until)s::timestamptz is null or t.created_at < %(until)s)
group by 1 order by 8 desc, 1
"""
_OF_NIGHTS: LiteralString = """
select {group} as "group", count(*) as asks, null::int as calls, null::int as failed_calls,
       coalesce(sum((r.body ->> 'tokens')::bigint), 0) as tokens,
       null::int as tokens_in, null::int as tokens_out,
       round(coalesce(sum((r.body ->> 'cost_usd')::numeric), 0), 8)::float8 as cost_usd,
       percentile_cont(0.5) within group (order by r.duration_ms) as p50_ms,
       percentile_cont(0.95) within group (order by r.duration_ms) as p95_ms
from canvas.golden_night n join canvas.golden_result r on r.night = n.id
where r.outcome <> 'skipped'
  and (%(since)s::timestamptz is null or n.started_at >= %(since)s)
  and (%(until)s::timestamptz is null or n.started_at < %(until)s)
group by 1 order by {order}
"""


def costs(database: Database, by: CostBy, wanted: CostFilter | None = None) -> Costs:
    """Figures of every group that has any. Raises: StoreError, also for an unknown time zone."""
    wanted = wanted or CostFilter()
    with single_statements(database, "add up what models cost") as connection:
        cursor = connection.cursor(row_factory=dict_row)
        rows = cursor.execute(_statement(by), wanted.model_dump()).fetchall()
    return Costs(
        by=by,
        filter=wanted,
        latency_of="ask" if by in ("asset", "suite", "night") else "call",
        groups=tuple(CostGroup.model_validate(row) for row in rows),
    )


def _statement(by: CostBy) -> LiteralString:
    if by == "asset":
        return _OF_ASSETS
    whole = _OF_NIGHTS if by in ("suite", "night") else _OF_CALLS
    order = _NEWEST_FIRST.get(by, "8 desc, 1")
    return whole.format(group=_GROUPS[by], order=order)
