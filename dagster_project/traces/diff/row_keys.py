"""Which columns name a row, so that a changed cell is not taken for another row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.trace_diff import Row
from dagster_project.traces.diff.walk import is_nothing

_EXACT = ("id", "key", "code")
_ENDINGS = ("_id", "_key", "_code", "_no", "_name")
_TIMES = ("timestamp", "date")


def choose_key(
    columns: Sequence[ResultColumn],
    dimensions: Sequence[str],
    left: Sequence[Row],
    right: Sequence[Row],
) -> tuple[str, ...] | None:
    """The first choice that names every row of both sides once; None when no choice does.

    `columns` are those of the rows. No columns at all name a row that stands alone on both sides.
    """
    if len(left) <= 1 and len(right) <= 1 and not dimensions:
        return ()
    places = {column.name: place for place, column in enumerate(columns)}
    for choice in _choices(columns, [name for name in dimensions if name in places]):
        where = [places[name] for name in choice]
        if _unique(left, where) and _unique(right, where):
            return choice
    return None


def _choices(
    columns: Sequence[ResultColumn], dimensions: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    if dimensions:
        yield tuple(dimensions)
    names = [column.name for column in columns]
    own = [n for n in names if n.rpartition(".")[2].lower() in _EXACT]
    ids = own + [n for n in names if n not in own and n.lower().endswith(_ENDINGS)]
    times = [column.name for column in columns if column.type in _TIMES]
    for name in (*ids, *times):
        yield (name,)
    for time in times:
        for name in ids:
            yield (time, name)
    texts = [c.name for c in columns if c.type == "text" and c.name not in ids]
    for text in texts[:1]:
        yield (text,)
    for time in times[:1]:
        for text in texts:
            yield (time, text)
    if len(ids) + len(times) > 2:
        yield (*times, *ids)
    if texts:
        yield (*times, *ids, *texts)


def as_data(value: object) -> object:
    """A cell that equals another exactly when both are the same data."""
    if isinstance(value, bool):
        return (bool, value)
    return None if is_nothing(value) else value


def _unique(rows: Sequence[Row], where: Sequence[int]) -> bool:
    seen: set[object] = set()
    for row in rows:
        key = tuple([as_data(row[place]) for place in where])
        if all(cell is None for cell in key) or key in seen:
            return False
        seen.add(key)
    return True
