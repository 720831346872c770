"""Values of ours → what Dagster shows: metadata entries, check results, column schemas."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from itertools import islice

import dagster as dg
import orjson

from dagster_project.contracts.block import CellValue
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable
from dagster_project.pipeline.graph_picture import GRAPH_MARK

MetadataEntries = dict[str, dg.MetadataValue]
MAX_PREVIEW_ROWS = 30
MAX_CELL_CHARACTERS = 120
_WIDEST_PIXELS = 1_080
_SVG_SIZE = re.compile(r'width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)"')


def inspection_metadata(inspection: Inspection) -> MetadataEntries:
    """Everything an inspection found, under names that read well in the UI."""
    entries: MetadataEntries = {"summary": dg.MetadataValue.text(inspection.summary)}
    if inspection.table is not None:
        entries["preview"] = dg.MetadataValue.md(markdown_table(inspection.table))
    if inspection.chart is not None:
        entries["chart"] = dg.MetadataValue.md(picture_markdown(inspection.chart))
    if inspection.document is not None:
        entries["document"] = dg.MetadataValue.md(inspection.document)
    if problems := inspection.problems():
        entries["problems"] = dg.MetadataValue.md(observations_markdown(problems))
    return entries | {name: fact_value(fact) for name, fact in inspection.facts.items()}


def check_result(key: dg.AssetKey, name: str, inspection: Inspection) -> dg.AssetCheckResult:
    """The one check of an asset: passed only when every observation is ok."""
    error = inspection.severity == "error"
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=inspection.ok,
        severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
        description="; ".join(f.detail for f in inspection.problems()) or inspection.summary,
        metadata={
            **{
                f.name: dg.MetadataValue.text(f"{f.status}: {f.detail}")
                for f in inspection.findings
            },
            **{name: fact_value(f) for name, f in inspection.facts.items() if _is_number(f)},
        },
    )


def fact_value(fact: CellValue) -> dg.MetadataValue:
    """A scalar as the entry of its type; numbers are plotted over time by the UI."""
    match fact:
        case None:
            return dg.MetadataValue.text("unknown")
        case bool():
            return dg.MetadataValue.bool(fact)
        case int():
            return dg.MetadataValue.int(fact)
        case float():
            return dg.MetadataValue.float(fact)
        case str():
            return dg.MetadataValue.text(fact)


def _is_number(fact: CellValue) -> bool:
    return isinstance(fact, int | float) and not isinstance(fact, bool)


def observations_markdown(observations: Sequence[Observation]) -> str:
    rows = tuple((o.name, o.status, o.detail) for o in observations)
    return markdown_table(PreviewTable(columns=("looked at", "status", "detail"), rows=rows), 1_000)


def markdown_table(table: PreviewTable, max_cell_characters: int = MAX_CELL_CHARACTERS) -> str:
    """The first rows as a Markdown table, with what was left out."""
    lines = [_row(table.columns, max_cell_characters), "|" + " --- |" * len(table.columns)]
    lines += [_row(row, max_cell_characters) for row in islice(table.rows, MAX_PREVIEW_ROWS)]
    total = table.total_rows if table.total_rows is not None else len(table.rows)
    shown = min(len(table.rows), MAX_PREVIEW_ROWS)
    if total > shown:
        lines += ["", f"{shown} of {total} rows"]
    return "\n".join(lines)


def _row(cells: Sequence[CellValue], max_characters: int) -> str:
    return "| " + " | ".join(_cell(cell, max_characters) for cell in cells) + " |"


def _cell(cell: CellValue, max_characters: int) -> str:
    text = "" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= max_characters else text[: max_characters - 1] + "…"


def chart_markdown(vega_lite: Mapping[str, object]) -> str:
    """A chart as an inline picture: Dagster's own Markdown shows it without a page of ours."""
    import vl_convert

    picture = vl_convert.vegalite_to_png(orjson.dumps(vega_lite).decode(), scale=1.5)
    return f"![chart](data:image/png;base64,{base64.b64encode(picture).decode()})"


def picture_markdown(vega_lite: Mapping[str, object]) -> str:
    """The same of any specification: the picture of a graph, which is large and full of names, is
    kept as lines and letters, a fifth of the size and the browser's own fonts."""
    if vega_lite.get("usermeta") != GRAPH_MARK:
        return chart_markdown(vega_lite)
    import vl_convert

    picture = _fitting(vl_convert.vegalite_to_svg(orjson.dumps(vega_lite).decode()))
    return f"![graph](data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()})"


def _fitting(svg: str) -> str:
    """No wider than the UI's own window; its view box keeps the picture whole."""
    size = _SVG_SIZE.search(svg)
    if size is None or float(size["width"]) <= _WIDEST_PIXELS:
        return svg
    height = float(size["height"]) * _WIDEST_PIXELS / float(size["width"])
    return _SVG_SIZE.sub(f'width="{_WIDEST_PIXELS}" height="{height:.0f}"', svg, count=1)
