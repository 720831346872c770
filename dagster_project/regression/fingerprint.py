"""A trace → what matters of it, small enough to keep and compare for every case of every night."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from dagster_project.contracts.answer import ScreenBlock
from dagster_project.contracts.block import (
    Block,
    CellValue,
    ChartBlock,
    DocLinkBlock,
    GraphBlock,
    MarkdownBlock,
    NoticeBlock,
    NumberBlock,
    PathBlock,
    ReferencesBlock,
    TableBlock,
    TableColumn,
    TextBlock,
)
from dagster_project.contracts.night import Fingerprint
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult, StageOutput, StepResult
from dagster_project.contracts.trace import Trace
from dagster_project.regression.node_names import without_names

_WORDS = {
    *("language", "mention", "label", "matched_by", "score", "purpose", "text", "title", "as_of"),
    *("not_used", "gave_up", "withheld", "assumed", "time_assumed", "display"),
}
"""Fields of a plan that say the same in another language, or how it was come by."""
_SETS = {"filters", "entities", "related", "columns", "having"}
"""Lists whose order comes from the order of the words."""
_LANGUAGE = re.compile("_(?:ko|en)$")
"""`name_ko` and `name_en` are one column in two languages."""
_OF_A_NODE = {"key", "label", "name"}
FACTS = ("number", "table", "chart", "timeseries", "graph", "path", "doc_link")


def fingerprint(trace: Trace) -> Fingerprint:
    """Shape: see `Fingerprint`; equal for two traces that answer alike."""
    last: dict[str, StageOutput] = {output.stage: output for output in trace.stage_outputs}
    plan = trace.plan_validated or trace.plan_raw.plan
    steps = executed_steps(trace)
    shown = trace.answer.screen.blocks
    facts = [b.block for b in shown if b.block.type in FACTS and b.block.empty is None]
    return Fingerprint(
        route=trace.route,
        status=trace.status,
        error=trace.answer.error.code if trace.answer.error else "",
        intent=plan.intent if plan else "",
        plan=plan_digest(plan) if plan else "",
        queries=tuple(sorted(step.query for step in plan.steps)) if plan else (),
        rows={step.step: _rows(step) for step in steps},
        columns=tuple(
            sorted(f"{s.step}.{c.name}[{c.unit or ''}]" for s in steps for c in s.columns)
        ),
        blocks=tuple(_block(block) for block in shown),
        stages={stage: output.diagnostics.status for stage, output in last.items()},
        empties={step.step: step.empty for step in steps if step.empty},
        warnings=sum(len(output.diagnostics.warnings) for output in last.values()),
        asks_back=tuple(f"{s.slot}:{s.reason}" for s in plan.open_slots) if plan else (),
        replans=sum(e.decision == "auto_retry" for e in trace.replan_events),
        triggers=tuple(f"{e.trigger} → {e.decision}" for e in trace.replan_events),
        references=len(trace.references),
        blocks_with_reference=sum(bool(block.references) for block in facts),
        blocks_of_facts=len(facts),
    )


def executed_steps(trace: Trace) -> tuple[StepResult, ...]:
    """Results of the last time that execute ran; none when it did not."""
    for output in reversed(trace.stage_outputs):
        if isinstance(output.result, ExecuteResult):
            return output.result.steps
    return ()


def plan_digest(plan: Plan) -> str:
    """The same for a question in Korean and in English; times count from the plan's own now."""
    return _digest(_neutral(plan.model_dump(exclude_defaults=True), plan.as_of))


def _neutral(value: Any, as_of: datetime) -> Any:
    match value:
        case dict():
            kept = {k: _neutral(v, as_of) for k, v in value.items() if k not in _WORDS}
            for name in kept.keys() & _SETS:
                kept[name] = sorted(kept[name], key=orjson.dumps)
            return kept
        case list() | tuple():
            return [_neutral(item, as_of) for item in value]
        case str():
            return _LANGUAGE.sub("", value)
        case datetime():
            return (value - as_of).total_seconds() if value.tzinfo else value.isoformat()
        case _:
            return value


def _rows(step: StepResult) -> str:
    """`<digest whatever the order>/<digest in order>`."""
    rows = [orjson.dumps(row) for row in _told(step)]
    names = ",".join(column.name for column in step.columns).encode()
    outcome = (step.error.code if step.error else step.empty or "").encode()
    whole = _hash((names, outcome, str(step.total_rows).encode(), *sorted(rows)))
    return f"{whole}/{_hash(rows)}"


def _told(step: StepResult) -> Iterable[tuple[CellValue, ...]]:
    """The rows, those of nodes without what these are called."""
    names = [column.name for column in step.columns]
    drawn = bool(step.edges or step.focus) or "depth" in names or "hop" in names
    if not drawn or not _OF_A_NODE.issubset(names):
        return step.rows
    kept = [names.index(name) for name in without_names(names)]
    return (tuple([row[place] for place in kept]) for row in step.rows)


def _block(shown: ScreenBlock) -> str:
    """`table:events#<digest>`, with `(folded)` where it is."""
    block = shown.block
    folded = " (folded)" if shown.folded else ""
    return f"{block.type}:{block.id}{folded}#{_digest(_content(block))}"


def _content(block: Block) -> object:
    """Values and structure. Titles and labels are words and may be bettered; what a value is
    called is meaning. The order of nodes, relations and equally long ways is none; that of passages
    is."""
    match block:
        case NumberBlock():
            return (block.value, block.unit)
        case TableBlock():
            return (_columns(block.columns), block.rows, block.total_rows, block.truncated)
        case ChartBlock():
            return (_columns(block.columns), _drawn(block.vega_lite), block.shown_points)
        case GraphBlock():
            nodes = sorted((node.id, str(node.depth)) for node in block.nodes)
            edges = sorted((edge.source, edge.type, edge.target) for edge in block.edges)
            return (nodes, edges, block.total_nodes, block.truncated)
        case PathBlock():
            ways = [[(h.node.id, h.relation, h.forward) for h in way] for way in block.paths]
            return (sorted(ways, key=orjson.dumps), block.truncated)
        case DocLinkBlock():
            return [(passage.document, passage.link, passage.quote) for passage in block.passages]
        case MarkdownBlock():
            return block.markdown
        case TextBlock():
            return block.text
        case NoticeBlock():
            return (block.level, block.empty)
        case ReferencesBlock():
            return len(block.items)


def _columns(columns: Iterable[TableColumn]) -> list[tuple[str, str | None, dict[str, str]]]:
    return [(column.name, column.unit, column.value_labels) for column in columns]


def _drawn(spec: Any) -> Any:
    """A chart without its data, which the rows' digest holds, and without its words."""
    match spec:
        case dict():
            return {k: _drawn(v) for k, v in spec.items() if k not in ("data", "title", "datasets")}
        case list() | tuple():
            return [_drawn(item) for item in spec]
        case _:
            return spec


def _digest(value: object) -> str:
    return _hash((orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str),))


def _hash(parts: Iterable[bytes]) -> str:
    found = blake2b(digest_size=8)
    for part in parts:
        found.update(part)
        found.update(b"\x00")
    return found.hexdigest()
