"""R4: four critics, each a score from 0 to 1 that no model gives."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.block import GraphBlock, TableBlock
from dagster_project.contracts.golden import CriticName
from dagster_project.contracts.night import Fingerprint
from dagster_project.contracts.stage import ComposeResult
from dagster_project.contracts.trace import Trace
from dagster_project.regression.fingerprint import executed_steps

_DOES_NOT_COMPILE = frozenset(("TOOL_BAD_REQUEST", "SQL_BLOCKED", "PLAN_INVALID"))
_STAGES = {
    "orch": ("route_plan", "validate", "execute", "compose", "present"),
    "direct": ("route_plan", "validate", "present"),
    "reject": ("route_plan", "validate"),
}


def criticise(trace: Trace, found: Fingerprint) -> dict[CriticName, float]:
    """All four scores of one trace."""
    return {
        "groundedness": _groundedness(trace),
        "citation": _share(found.blocks_with_reference, found.blocks_of_facts),
        "compile": _compile(trace),
        "contract": float(not any(_breaches(trace))),
    }


def weighted(scores: dict[CriticName, float], weights: dict[CriticName, float]) -> float:
    """Mean by weight; 1 when nothing has a weight."""
    total = sum(weights.values())
    return sum(scores[name] * weight for name, weight in weights.items()) / total if total else 1.0


def _groundedness(trace: Trace) -> float:
    """Figures of the texts that are cells of a result (B9)."""
    for output in reversed(trace.stage_outputs):
        if isinstance(output.result, ComposeResult):
            checked, lost = output.result.figures_checked, len(output.result.figures_unmatched)
            return _share(checked - lost, checked) if checked else float(not lost)
    return 1.0


def _compile(trace: Trace) -> float:
    """Steps whose statement the source could read."""
    steps = executed_steps(trace)
    bad = sum(step.error is not None and step.error.code in _DOES_NOT_COMPILE for step in steps)
    return _share(len(steps) - bad, len(steps))


def _breaches(trace: Trace) -> Iterator[str]:
    """Promises of the contracts that types alone do not keep."""
    ran = tuple(dict.fromkeys(output.stage for output in trace.stage_outputs))
    if ran != _STAGES[trace.route]:
        yield f"route {trace.route} ran {ran}"
    known = {reference.id for reference in trace.references}
    for shown in trace.answer.screen.blocks:
        block = shown.block
        if not known.issuperset(block.references):
            yield f"block {block.id} cites what is not there"
        if isinstance(block, TableBlock):
            if block.shown_rows != len(block.rows):
                yield f"table {block.id} says {block.shown_rows} rows and shows {len(block.rows)}"
            whole = block.total_rows
            if whole is not None and block.truncated != (whole > block.shown_rows):
                yield f"table {block.id} is cut and does not say so"
        if isinstance(block, GraphBlock) and block.shown_nodes > len(block.nodes):
            yield f"graph {block.id} says {block.shown_nodes} nodes and shows {len(block.nodes)}"
    if trace.answer.ok == (trace.status == "failed"):
        yield f"ok is {trace.answer.ok} and the status is {trace.status}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
