"""B3: how often answers were corrected, why, with what outcome and at what cost.

Counted from what `keep` leaves beside each trace; no body is read. What the loop asked a person
has improved when a trace that went on from it is answered and is not asked the same again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.replan import Decision, Trigger
from dagster_project.contracts.value import Value
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database

GroupBy = Literal["all", "day", "asset"]


class LedgerFilter(Value):
    """Which traces are counted; every given field must hold."""

    tenant: str = "default"
    since: datetime | None = None
    until: datetime | None = None
    """Half-open: created at `since` or later, and before `until`."""
    asset: str | None = None
    """That read it: `kind:name` for every version, or `kind:name:version`."""
    trigger: Trigger | None = None
    test_mode: bool | None = None


class LedgerRow(Value):
    """Replans of one kind within a group."""

    group: str
    trigger: Trigger
    decision: Decision
    by: Literal["loop", "person"]
    count: int
    traces: int
    improved: int
    not_improved: int
    open: int
    stopped: int
    extra_ms: float


class LedgerGroup(Value):
    """A day (UTC), an asset version (`kind:name:version`), or all; with its rows."""

    group: str
    asks: int
    replanned: int
    """Asks with at least one event that counts."""
    rounds: int
    """Of all asks together; an ask that never went round again has one."""
    extra_ms: float
    asks_ms: float
    """All that the asks took."""
    rows: tuple[LedgerRow, ...]

    @property
    def rounds_per_ask(self) -> float:
        return self.rounds / self.asks if self.asks else 0.0

    @property
    def extra_ms_per_ask(self) -> float:
        return self.extra_ms / self.asks if self.asks else 0.0

    @property
    def replanned_share(self) -> float:
        return self.replanned / self.asks if self.asks else 0.0

    @property
    def improved_share(self) -> float | None:
        """Of the replans that have an outcome; None while none has."""
        decided = [(row.improved, row.improved + row.not_improved) for row in self.rows]
        whole = sum(tried for _, tried in decided)
        return sum(improved for improved, _ in decided) / whole if whole else None


class Ledger(Value):
    by: GroupBy
    groups: tuple[LedgerGroup, ...]
    """Newest day first; assets by name and version."""


_GROUPS: dict[GroupBy, tuple[str, str]] = {
    "all": ("'all'", ""),
    "day": ("to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')", ""),
    "asset": ("read.version", "cross join lateral unnest(assets) as read (version)"),
}
_CONDITIONS = {
    "tenant": "tenant = %(tenant)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "test_mode": "test_mode = %(test_mode)s",
}
_OF_ASSET = """exists (select from unnest(assets) as one (version)
    where one.version = %(asset)s or starts_with(one.version, %(asset)s || ':'))"""
_ASKED = """
select {group} as place, count(*), coalesce(sum(duration_ms), 0)
from canvas.trace as parent {join} where {conditions} group by place
"""
_REPLANNED = """
select {group} as place, event.trigger, event.decision, event.by,
       count(*) as count,
       array_agg(distinct trace_id) as ids,
       count(*) filter (where outcome.word = 'improved') as improved,
       count(*) filter (where outcome.word = 'not_improved') as not_improved,
       count(*) filter (where outcome.word = 'open') as open,
       count(*) filter (where outcome.word = 'stopped') as stopped,
       round(sum(event.ms)::numeric, 3)::float8 as extra_ms
from canvas.trace as parent {join}
cross join lateral jsonb_to_recordset(replans)
    as event (trigger text, decision text, by text, outcome text, ms float8)
