"""One sentence of a walk, a path or the passages found; every figure is a count or a cell."""

from __future__ import annotations

from dagster_project.contracts.assets.mapping import ResultShape
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.value import Language
from dagster_project.pipeline.cells import shown
from dagster_project.pipeline.named_rows import (
    PASSAGE,
    WAY,
    has_columns,
    named_rows,
    whole_number,
)
from dagster_project.pipeline.passages import passages_of
from dagster_project.pipeline.path_blocks import ways_of
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.plain_text import one_line


def summarise_graph(
    step: PlanStep, result: StepResult, shape: ResultShape, language: Language
) -> str | None:
    """None when the columns are not those of the shape."""
    if shape == "passages":
        return _quoted(result, language) if has_columns(result, PASSAGE) else None
    if shape == "path":
        return _led(result, language) if has_columns(result, WAY) else None
    return _walked(step, result, language)


def _walked(step: PlanStep, result: StepResult, language: Language) -> str | None:
    """How many things within how many hops; of a walk that was cut, the count alone."""
    depths = [whole_number(row.get("depth")) for row in named_rows(result)]
    hops = max((depth for depth in depths if depth is not None), default=None)
    if hops is None or (result.truncated and result.total_rows is not None):
        return None
    count = len(result.rows)
    return say(
        "walked_cut" if result.truncated else "walked",
        language,
        purpose=_purpose(step, result),
        rows=shown(count),
        items=_counted(count, "item"),
        hops=shown(hops),
        deep=_counted(hops, "hop"),
    )


def _purpose(step: PlanStep, result: StepResult) -> str:
    """With the one thing that the walk started from, where the purpose does not name it."""
    start = one_line(result.focus[0]) if len(result.focus) == 1 else ""
    return step.purpose if start in step.purpose else f"{start} {step.purpose}"


def _led(result: StepResult, language: Language) -> str | None:
    """From where to where, how far, in how many ways."""
    ways = list(ways_of(result).values())
    if not ways:
        return None
    hops = len(ways[0]) - 1
    return say(
        "led_cut" if result.truncated else "led",
        language,
        start=one_line(ways[0][0].node.id),
        end=one_line(ways[0][-1].node.id),
        hops=shown(hops),
        deep=_counted(hops, "hop"),
        rows=shown(len(ways)),
        ways=_counted(len(ways), "way"),
    )


def _quoted(result: StepResult, language: Language) -> str:
    return say("quoted", language, place=place_of_best(result))


def place_of_best(result: StepResult) -> str:
    """Title and innermost heading of the first passage, on one line."""
    best = passages_of(result)[0]
    parts = [best.title, *(h for h in best.headings[-1:] if h != best.title)]
    return " › ".join(one_line(part) for part in parts)


def _counted(count: int, noun: str) -> str:
    return f"{shown(count)} {noun}{'' if count == 1 else 's'}"
