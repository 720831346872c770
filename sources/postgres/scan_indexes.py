"""How a plain index is written: as `pg_get_indexdef` does, which takes much longer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_NO_QUOTES = re.compile(r"[a-z_][a-z0-9_]*").fullmatch


def plain_definitions(
    indexes: Sequence[tuple[Any, ...]], plain: tuple[Any, ...], columns: Sequence[tuple[Any, ...]]
) -> tuple[dict[int, tuple[str, list[str]]], list[int]]:
    """Index to its text and columns, for each over plain columns; and the other indexes."""
    default_classes, keywords, collated = (frozenset(map(_hashable, part or ())) for part in plain)
    wanted = {(row[0], number) for row in indexes for number in row[4]}
    names = {(row[0], row[1]): row[2] for row in columns if (row[0], row[1]) in wanted}
    found: dict[int, tuple[str, list[str]]] = {}
    rest: list[int] = []
    for table, oid, _, _, numbers, _, is_plain, classes, index, of in indexes:
        places = [(table, number) for number in numbers]
        over = [names.get(place, "") for place in places]
        if (
            is_plain
            and default_classes.issuperset(classes)
            and collated.isdisjoint(places)
            and all(_NO_QUOTES(name) and name not in keywords for name in over)
        ):
            text = f"CREATE INDEX {index} ON {of} USING btree ({', '.join(over)})"
            found[oid] = text, over
        else:
            rest.append(oid)
    return found, rest


def _hashable(part: object) -> object:
    return tuple(part) if isinstance(part, list) else part
