"""Which traces go, and why old ones stay: worked out once, deleted in batches.

The list is a temporary table of the connection, so a million traces take no memory here and a
killed prune leaves nothing behind. A trace that became golden, or got a child, after the list was
made is spared when its batch comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import psycopg

Reason = Literal["young", "baseline", "golden", "request", "failed", "parent", "late"]
"""Why a trace stays, the first that holds. request: evidence of a rollback request · parent: a
trace that stays went on from it, or is compared with it · late: it became golden, or got a child,
while the prune ran."""

_IS_BASELINE = "exists (select from canvas.golden_baseline b where b.trace_id = t.trace_id)"
_IS_GOLDEN = "exists (select from canvas.golden_result r where r.trace_id = t.trace_id)"
# Whatever key of the evidence ends in trace_id, however deep; there are few requests.
_REQUESTED = """
create temporary table requested as
select distinct named.value ->> 'value' as trace_id
from canvas.rollback_request,
     jsonb_path_query(body,
        '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "trace_id$")'
     ) as named (value)
where named.value ->> 'value' is not null
"""
_OLD = f"""
create temporary table old as
select t.trace_id, t.parent_trace_id,
       case when {_IS_BASELINE} then 'baseline'
            when {_IS_GOLDEN} then 'golden'
            when exists (select from requested q where q.trace_id = t.trace_id) then 'request'
            when %(keep_failed)s and t.status = 'failed' then 'failed'
       end as reason
from canvas.trace t
where t.created_at < case when t.test_mode then %(test_runs)s else %(others)s end
"""
_PARENTS = """
with recursive needed (trace_id) as (
    select t.parent_trace_id from canvas.trace t
    where t.parent_trace_id is not null
      and not exists (select from old o where o.trace_id = t.trace_id and o.reason is null)
    union
    select o.parent_trace_id from needed n join old o on o.trace_id = n.trace_id
    where o.parent_trace_id is not null
)
update old set reason = 'parent' from needed
where old.trace_id = needed.trace_id and old.reason is null
"""
_COUNT = """
select reason, count(*) from old where reason is not null group by reason
union all select 'young', (select count(*) from canvas.trace) - (select count(*) from old)
union all select 'going', count(*) from old where reason is null
"""
# Children before parents: ids sort by time, so one that is spared still spares its parent.
_TAKE = """
delete from going where trace_id in (select trace_id from going order by trace_id desc limit %s)
returning trace_id
"""
_DELETE = f"""
with recursive spared (trace_id, parent_trace_id) as (
    select t.trace_id, t.parent_trace_id from canvas.trace t
    where t.trace_id = any(%(ids)s) and ({_IS_BASELINE} or {_IS_GOLDEN} or exists (
        select from canvas.trace c
        where c.parent_trace_id = t.trace_id and c.trace_id <> all(%(ids)s)
          and not exists (select from going g where g.trace_id = c.trace_id)))
    union
    select t.trace_id, t.parent_trace_id
    from spared s join canvas.trace t on t.trace_id = s.parent_trace_id
    where t.trace_id = any(%(ids)s)
)
delete from canvas.trace t
where t.trace_id = any(%(ids)s) and not exists (
    select from spared s where s.trace_id = t.trace_id)
returning t.trace_id, pg_column_size(t.body)
"""
_BYTES = """
select coalesce(sum(pg_column_size(t.body)), 0)::bigint
from canvas.trace t join going using (trace_id)
"""
_OLDEST = """
select min(t.created_at) from canvas.trace t
where not exists (select from going g where g.trace_id = t.trace_id)
"""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Traces created before go; test runs have a moment of their own."""

    others: datetime
    test_runs: datetime
    keep_failed: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """One batch."""

    traces: int
    body_bytes: int
    late: tuple[str, ...]
    """Stay after all, see `Reason`; or were gone already."""


def list_going(
    connection: psycopg.Connection[Any], cutoffs: Cutoffs
) -> tuple[int, dict[Reason, int]]:
    """How many traces go, and how many stay for each reason.

    Effects: makes the temporary table `going`.
    """
    values = {
        "others": cutoffs.others,
        "test_runs": cutoffs.test_runs,
        "keep_failed": cutoffs.keep_failed,
    }
    connection.execute(_REQUESTED)
    connection.execute(_OLD, values)
    connection.execute("alter table old add primary key (trace_id)")
    connection.execute("analyze old")
    connection.execute(_PARENTS)
    counts: dict[Any, int] = dict(connection.execute(_COUNT).fetchall())
    connection.execute(
        "create temporary table going as select trace_id from old where reason is null"
    )
    connection.execute("alter table going add primary key (trace_id)")
    connection.execute("analyze going")
    going = counts.pop("going")
    return going, {reason: count for reason, count in counts.items() if count}


def delete_batch(connection: psycopg.Connection[Any], batch: int) -> Deleted:
    """Inside the caller's transaction; nothing when all are through."""
    ids = [row[0] for row in connection.execute(_TAKE, (batch,))]
    rows = connection.execute(_DELETE, {"ids": ids}).fetchall()
    late = set(ids) - {row[0] for row in rows}
    return Deleted(len(rows), sum(row[1] for row in rows), tuple(sorted(late)))


def going_bytes(connection: psycopg.Connection[Any]) -> int:
    """Of the bodies of the traces that go."""
    row = connection.execute(_BYTES).fetchone()
    assert row is not None
    return row[0]


def oldest_staying(connection: psycopg.Connection[Any]) -> datetime | None:
    row = connection.execute(_OLDEST).fetchone()
    assert row is not None
    return row[0]
