"""JSON values as typed cells. A value that does not fit is an error, never a guess."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from typing import cast

from sources.errors import QueryFailed
from sources.http_api.json_path import MISSING, JsonPath, field_path
from sources.protocol import Cell, Column, ColumnType

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]|$)")
_MAX_SHOWN = 40


class _Unfit(ValueError):
    """The value is not of the column's type."""


def columns_of(rows: list[object]) -> tuple[tuple[Column, JsonPath], ...]:
    """The fields of the rows, in order of first appearance, with the type all values share."""
    kinds: dict[str, set[ColumnType]] = {}
    for row in rows:
        for name, value in row.items() if isinstance(row, dict) else [("value", row)]:
            kinds.setdefault(name, set()).update({_kind(value)} if value is not None else set())
    bare = any(not isinstance(row, dict) for row in rows)
    whole_row = JsonPath("$", ())
    return tuple(
        (Column(name, _shared(found)), whole_row if bare else field_path(name))
        for name, found in kinds.items()
        if not bare or name == "value"
    )


def cells_of(
    row: object,
    columns: tuple[tuple[Column, JsonPath], ...],
    number: int,
    *,
    source: str,
) -> tuple[Cell, ...]:
    """One row's cells. `number` counts from 1. Raises: QueryFailed, naming row and column."""
    cells: list[Cell] = []
    for column, path in columns:
        value = path.one(row)
        if value is MISSING or value is None:
            cells.append(None)
            continue
        try:
            cells.append(_cell(value, column.type))
        except _Unfit:
            raise QueryFailed(
                source,
                f"row {number}, column {column.name!r}: {_shown(value)} is no {column.type}.",
                "Correct the column's type or its JSON path.",
            ) from None
    return tuple(cells)


def _cell(value: object, kind: ColumnType) -> Cell:
    match kind:
        case "json":
            return value
        case "text":
            return _text(value)
        case "boolean":
            return _boolean(value)
        case "integer":
            return _integer(value)
        case "number":
            return _number(value)
        case "timestamp":
            return _timestamp(value)
        case "date":
            return _date(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _Unfit


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _Unfit


def _integer(value: object) -> int:
    if isinstance(value, bool):
        raise _Unfit
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    raise _Unfit


def _number(value: object) -> int | float:
    if isinstance(value, bool):
        raise _Unfit
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise _Unfit


def _timestamp(value: object) -> datetime:
    """ISO 8601, or seconds or milliseconds since 1970; without a zone it is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise _Unfit from None
    raise _Unfit


def _date(value: object) -> date:
    """The day as written, of a time too: no zone moves it."""
    if isinstance(value, str) and (found := _DAY.match(value.strip())):
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            raise _Unfit from None
    raise _Unfit


def _kind(value: object) -> ColumnType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "text" if isinstance(value, str) else "json"


def _shared(kinds: set[ColumnType]) -> ColumnType:
    if kinds == {"integer", "number"}:
        return "number"
    return cast(ColumnType, next(iter(kinds))) if len(kinds) == 1 else "json"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
