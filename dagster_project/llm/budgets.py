"""L4: what a call may cost at most is put on the day before it is asked, so that a budget holds
however many ask at once. The call's true cost replaces it; of a call that never came back it stays,
as the endpoint may well count it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, LiteralString
from zoneinfo import ZoneInfo

from dagster_project.contracts.assets.models import Budgets, Model
from dagster_project.llm.ledger import SPENT, plain
from dagster_project.llm.port import Spender
from dagster_project.llm.short_transaction import one_message

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_LOCK_KEY = 0x0CA27B6
_TOLERANCE_USD = 1e-9


@dataclass(frozen=True, slots=True)
class Held:
    """What `hold` came to."""

    usd: float = 0.0
    """On the day now."""
    refused: str = ""
    """Which budget is used up; then nothing is held."""


def cost_usd(model: Model, tokens_in: int, tokens_out: int) -> float:
    per_million = tokens_in * model.usd_per_million_in + tokens_out * model.usd_per_million_out
    return max(0.0, per_million / 1_000_000)


def over_ask(usd: float, left_usd: float) -> str:
    """Why a call does not fit into what is left for its ask; empty when it does."""
    if usd <= left_usd + _TOLERANCE_USD:
        return ""
    return (
        f"may cost {money(usd)} and {money(max(0.0, left_usd))} is left for this ask"
        " (limits.max_cost_usd)"
    )


def has_day(budgets: Budgets) -> bool:
    return any(
        limit is not None
        for limit in (budgets.user_day_usd, budgets.tenant_day_usd, budgets.site_day_usd)
    )


def hold(database: Database, budgets: Budgets, spender: Spender, usd: float, zone: str) -> Held:
    """Put the highest cost of a call on the spender's day, if every budget bears it.

    One at a time over all processes. Effects: one commit, or none. Raises: StoreError.
    """
    if usd <= 0 or not has_day(budgets):
        return Held()
    given = {
        "day": spender.day,
        "tenant": plain(spender.tenant),
        "user_name": plain(spender.user),
        "usd": usd,
        "lock": _LOCK_KEY,
        "user_limit": _with_tolerance(budgets.user_day_usd),
        "tenant_limit": _with_tolerance(budgets.tenant_day_usd),
        "site_limit": _with_tolerance(budgets.site_day_usd),
    }
    (found,) = one_message(database, "read the budgets", _HOLD, given)
    *spent, held = found
    return Held(usd=usd) if held else Held(refused=_over(budgets, spender, spent, usd, zone))


def money(usd: float) -> str:
    return f"{usd:.4f} USD" if usd < 1 else f"{usd:,.2f} USD"


def new_at(day: date, zone: str) -> datetime:
    """When the next day of the site begins."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def _with_tolerance(limit: float | None) -> float:
    return math.inf if limit is None else limit + _TOLERANCE_USD


def _over(budgets: Budgets, spender: Spender, spent: Sequence[float], usd: float, zone: str) -> str:
    of_whom = (f"user {spender.user}", f"tenant {spender.tenant}", "the site")
    limits = (budgets.user_day_usd, budgets.tenant_day_usd, budgets.site_day_usd)
    for whose, limit, used in zip(of_whom, limits, spent, strict=True):
        if limit is not None and used + usd > limit + _TOLERANCE_USD:
            return (
                f"may cost {money(usd)}, and of the day's budget of {whose}"
                f" {money(used)} of {money(limit)} is used; it is new at"
                f" {new_at(spender.day, zone):%Y-%m-%d %H:%M} UTC"
            )
    return "may cost more than what is left of the day's budgets"


_HOLD: LiteralString = (
    """
select pg_advisory_xact_lock(%(lock)s, 0);
with spent as ("""
    + SPENT
    + """), held as (
    insert into canvas.model_spend as s (
        day, tenant, user_name, calls, tokens_in, tokens_out, cost_usd
    )
    select %(day)s, %(tenant)s, %(user_name)s, 0, 0, 0, %(usd)s from spent
    where of_user + %(usd)s <= %(user_limit)s
        and of_tenant + %(usd)s <= %(tenant_limit)s
        and of_all + %(usd)s <= %(site_limit)s
    on conflict (day, tenant, user_name) do update set cost_usd = s.cost_usd + excluded.cost_usd
    returning 1
)
select spent.*, (select count(*) from held) from spent
"""
)
