"""Holds an answer's rows against gold rows, by value and role instead of by column name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations

Row = tuple[object, ...]


def same_rows(
    gold_columns: Sequence[str],
    gold: Sequence[Row],
    measures: Sequence[bool],
    found: Sequence[Row],
    *,
    ordered: bool = False,
) -> bool:
    """True when some columns of `found`, in their roles, hold exactly the rows of `gold`."""
    if len(gold) != len(found):
        return False
    wanted = [tuple(map(plain, row)) for row in gold]
    for projected in projections(gold_columns, measures, found):
        if projected == wanted or (not ordered and Counter(projected) == Counter(wanted)):
            return True
    return False


def from_the_top(
    gold_columns: Sequence[str],
    ranking: Sequence[Row],
    measures: Sequence[bool],
    found: Sequence[Row],
    count: int,
) -> bool:
    """True when `found` is `count` rows of the ranking, best first, whichever of the ties."""
    everything = {tuple(map(plain, row)) for row in ranking}
    best = [plain(row[-1]) for row in ranking[:count]]
    return any(
        len(set(rows)) == count and set(rows) <= everything and [row[-1] for row in rows] == best
        for rows in projections(gold_columns, measures, found)
    )


def projections(
    gold_columns: Sequence[str], measures: Sequence[bool], found: Sequence[Row]
) -> Iterable[list[Row]]:
    """Every way to read the gold's columns out of the found ones, measures from measures."""
    rows = [tuple(map(plain, row)) for row in found]
    for picked in permutations(range(len(measures)), len(gold_columns)):
        if all(
            _fits(column, measures[at]) for column, at in zip(gold_columns, picked, strict=True)
        ):
            yield [tuple(row[at] for at in picked) for row in rows]


def _fits(gold_column: str, is_measure: bool) -> bool:
    if gold_column.startswith("m_"):
        return is_measure
    if gold_column.startswith("k_"):
        return not is_measure
    return True


def plain(cell: object) -> object:
    """One spelling per value: numbers to nine digits, times in UTC."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int | float | Decimal):
        return float(f"{float(cell):.9g}")
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell)
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat() if "T" in text else text
    except ValueError:
        return text
