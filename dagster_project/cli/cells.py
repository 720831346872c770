"""Values as people read them in a column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isnan

from dagster_project.contracts.block import CellValue, TableColumn

NOTHING = "–"
BARS = "▁▂▃▄▅▆▇█"


def cell_text(value: object) -> str:
    """`181.5`, `true`, `2026-01-05 13:00:00`; at most four decimals, the rest is in the rows."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "true" if value else "false"
        case float():
            return number_text(value)
        case _:
            return str(value)


def number_text(value: float) -> str:
    if (value and abs(value) < 1e-4) or abs(value) >= 1e15 or isnan(value):
        return f"{value:.6g}"
    return f"{value:.4f}".rstrip("0").rstrip(".")


def column_cells(column: TableColumn, values: Sequence[CellValue]) -> tuple[str, list[str]]:
    """Header and cells of a column; a unit or a common UTC offset is said once, in the header."""
    notes = [column.unit] if column.unit else []
    if column.type == "timestamp":
        texts, offset = _times(values)
        notes += [offset] if offset else []
    else:
        texts = [column.value_labels.get(str(value)) or cell_text(value) for value in values]
    label = column.label or column.name
    return (f"{label} ({', '.join(notes)})" if notes else label), texts


def _times(values: Sequence[CellValue]) -> tuple[list[str], str]:
    texts = [value.replace("T", " ", 1) if isinstance(value, str) else None for value in values]
    offsets = {_offset(text) for text in texts if text is not None}
    common = offsets.pop() if len(offsets) == 1 else ""
    return [NOTHING if text is None else text.removesuffix(common) for text in texts], (
        "UTC" if common in ("Z", "+00:00") else common
    )


def _offset(text: str) -> str:
    if text.endswith("Z"):
        return "Z"
    return text[-6:] if len(text) > 16 and text[-6] in "+-" and text[-3] == ":" else ""


def sparkline(values: Sequence[float], width: int = 60) -> str:
    """One line of bars from the lowest to the highest value; longer series are averaged."""
    if not values:
        return ""
    count = min(width, len(values))
    edges = [round(n * len(values) / count) for n in range(count + 1)]
    means = [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]
    low, high = min(means), max(means)
    if high == low:
        return BARS[3] * count
    steps = len(BARS) - 1
    return "".join(BARS[round((mean - low) / (high - low) * steps)] for mean in means)