cross join lateral (
    select case when event.outcome <> 'open' then event.outcome else coalesce((
        select case when bool_or(
                        child.status in ('success', 'degraded') and not coalesce(
                            child.replans @> jsonb_build_array(jsonb_build_object(
                                'trigger', event.trigger, 'decision', 'ask_user', 'by', 'loop')),
                            false)) then 'improved'
                    when count(*) > 0 then 'not_improved' end
        from canvas.trace as child
        where child.parent_trace_id = parent.trace_id and child.tenant = parent.tenant
    ), 'open') end
) as outcome (word)
where {conditions} and replans is not null {of_trigger}
group by place, event.trigger, event.decision, event.by
order by place, count(*) desc, event.trigger, event.decision, event.by
"""


def ledger(database: Database, wanted: LedgerFilter | None = None, by: GroupBy = "all") -> Ledger:
    """Counts of every group that has asks. Raises: InvalidRequest, StoreError."""
    wanted = wanted or LedgerFilter()
    values = wanted.model_dump(exclude_none=True)
    parts = _parts(wanted, by)
    with single_statements(database, "read the replan ledger") as connection:
        asked = _all(connection, _ASKED.format(**parts), values)
        replanned = _all(connection, _REPLANNED.format(**parts), values)
    found: dict[str, list[tuple[LedgerRow, list[str]]]] = {}
    for row in replanned:
        cells = dict(zip(LedgerRow.model_fields, (*row[:5], len(row[5]), *row[6:]), strict=True))
        found.setdefault(row[0], []).append((LedgerRow.model_validate(cells), row[5]))
    groups = [_group(place, asks, asks_ms, found.get(place, [])) for place, asks, asks_ms in asked]
    groups.sort(key=_natural, reverse=by == "day")
    return Ledger(by=by, groups=tuple(groups))


def compare_versions(
    database: Database, asset: str, left: str, right: str, wanted: LedgerFilter | None = None
) -> tuple[LedgerGroup, LedgerGroup]:
    """Two versions of an asset, each over the asks that read it.

    Raises: AssetNotFound naming the versions that asks read, InvalidRequest, StoreError.
    """
    if asset.count(":") != 1:
        raise InvalidRequest(
            f"{asset!r} is not `kind:name`.", "Compare the versions of one, e.g. query:ci_status."
        )
    chosen = (wanted or LedgerFilter()).model_copy(update={"asset": asset})
    groups = {group.group: group for group in ledger(database, chosen, "asset").groups}
    for version in (left, right):
        if f"{asset}:{version}" not in groups:
            there = ", ".join(name.rpartition(":")[2] for name in groups)
            raise AssetNotFound(
                f"No trace counted here read {asset}:{version}.",
                f"Traces read the versions {there}." if there else "None read any version of it.",
            )
    return groups[f"{asset}:{left}"], groups[f"{asset}:{right}"]


def _parts(wanted: LedgerFilter, by: GroupBy) -> dict[str, str]:
    given = wanted.model_dump(exclude_none=True)
    conditions = [text for name, text in _CONDITIONS.items() if name in given]
    if wanted.asset is not None:
        if wanted.asset.count(":") not in (1, 2):
            raise InvalidRequest(
                f"{wanted.asset!r} does not name an asset.",
                "Write `kind:name` or `kind:name:version`, for example `query:ci_status:3`.",
            )
        of_group = "(read.version = %(asset)s or starts_with(read.version, %(asset)s || ':'))"
        conditions.append(of_group if by == "asset" else _OF_ASSET)
    group, join = _GROUPS[by]
    return {
        "group": group,
        "join": join,
        "conditions": " and ".join(conditions),
        "of_trigger": "and event.trigger = %(trigger)s" if wanted.trigger else "",
    }


def _all(
    connection: psycopg.Connection[Any], statement: str, values: dict[str, object]
) -> list[tuple[Any, ...]]:
    return connection.execute(statement, values).fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]


def _group(
    place: str, asks: int, asks_ms: float, found: list[tuple[LedgerRow, list[str]]]
) -> LedgerGroup:
    rows = tuple(row for row, _ in found)
    return LedgerGroup(
        group=place,
        asks=asks,
        replanned=len({trace_id for _, ids in found for trace_id in ids}),
        rounds=asks + sum(row.count for row in rows if row.decision == "auto_retry"),
        extra_ms=round(sum(row.extra_ms for row in rows), 3),
        asks_ms=round(asks_ms, 3),
        rows=rows,
    )


def _natural(group: LedgerGroup) -> tuple[str, int, str]:
    """Version 10 comes after version 9."""
    name, _, version = group.group.rpartition(":")
    return name, int(version) if version.isdigit() else 0, version
