"""The least and the greatest of values that Postgres wrote as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sources.protocol import ColumnType


def bounds(values: Sequence[str], kind: ColumnType) -> tuple[str | None, str | None]:
    """By number where it is one, else by text: ISO times order as they are. None without values."""
    if not values or kind in ("json", "boolean"):
        return None, None
    order: Callable[[str], object] = str
    if kind in ("integer", "number"):
        try:
            numbers = {value: float(value) for value in values}
        except ValueError:
            return None, None
        order = numbers.__getitem__
    return min(values, key=order), max(values, key=order)  # pyright: ignore[reportArgumentType, reportCallIssue]
