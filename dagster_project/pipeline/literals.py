"""Names and times that texts quote: digits in them are no figures (B9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.value import Text
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.graph_summary import place_of_best
from dagster_project.pipeline.join_honesty import quoted_name
from dagster_project.pipeline.named_rows import PASSAGE, WAY, has_columns
from dagster_project.pipeline.path_blocks import ways_of
from dagster_project.pipeline.plain_text import escape_markdown, one_line


def literals_of(plan: Plan, executed: ExecuteResult, sources: Mapping[str, Text]) -> list[str]:
    """What the texts of this answer may quote, in every way that they write it."""
    found = [e.key for e in plan.entities] + [e.label for e in plan.entities]
    found += [s.purpose for s in plan.steps]
    for step in plan.steps:
        if step.query in sources:
            found.append(sources[step.query].shown(plan.language))
        if step.table_plan is not None:
            spans = [step.table_plan.time, *(m.time for m in step.table_plan.measures)]
            found += [span.text for span in spans if span is not None]
    for result in executed.steps:
        found += _quoted(result)
    written = {escaped for text in found if (escaped := escape_markdown(text)) != text}
    return [*found, *sorted(written)]


def _quoted(result: StepResult) -> Iterator[str]:
    yield from (c.label for c in result.columns)
    for row in result.rows[:1]:
        texts = (labelled_cell(v, c) for v, c in zip(row, result.columns, strict=True))
        yield from (shown(cell) for cell in texts if isinstance(cell, str))
    yield from (one_line(key) for key in result.focus[:1])
    for match in result.matches:
        yield from (quoted_name(name) for name in match.unmatched)
    if result.rows and has_columns(result, PASSAGE):
        yield place_of_best(result)
    if result.rows and has_columns(result, WAY):
        for way in ways_of(result).values():
            yield from (one_line(hop.node.id) for hop in (way[0], way[-1]))
