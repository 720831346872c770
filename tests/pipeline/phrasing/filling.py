"""Fields of a written phrase, filled with cells of the rows."""

from __future__ import annotations

import re

from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.named_rows import WAY, has_columns
from dagster_project.pipeline.path_blocks import ways_of

_FIELD = re.compile(r"\{([^{}]+)\}")


def filled(phrase: str, executed: ExecuteResult) -> list[str]:
    """The sentences with what the rows hold."""
    return [_FIELD.sub(lambda m: _value(m.group(1), executed), s) for s in phrase.split("|")]


def _value(name: str, executed: ExecuteResult) -> str:
    if "." not in name:
        return _derived(name, executed)
    step, row, *column = name.split(".")
    result = _step(step, executed)
    if row == "rows":
        return shown(result.total_rows if result.total_rows is not None else len(result.rows))
    names = [each.name for each in result.columns]
    place = int(column[0]) if column[0].isdigit() else names.index(column[0])
    return shown(labelled_cell(result.rows[int(row)][place], result.columns[place]))


def _step(name: str, executed: ExecuteResult) -> StepResult:
    if name.isdigit():
        return executed.steps[int(name)]
    return next(
        result for result in executed.steps if name in (result.step, result.query.partition(":")[0])
    )


def _derived(name: str, executed: ExecuteResult) -> str:
    """The ends of a series, the depth of a walk, the ways of a path."""
    result = executed.steps[0]
    if name in ("low", "high", "last"):
        cells = [row[1] for row in result.rows if isinstance(row[1], (int, float))]
        return shown({"low": min(cells), "high": max(cells), "last": cells[-1]}[name])
    if has_columns(result, WAY):
        ways = list(ways_of(result).values())
        return shown(len(ways)) if name == "ways" else shown(len(ways[0]) - 1)
    names = [each.name for each in result.columns]
    cells = [row[names.index("depth")] for row in result.rows]
    return shown(max(cell for cell in cells if isinstance(cell, int)))
