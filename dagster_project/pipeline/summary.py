"""One sentence per step, made of cells."""

from __future__ import annotations

import re
from collections.abc import Callable

from dagster_project.contracts.assets.mapping import ResultShape
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn, StepResult
from dagster_project.contracts.value import Language, Text
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.graph_summary import summarise_graph
from dagster_project.pipeline.phrases import say, say_empty

_FIELD = re.compile(r"\{(\w+)\}")
_NUMERIC = ("integer", "number")
_TOLD_COLUMNS = 6


def summarise(
    step: PlanStep,
    result: StepResult,
    shape: ResultShape,
    template: Text | None,
    language: Language,
) -> str:
    """The mapping's sentence, or the shape's own where it has none or does not fit the rows."""
    if result.empty is not None:
        return f"{step.purpose}: {say_empty(result.empty, language)}"
    if template is not None:
        filled = fill(template.shown(language), result)
        if filled is not None:
            return filled
    return _by_shape(step, result, shape, language)


def fill(template: str, result: StepResult, quoted: Callable[[str], str] = str) -> str | None:
    """A template with the first row's cells, each as `quoted` writes it; None when it names a
    column that is not there."""
    if not result.rows:
        return None
    cells = {
        c.name: (labelled_cell(value, c), c.unit)
        for c, value in zip(result.columns, result.rows[0], strict=True)
    }
    count = result.total_rows if result.total_rows is not None else len(result.rows)
    cells.setdefault("rows", (count, None))
    if any(name not in cells for name in _FIELD.findall(template)):
        return None
    return _FIELD.sub(lambda m: quoted(shown(*cells[m.group(1)])), template)


def _by_shape(step: PlanStep, result: StepResult, shape: ResultShape, language: Language) -> str:
    if shape in ("graph", "path", "passages"):
        told = summarise_graph(step, result, shape, language)
        if told is not None:
            return told
    row, columns = result.rows[0], result.columns
    if shape in ("scalar", "record") and all(c.type in _NUMERIC for c in columns):
        return ", ".join(
            say("scalar", language, label=c.label, value=shown(v, c.unit))
            for c, v in zip(columns, row, strict=True)
        )
    if shape == "comparison":
        return _compared(columns, row, language)
    measures = [i for i, c in enumerate(columns) if c.type in _NUMERIC]
    if shape == "time_series" and measures:
        return _ranged(result, measures[0], language)
    if len(result.rows) == 1 and shape in ("rows", "record"):
        told = [
            (column.label, shown(labelled_cell(value, column), column.unit))
            for column, value in zip(columns, row, strict=True)
            if value is not None
        ]
        return ", ".join(f"{label}: {value}" for label, value in told[:_TOLD_COLUMNS])
    names = [i for i, c in enumerate(columns) if c.type not in _NUMERIC]
    if shape == "grouped" and measures and names:
        return say(
            "leading",
            language,
            name=" ".join(shown(labelled_cell(row[i], columns[i])) for i in names),
            value=shown(row[measures[-1]], columns[measures[-1]].unit),
            label=columns[measures[-1]].label,
        )
    total = result.total_rows if result.total_rows is not None else len(result.rows)
    return say("rows", language, purpose=step.purpose, rows=shown(total))


def _ranged(result: StepResult, place: int, language: Language) -> str:
    """How far a series goes, and where it ends."""
    column = result.columns[place]
    cells = (row[place] for row in result.rows)
    values = [cell for cell in cells if isinstance(cell, (int, float))]
    if not values:
        return say("rows", language, purpose=column.label, rows=shown(len(result.rows)))
    return say(
        "ranged",
        language,
        label=column.label,
        low=shown(min(values), column.unit),
        high=shown(max(values), column.unit),
        last=shown(values[-1], column.unit),
    )


def _compared(
    columns: tuple[ResultColumn, ...], row: tuple[CellValue, ...], language: Language
) -> str:
    later, earlier, change = columns[0], columns[1], columns[-1]
    return say(
        "compared",
        language,
        later_label=later.label,
        later=shown(row[0], later.unit),
        earlier_label=earlier.label,
        earlier=shown(row[1], earlier.unit),
        change=shown(row[-1], change.unit),
    )
