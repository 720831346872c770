"""Rows of a walk over a graph → its nodes, the things it started from and their relations."""

from __future__ import annotations

from collections.abc import Mapping

from dagster_project.contracts.block import GraphBlock, GraphNode
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.named_rows import (
    NODE,
    has_columns,
    labelled_rows,
    named_rows,
    text_of,
    whole_number,
)


def graph_block(
    step: PlanStep,
    result: StepResult,
    max_nodes: int,
    evidence: dict[str, object],
    called: Mapping[str, str],
) -> GraphBlock | None:
    """The starts, then the rows' nodes in their order, at most `max_nodes`, and the relations among
    those shown. None when the columns are no nodes. `called`: names of things by their key."""
    if not has_columns(result, NODE):
        return None
    starts, found = _starts(step, result, called), _found(result)
    every = {node.id: node for node in (*found, *starts)}
    ordered = list({node.id: every[node.id] for node in (*starts, *found)}.values())
    nodes = tuple(ordered[:max_nodes])
    shown = {node.id for node in nodes}
    edges = {
        (edge.source, edge.type, edge.target): edge
        for edge in result.edges
        if edge.source in shown and edge.target in shown
    }
    total = len(ordered)
    if result.truncated:
        new_starts = len(ordered) - len({node.id for node in found})
        total = None if result.total_rows is None else result.total_rows + new_starts
    return GraphBlock(
        nodes=nodes,
        edges=tuple(edges.values()),
        total_nodes=total,
        shown_nodes=len(nodes),
        truncated=result.truncated or len(nodes) < len(ordered),
        **evidence,  # pyright: ignore[reportArgumentType]
    )


def _starts(step: PlanStep, result: StepResult, called: Mapping[str, str]) -> list[GraphNode]:
    """The rows do not hold them: their names are those that the question resolved to."""
    collection = step.graph_plan.start.label if step.graph_plan else None
    labels = next((c.value_labels for c in result.columns if c.name == "label"), {})
    label = labels.get(collection or "", collection or "")
    return [
        GraphNode(id=key, label=label, name=called.get(key, key), depth=0) for key in result.focus
    ]


def _found(result: StepResult) -> list[GraphNode]:
    """One node per key; the first row of a key tells it."""
    nodes: dict[str, GraphNode] = {}
    for row, plain in zip(labelled_rows(result), named_rows(result), strict=True):
        key = text_of(plain["key"])
        if plain["key"] is not None and key not in nodes:
            name = text_of(row["name"]) or key
            nodes[key] = GraphNode(
                id=key,
                label=text_of(row["label"]),
                name=name,
                depth=whole_number(plain.get("depth")),
            )
    return list(nodes.values())
