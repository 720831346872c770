"""One spelling per value, so that rows are compared by value: numbers, times, texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isclose

PlainRow = tuple[object, ...]
_LEAST_TOLERANCE = 1e-9
"""Two ways to add up the same numbers differ by less."""


def plain_rows(
    rows: Iterable[Sequence[object]], picked: Sequence[int] | None = None
) -> list[PlainRow]:
    """The rows, or only their columns at the picked places."""
    if picked is None:
        return [tuple([plain(cell) for cell in row]) for row in rows]
    return [tuple([plain(row[at]) for at in picked]) for row in rows]


def plain(cell: object) -> object:
    """Numbers to nine digits, times in UTC, dates and all else as text."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _plain_text(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float | Decimal):
        return float(f"{cell:.9g}")
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _plain_text(text: str) -> str:
    """`2026-02-04T09:00:00+09:00` and `2026-02-04 00:00+00:00` are one moment."""
    if len(text) < 16 or text[4] != "-" or text[10] not in "T ":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(UTC).isoformat() if moment.tzinfo else text


def same(wanted: Sequence[PlainRow], found: Sequence[PlainRow], tolerance: float) -> bool:
    """The same rows in any order, numbers within the tolerance."""
    if len(wanted) != len(found):
        return False
    return Counter(wanted) == Counter(found) or _paired(wanted, found, tolerance)


def within(wanted: Sequence[PlainRow], found: Sequence[PlainRow], tolerance: float) -> bool:
    """All wanted rows are among the found ones, each as often."""
    left = Counter(found)
    missing = [row for row, times in (Counter(wanted) - left).items() for _ in range(times)]
    if not missing:
        return True
    left.subtract(row for row in wanted if row in left)
    spare = [row for row, times in left.items() for _ in range(max(0, times))]
    return all(_taken(row, spare, tolerance) for row in missing)


def near(one: object, other: object, tolerance: float) -> bool:
    """Equal, or two numbers within the relative tolerance."""
    if one == other:
        return True
    if not isinstance(one, float) or not isinstance(other, float):
        return False
    return isclose(one, other, rel_tol=max(tolerance, _LEAST_TOLERANCE), abs_tol=1e-12)


def _near_rows(one: PlainRow, other: PlainRow, tolerance: float) -> bool:
    return all(near(a, b, tolerance) for a, b in zip(one, other, strict=True))


def _paired(wanted: Sequence[PlainRow], found: Sequence[PlainRow], tolerance: float) -> bool:
    """Row beside row in one order: exact cells first, then numbers by size."""
    pairs = zip(sorted(wanted, key=_order), sorted(found, key=_order), strict=True)
    return all(_near_rows(one, other, tolerance) for one, other in pairs)


def _order(row: PlainRow) -> tuple[list[str], list[float]]:
    texts = [str(cell) for cell in row if not isinstance(cell, float)]
    return texts, [cell for cell in row if isinstance(cell, float)]


def _taken(row: PlainRow, spare: list[PlainRow], tolerance: float) -> bool:
    """Effects: the row that stands for it is no longer spare."""
    for at, other in enumerate(spare):
        if _near_rows(row, other, tolerance):
            del spare[at]
            return True
    return False
