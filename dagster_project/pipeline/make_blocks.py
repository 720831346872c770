"""Blocks of one step's result, by the mapping's rule for its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dagster_project.contracts.assets.mapping import BlockRule, MappingSpec, ResultShape, ShapeRule
from dagster_project.contracts.block import (
    Block,
    ChartBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    TableBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn, StepResult
from dagster_project.contracts.value import Language
from dagster_project.pipeline.charts import chart_columns, vega_lite
from dagster_project.pipeline.cut_notices import cut_notice, with_cut
from dagster_project.pipeline.graph_blocks import graph_block
from dagster_project.pipeline.passages import doc_link_block
from dagster_project.pipeline.path_blocks import path_block
from dagster_project.pipeline.phrases import say_empty
from dagster_project.pipeline.plain_text import escape_markdown
from dagster_project.pipeline.summary import fill

_DEFAULT_ROWS = 50
_DEFAULT_POINTS = 500
_DEFAULT_RULES: dict[ResultShape, tuple[BlockRule, ...]] = {
    "empty": (),
    "scalar": (BlockRule(type="number"),),
    "record": (BlockRule(type="table"),),
    "comparison": (BlockRule(type="table"),),
    "time_series": (BlockRule(type="timeseries"), BlockRule(type="table")),
    "grouped": (BlockRule(type="chart"), BlockRule(type="table")),
    "rows": (BlockRule(type="table"),),
    "graph": (BlockRule(type="graph"), BlockRule(type="table")),
    "path": (BlockRule(type="path"),),
    "passages": (BlockRule(type="doc_link"),),
}
_NAMES: Mapping[str, str] = {}


def make_blocks(
    step: PlanStep,
    result: StepResult,
    shape: ResultShape,
    mapping: MappingSpec | None,
    rule: ShapeRule | None,
    language: Language,
    called: Mapping[str, str] = _NAMES,
) -> tuple[Block, ...]:
    """Blocks in the mapping's order, or the shape's own; every one has its evidence.

    `called`: names of the things that the question resolved to, by their key.
    """
    if result.error is not None:
        return ()
    if shape == "empty" or (result.empty is not None and not result.rows):
        text = f"{step.purpose}: {say_empty(result.empty or 'true_zero', language)}"
        return (
            NoticeBlock(
                id=f"{step.id}.empty",
                level="info",
                text=text,
                references=result.references,
                empty=result.empty or "true_zero",
            ),
        )
    limits = (
        mapping.max_rows if mapping else _DEFAULT_ROWS,
        mapping.max_points if mapping else _DEFAULT_POINTS,
    )
    rules = rule.blocks if rule is not None else _DEFAULT_RULES[shape]
    made: list[Block] = []
    for number, block_rule in enumerate(rules, start=1):
        block_id = f"{step.id}.{number}"
        made += _make(block_id, step, result, block_rule, limits, language, called)
    return tuple(made)


def _make(
    block_id: str,
    step: PlanStep,
    result: StepResult,
    rule: BlockRule,
    limits: tuple[int, int],
    language: Language,
    called: Mapping[str, str],
) -> Sequence[Block]:
    title = rule.title.shown(language) if rule.title else step.purpose
    evidence: dict[str, object] = {
        "id": block_id,
        "references": result.references,
        "observed_at": result.observed_at,
        "empty": result.empty,
    }
    if rule.type == "table":
        return _table(result, rule, limits[0], evidence | {"title": title}, step, language)
    if rule.type in ("timeseries", "chart"):
        return _chart(result, rule, limits[1], evidence | {"title": title})
    if rule.type == "number":
        return _numbers(result, rule, evidence)
    titled = evidence | {"title": title}
    if rule.type == "graph":
        return with_cut(graph_block(step, result, limits[1], titled, called), step, language)
    if rule.type == "path":
        return with_cut(path_block(result, limits[1], titled), step, language)
    if rule.type == "doc_link":
        found = doc_link_block(result, limits[0], titled)
        return with_cut(found, step, language, result)
    quoted = escape_markdown if rule.type == "markdown" else str
    text = fill(rule.text.shown(language), result, quoted) if rule.text else None
    if text is None:
        return []
    if rule.type == "markdown":
        return [MarkdownBlock.model_validate(evidence | {"title": title, "markdown": text})]
    return [TextBlock.model_validate(evidence | {"title": title, "text": text})]


def _as_table_column(column: ResultColumn) -> TableColumn:
    return TableColumn(**column.model_dump(exclude={"free_text"}))


def _table(
    result: StepResult,
    rule: BlockRule,
    max_rows: int,
    evidence: dict[str, object],
    step: PlanStep,
    language: Language,
) -> Sequence[Block]:
    names = [c.name for c in result.columns]
    kept = [names.index(n) for n in rule.columns if n in names] or list(range(len(names)))
    rows = tuple(tuple(row[i] for i in kept) for row in result.rows[:max_rows])
    cut = result.truncated or len(result.rows) > max_rows
    table = TableBlock(
        columns=tuple(_as_table_column(result.columns[i]) for i in kept),
        rows=rows,
        total_rows=result.total_rows,
        shown_rows=len(rows),
        truncated=cut,
        **evidence,  # pyright: ignore[reportArgumentType]
    )
    if not cut:
        return [table]
    return [table, cut_notice("cut", table, step, language, len(rows), result.total_rows)]


def _chart(
    result: StepResult, rule: BlockRule, max_points: int, evidence: dict[str, object]
) -> Sequence[Block]:
    across, up, split = chart_columns(result.columns, rule.x, rule.y, rule.series)
    if across is None or not up or len(result.rows) < 2:
        return []
    rows = result.rows[: max(2, max_points // len(up))]
    total = result.total_rows if result.total_rows is not None else len(result.rows)
    return [
        ChartBlock(
            type="timeseries" if rule.type == "timeseries" else "chart",
            columns=tuple(_as_table_column(c) for c in (across, *up, *([split] if split else []))),
            vega_lite=vega_lite(rows, result.columns, across, up, split, str(evidence["title"])),
            total_points=total * len(up),
            shown_points=len(rows) * len(up),
            truncated=len(rows) < len(result.rows) or result.truncated,
            **evidence,  # pyright: ignore[reportArgumentType]
        )
    ]


def _numbers(result: StepResult, rule: BlockRule, evidence: dict[str, object]) -> Sequence[Block]:
    """A number per measure of the first row."""
    wanted = rule.columns or tuple(
        c.name for c in result.columns if c.type in ("integer", "number")
    )
    blocks: list[Block] = []
    for column, value in zip(result.columns, result.rows[0], strict=True):
        if column.name in wanted:
            number = {**evidence, "id": f"{evidence['id']}.{column.name}"}
            blocks.append(
                NumberBlock(value=value, unit=column.unit, label=column.label, **number)  # pyright: ignore[reportArgumentType]
            )
    return blocks
