"""Cells of a source as values of an answer, and as people read them."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.stage import ResultColumn
from sources.protocol import Cell


def cell_value(cell: Cell, zone: ZoneInfo) -> CellValue:
    """Times become ISO 8601 in the site's zone, JSON becomes text, decimals become numbers."""
    if cell is None or isinstance(cell, (str, bool, int, float)):
        return cell
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, (list, dict, tuple)):
        return orjson.dumps(cell, default=str).decode()
    return str(cell)


def labelled_cell(value: CellValue, column: ResultColumn) -> CellValue:
    """The value as the reader calls it, where it has a name."""
    return column.value_labels.get(str(value), value) if column.value_labels else value


def shown(value: CellValue, unit: str | None = None) -> str:
    """A cell in a sentence: thousands separated, at most two decimals, unit behind."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        text = f"{value:,}"
    elif isinstance(value, float):
        text = _float(value)
    else:
        text = _time(value)
    return f"{text}{_joined(unit)}" if unit else text


def _joined(unit: str) -> str:
    return unit if unit in ("%", "°C", "°F") else f" {unit}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    digits = 2 if abs(value) >= 1 or value == 0 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(value: str) -> str:
    """An ISO time without its seconds and zone; other text as it is."""
    if len(value) >= 19 and value[10] == "T" and value[4] == "-" and value[:4].isdigit():
        return f"{value[:10]} {value[11:16]}"
    return value
