"""Holds the rows of an answer against gold rows: by value and role, never by column name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

Row = tuple[object, ...]
FEWEST_NEWEST = 3


def same_rows(
    columns: Sequence[str], gold: Sequence[Row], measures: Sequence[bool], found: Sequence[Row]
) -> bool:
    """Some columns of `found`, measures from measures, hold exactly the gold rows."""
    wanted = Counter(_plain_row(row) for row in gold)
    return any(Counter(rows) == wanted for rows in _readings(columns, gold, measures, found))


def same_ranking(
    columns: Sequence[str], gold: Sequence[Row], measures: Sequence[bool], found: Sequence[Row]
) -> bool:
    """The same rows, in the order of the gold's last column; ties in any order."""
    wanted = [_plain_row(row) for row in gold]
    return any(
        Counter(rows) == Counter(wanted) and [r[-1] for r in rows] == [w[-1] for w in wanted]
        for rows in _readings(columns, gold, measures, found)
    )


def newest_rows(
    columns: Sequence[str], gold: Sequence[Row], measures: Sequence[bool], found: Sequence[Row]
) -> bool:
    """The first rows of the gold, as many as were found: at least three, or all there are."""
    if len(found) < min(FEWEST_NEWEST, len(gold)):
        return False
    return same_rows(columns, gold[: len(found)], measures, found)


def _readings(
    columns: Sequence[str], gold: Sequence[Row], measures: Sequence[bool], found: Sequence[Row]
) -> Iterator[list[Row]]:
    """Every way to read the gold's columns out of the found ones that fits column by column."""
    if len(gold) != len(found):
        return
    rows = [_plain_row(row) for row in found]
    wanted = [_plain_row(row) for row in gold]
    candidates = [
        [
            at
            for at in range(len(measures))
            if (measures[at] or not name.startswith("m_"))
            and Counter(r[at] for r in rows) == Counter(w[position] for w in wanted)
        ]
        for position, name in enumerate(columns)
    ]
    for picked in product(*candidates):
        if len(set(picked)) == len(picked):
            yield [tuple(row[at] for at in picked) for row in rows]


def _plain_row(row: Row) -> Row:
    return tuple(_plain(cell) for cell in row)


def _plain(cell: object) -> object:
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
