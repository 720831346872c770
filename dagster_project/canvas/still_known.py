"""What a scan may no longer read stays as it was last read: a right taken away is no change."""

from __future__ import annotations

from dataclasses import replace

from sources.facts import SourceFacts


def with_still_known(facts: SourceFacts, known: SourceFacts | None) -> SourceFacts:
    """The facts, and of the last good scan the tables that are there and may not be read now.

    A table of which a known column may not be read now stays whole as it was.
    """
    if known is None or not facts.unread:
        return facts
    unread = frozenset(facts.unread)
    kept = {
        table.name: table
        for table in known.tables
        if table.name in unread
        or any(f"{table.name}.{column.name}" in unread for column in table.columns)
    }
    if not kept:
        return facts
    tables = {table.name: table for table in facts.tables} | kept
    notes = tuple(f"{name}: kept as it was last read" for name in sorted(kept))
    return replace(
        facts,
        tables=tuple(tables[name] for name in sorted(tables, key=_place)),
        notes=(*facts.notes, *notes),
    )


def _place(name: str) -> tuple[str, str]:
    """By schema, then by table, as a scan lists them."""
    schema, _, table = name.partition(".")
    return schema, table
