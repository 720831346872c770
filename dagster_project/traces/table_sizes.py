"""What each table takes on disk, ours and Dagster's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.contracts.value import Value

if TYPE_CHECKING:
    import psycopg

_SIZES = """
select n.nspname || '.' || c.relname, pg_total_relation_size(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('canvas', 'dagster') and c.relkind in ('r', 'm')
order by 2 desc, 1
"""


class TableSize(Value):
    """All that a table takes, with indexes and pages not yet full."""

    table: str
    before_bytes: int
    after_bytes: int


def table_sizes(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Bytes by `schema.table`, the largest first."""
    return dict(connection.execute(_SIZES).fetchall())


def compared(before: dict[str, int], after: dict[str, int]) -> tuple[TableSize, ...]:
    """The largest first; a table that is on one side only has no bytes on the other."""
    names = sorted(before | after, key=lambda name: (-after.get(name, 0), name))
    return tuple(
        TableSize(table=name, before_bytes=before.get(name, 0), after_bytes=after.get(name, 0))
        for name in names
    )
