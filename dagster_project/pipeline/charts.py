"""Vega-Lite specifications of results, with their data inline."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.stage import ResultColumn
from dagster_project.pipeline.cells import labelled_cell

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_NUMERIC = ("integer", "number")

Point = dict[str, CellValue]


def chart_columns(
    columns: Sequence[ResultColumn], x: str | None, y: Sequence[str], series: str | None
) -> tuple[ResultColumn | None, list[ResultColumn], ResultColumn | None]:
    """Columns for the axes: as the mapping says, else by type. Differences are not drawn."""
    named = {c.name: c for c in columns}
    numeric = [c for c in columns if c.type in _NUMERIC and not c.name.endswith("_change")]
    other = [c for c in columns if c not in numeric and not c.name.endswith("_change")]
    across = named.get(x or "") or next(
        (c for c in other if c.type in ("timestamp", "date")), other[-1] if other else None
    )
    up = [named[name] for name in y if name in named] or numeric[:4]
    split = named.get(series or "")
    if split is None and across is not None and across.type == "timestamp":
        texts = [c for c in other if c.type == "text"]
        split = texts[-1] if texts else None
    return across, up, split


def vega_lite(
    rows: Sequence[Sequence[CellValue]],
    columns: Sequence[ResultColumn],
    across: ResultColumn,
    up: Sequence[ResultColumn],
    split: ResultColumn | None,
    title: str,
) -> dict[str, object]:
    """A line over time, bars over anything else."""
    places = {c.name: i for i, c in enumerate(columns)}
    points: list[Point] = [
        {
            "x": labelled_cell(row[places[across.name]], across),
            "y": row[places[measure.name]],
            **_series(row, places, split, measure, many=len(up) > 1),
        }
        for row in rows
        for measure in up
    ]
    temporal = across.type in ("timestamp", "date")
    unit = up[0].unit if up and len({c.unit for c in up}) == 1 else None
    encoding: dict[str, object] = {
        "x": {"field": "x", "type": "temporal" if temporal else "nominal", "title": across.label}
        | ({} if temporal else {"sort": None}),
        "y": {"field": "y", "type": "quantitative", "title": _axis(up, unit)},
    }
    if points and "series" in points[0]:
        encoding["color"] = {"field": "series", "type": "nominal", "title": None}
        if not temporal:
            encoding["xOffset"] = {"field": "series"}
    return {
        "$schema": _SCHEMA,
        "title": title,
        "width": 640,
        "height": 280,
        "data": {"values": points},
        "mark": {"type": "line", "point": len(rows) <= 60} if temporal else {"type": "bar"},
        "encoding": encoding,
    }


def _series(
    row: Sequence[CellValue],
    places: dict[str, int],
    split: ResultColumn | None,
    measure: ResultColumn,
    *,
    many: bool,
) -> Point:
    names = [str(labelled_cell(row[places[split.name]], split))] if split is not None else []
    names += [measure.label] if many else []
    return {"series": " · ".join(names)} if names else {}


def _axis(up: Sequence[ResultColumn], unit: str | None) -> str:
    label = up[0].label if len(up) == 1 else ""
    return " ".join(part for part in (label, f"({unit})" if unit else "") if part)
