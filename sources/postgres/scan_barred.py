"""What a scan's role may not read: it is there, and must not be taken for gone."""

from __future__ import annotations

from sources.errors import RightsMissing
from sources.postgres import scan_queries as ask
from sources.postgres.connections import ReaderConnection
from sources.postgres.scan_build import Listed

_MOST_NAMED = 5


def refuse_if_all_barred(source: str, found: list[Listed]) -> None:
    """Raises: RightsMissing where no allowed table may be read, though some are there."""
    if not found or any(table.readable for table in found):
        return
    named = ", ".join(table.name for table in found[:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    raise RightsMissing(
        source, f"the role may not SELECT {named}{more}.", "Grant SELECT to the source's role."
    )


def barred(connection: ReaderConnection, found: list[Listed]) -> tuple[str, ...]:
    """Tables and columns that are there and may not be read, in order of their tables."""
    partly = {table.oid: table.name for table in found if table.readable and not table.whole}
    columns: dict[int, list[str]] = {}
    if partly:
        asked = connection.execute(ask.BARRED_COLUMNS, {"oids": list(partly)}, prepare=True)
        for oid, column in asked.fetchall():
            columns.setdefault(oid, []).append(f"{partly[oid]}.{column}")
    names: list[str] = []
    for table in found:
        names += columns.get(table.oid, []) if table.readable else [table.name]
    return tuple(names)
