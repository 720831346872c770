"""Rows as a model is shown them: names, figures and times, never a text that somebody wrote.

Every line is JSON in which `<` and `>` are escaped, so nothing that a cell holds can end the part
of the prompt that it stands in.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult, ResultColumn, StepResult
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.named_rows import PASSAGE, has_columns
from dagster_project.pipeline.phrase_facts import is_prose, is_stamp
from dagster_project.pipeline.phrases import say_empty

_NAMED = 10
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Characters that break lines, hide or steer."""


@dataclass(frozen=True, slots=True)
class ShownRows:
    """What goes into the prompt, and how many rows of a step at most."""

    text: str
    max_rows: int


def quoted(value: object) -> str:
    """JSON on one line that holds no tag."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    if text.isprintable() and "<" not in text and ">" not in text:
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character in "<>" or unicodedata.category(character) in _UNSAFE:
        return json.dumps(character)[1:-1] if character not in "<>" else f"\\u{ord(character):04x}"
    return character


def rows_for_model(
    plan: Plan, executed: ExecuteResult, plain: str, max_rows: int, max_tokens: int
) -> ShownRows:
    """As many rows of each step as fit; parts and columns always stay.

    `plain`: a text of a cell that it tells may be shown, for everybody reads it there.
    """
    most = max((len(result.rows) for result in executed.steps), default=0)
    count = min(max_rows, most)
    while True:
        text = "\n".join(_lines(plan, executed, plain, count))
        if count == 0 or estimate_tokens(text) <= max_tokens:
            return ShownRows(text, count)
        count = count * 3 // 4 if count > 1 else 0


def _lines(plan: Plan, executed: ExecuteResult, plain: str, max_rows: int) -> Iterator[str]:
    steps = {step.id: step for step in plan.steps}
    for result in executed.steps:
        yield from _step(plan, steps[result.step], result, plain, max_rows)
    if plan.withheld:
        yield quoted({"left out, the asker may not see it": list(plan.withheld)})


def _step(
    plan: Plan, step: PlanStep, result: StepResult, plain: str, max_rows: int
) -> Iterator[str]:
    head: dict[str, object] = {"part": step.purpose}
    if result.empty is not None:
        head["missing" if result.error is not None else "empty"] = say_empty(
            result.empty, plan.language
        )
    elif result.error is not None:
        head["missing"] = result.error.code
    passages = has_columns(result, PASSAGE)
    if result.rows and passages:
        head["left out"] = f"{len(result.rows)} passages of documents"
    rows = [] if passages or result.empty is not None else list(result.rows[:max_rows])
    if result.rows and not passages:
        head["columns"] = [_column(column) for column in result.columns]
        total = result.total_rows if result.total_rows is not None else len(result.rows)
        head |= {"total": shown(total), "rows shown": len(rows)}
        if result.truncated:
            head["cut at the source"] = True
    for number, match in enumerate(result.matches, start=1):
        unmatched = [_text(name, plain) for name in match.unmatched[:_NAMED]]
        head[f"matched {number}"] = f"{shown(match.matched)} of {shown(match.given)}"
        if unmatched:
            head[f"not matched {number}"] = unmatched
    yield quoted(head)
    for row in rows:
        yield quoted([_cell(v, c, plain) for v, c in zip(row, result.columns, strict=True)])


def _column(column: ResultColumn) -> dict[str, str]:
    told = {"label": column.label, "type": column.type}
    return told | ({"unit": column.unit} if column.unit else {})


def _cell(value: CellValue, column: ResultColumn, plain: str) -> str | None:
    """As a sentence writes it; a text that is no name is left out, and said to be."""
    if value is None:
        return None
    if str(value) in column.value_labels:
        return shown(labelled_cell(value, column))
    if not isinstance(value, str) or is_stamp(value):
        return shown(value)
    if column.free_text:
        return f"(text of {len(value)} characters)"
    return _text(value, plain)


def _text(value: str, plain: str) -> str:
    if value in plain or not is_prose(value):
        return value
    return f"(text of {len(value)} characters)"
