"""Join honesty (B21): how many of the things that one step gave another one found."""

from __future__ import annotations

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import Match, ResultColumn, StepResult

_NAMED = 20
"""Unmatched things that are named; all are counted."""


def count_matches(
    step: PlanStep,
    inputs: dict[str, StepResult],
    columns: tuple[ResultColumn, ...],
    rows: tuple[tuple[CellValue, ...], ...],
    *,
    truncated: bool,
) -> tuple[Match, ...]:
    """One count per feed whose things come back in a column of this step's own rows.

    None where the rows were cut: what is not among them may be among the others.
    """
    if truncated:
        return ()
    names = [column.name for column in columns]
    found: list[Match] = []
    for feed in step.feeds:
        if feed.returned_as is None or feed.returned_as not in names or feed.step not in inputs:
            continue
        place = names.index(feed.returned_as)
        held = {str(row[place]) for row in rows if row[place] is not None}
        given = _given(inputs[feed.step], feed.column)
        unmatched = tuple(one for one in given if one not in held)
        found.append(
            Match(
                step=feed.step,
                column=feed.column,
                given=len(given),
                matched=len(given) - len(unmatched),
                unmatched=unmatched[:_NAMED],
            )
        )
    return tuple(found)


def _given(result: StepResult, column: str) -> tuple[str, ...]:
    names = [c.name for c in result.columns]
    if column not in names:
        return ()
    place = names.index(column)
    return tuple(dict.fromkeys(str(row[place]) for row in result.rows if row[place] is not None))
