"""What a fact that is not in an answer wants and what stands there instead, each in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dagster_project.contracts.golden import Fact
from dagster_project.regression.gold import Gold
from dagster_project.regression.plain_cells import PlainRow, plain_rows
from dagster_project.regression.read_columns import Found, holds, named_columns

_SHOWN_ROWS = 3
_LONGEST = 300


def told_expected(fact: Fact, gold: Gold) -> str:
    """`rows: 2 rows (ci_id, m_count): ('GT-01', 5), ('GT-02', 3)`."""
    unit = f" in {fact.unit}" if fact.unit else ""
    near = f" within {fact.tolerance:g}" if fact.tolerance else ""
    names = ", ".join(gold.columns)
    return _short(f"{fact.match}: {_rows(gold.plain)}{unit}{near} ({names})")


def told_found(fact: Fact, gold: Gold, every: Sequence[Found]) -> str:
    """The nearest step and how it differs."""
    if not every:
        return "no step was answered"
    if fact.unit and any(holds(gold, f, fact.match, fact.tolerance) for f in every):
        units = sorted({unit for f in every for unit in f.units if unit})
        return f"the values, in {', '.join(units) or 'no unit'}"
    best = max(every, key=lambda found: _likeness(gold, found))
    named = named_columns(gold, best)
    if named is None:
        names = ", ".join(best.names)
        return _short(f"{best.step} ({names}): {_rows(plain_rows(best.rows))}")
    found, wanted = plain_rows(best.rows, named), gold.plain
    missing = list((Counter(wanted) - Counter(found)).elements())
    beyond = list((Counter(found) - Counter(wanted)).elements())
    parts = [f"{best.step}: {_count(found)}"]
    parts += [f"missing {_list(missing)}"] if missing else []
    parts += [f"not expected {_list(beyond)}"] if beyond and fact.match != "subset" else []
    if not missing and not beyond:
        parts.append("in another order")
    return _short("; ".join(parts))


def _likeness(gold: Gold, found: Found) -> tuple[int, int]:
    """Shared values count most, then a like number of rows."""
    wanted = {cell for row in gold.plain for cell in row}
    cells = {cell for row in plain_rows(found.rows) for cell in row}
    return len(wanted & cells), -abs(len(found.rows) - len(gold.rows))


def _rows(rows: Sequence[PlainRow]) -> str:
    return _count(rows) + (f": {_list(rows)}" if rows else "")


def _count(rows: Sequence[PlainRow]) -> str:
    return f"{len(rows)} row" + ("" if len(rows) == 1 else "s")


def _list(rows: Sequence[PlainRow]) -> str:
    shown = ", ".join(_row(row) for row in rows[:_SHOWN_ROWS])
    return shown + (" ..." if len(rows) > _SHOWN_ROWS else "")


def _row(row: PlainRow) -> str:
    cells = [f"{cell:g}" if isinstance(cell, float) else repr(cell) for cell in row]
    return f"({', '.join(cells)})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
