"""B9: every figure in a text is found in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.cells import shown
from dagster_project.pipeline.named_rows import WAY, has_columns
from dagster_project.pipeline.path_blocks import ways_of

FIGURE = re.compile(r"(?<![\w.,:/-])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]*[-:/]\d)")
_DIGIT = re.compile(r"\d")


def known_figures(results: Iterable[StepResult]) -> frozenset[str]:
    """Every number of the results as a text would show it, and what is counted of them: rows, ways
    of a path, things that were matched and those that were not."""
    known: set[str] = set()
    for result in results:
        if result.empty is not None:
            known.add("0")
        known |= {shown(count) for count in _counts(result)}
        for row in result.rows:
            for cell in row:
                known |= _forms(cell)
    return frozenset(known)


def unmatched_figures(
    text: str, known: frozenset[str], literals: Iterable[str]
) -> tuple[int, tuple[str, ...]]:
    """How many figures a text holds, and those that no cell has.

    `literals` are names and times that the text quotes; digits in them are not figures.
    """
    bare = text
    for literal in sorted({s for s in literals if _DIGIT.search(s)}, key=len, reverse=True):
        if literal in bare:
            bare = re.sub(rf"(?<![\w.,]){re.escape(literal)}(?![A-Za-z0-9]|[.,]\d)", " ", bare)
    found = [m.group().replace("−", "-") for m in FIGURE.finditer(bare)]
    return len(found), tuple(f for f in found if f not in known)


def _counts(result: StepResult) -> Iterator[int]:
    yield len(result.rows)
    if result.total_rows is not None:
        yield result.total_rows
    for match in result.matches:
        yield from (match.given, match.matched, match.given - match.matched)
    if has_columns(result, WAY):
        yield len(ways_of(result))


def _forms(cell: CellValue) -> set[str]:
    if cell is None or isinstance(cell, bool):
        return set()
    if isinstance(cell, (int, float)):
        return {shown(cell), shown(abs(cell))}
    return {m.group() for m in FIGURE.finditer(cell)}
