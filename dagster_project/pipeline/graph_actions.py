"""P10: ways to go on from a graph and from passages, as patches on the plan or commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import orjson

from dagster_project.contracts.answer import Action, ScreenBlock
from dagster_project.contracts.block import DocLinkBlock, GraphBlock, GraphNode
from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from dagster_project.contracts.plan import JsonPatch, Plan, PlanStep
from dagster_project.contracts.table_plan import Scalar
from dagster_project.contracts.value import Language
from dagster_project.pipeline.graph_tree import node_text
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.plain_text import one_line

_DEEPEST = 20
_AGAINST = {"out": "in", "in": "out"}
_FURTHER = 2
"""Hops from which on the way to a thing is worth showing."""


def graph_actions(
    plan: Plan, laid: tuple[ScreenBlock, ...], trace_id: str, language: Language
) -> Iterator[Action]:
    """Deeper, the other way round and the way to the furthest thing, for each walk that the planner
    filled; a verified query's walk is no part of the plan and cannot be patched."""
    graphs = {b.block.id.split(".")[0]: b.block for b in laid if isinstance(b.block, GraphBlock)}
    for place, step in enumerate(plan.steps):
        block = graphs.get(step.id)
        if block is None or step.graph_plan is None:
            continue
        for label, patch in _patches(place, step, step.graph_plan, block, language):
            text = orjson.dumps(patch).decode()
            yield Action(
                kind="ask",
                label=label,
                command=f"canvas rerun {trace_id} --patch - <<< {shlex.quote(text)}",
            )


def _patches(
    place: int, step: PlanStep, walk: GraphPlan, block: GraphBlock, language: Language
) -> Iterator[tuple[str, JsonPatch]]:
    depths = [node.depth for node in block.nodes if node.depth is not None]
    reached = max(depths, default=0)
    if isinstance(walk.max_depth, int) and reached == walk.max_depth < _DEEPEST:
        deeper = walk.max_depth + 1
        patch = (_put(place, "graph_plan/max_depth", deeper),)
        yield say("deeper", language, depth=deeper), patch
    if walk.direction in _AGAINST:
        against = say("against", language)
        yield (
            against,
            (
                _put(place, "graph_plan/direction", _AGAINST[walk.direction]),
                _put(place, "purpose", f"{step.purpose} ({against})"),
            ),
        )
    furthest = next((node for node in block.nodes if node.depth == reached), None)
    if furthest is not None and reached >= _FURTHER and len(walk.start.keys) == 1:
        yield _way_to(place, walk, furthest, reached, language)


def _way_to(
    place: int, walk: GraphPlan, end: GraphNode, hops: int, language: Language
) -> tuple[str, JsonPatch]:
    path = GraphPlan(
        operation="path",
        start=walk.start,
        found=Nodes(keys=(_as_key(end.id, walk.start.keys[0]),)),
        relations=walk.relations,
        direction=walk.direction,
        max_depth=hops,
    )
    label = say("way_to", language, end=one_line(node_text(end)))
    return label, (
        {"op": "replace", "path": "/intent", "value": "path"},
        _put(place, "graph_plan", path.model_dump(mode="json")),
        _put(place, "graph_view", "path"),
        _put(place, "purpose", label),
    )


def _as_key(text: str, like: Scalar) -> Scalar:
    """A key as the source has it: nodes show theirs as text."""
    numeric = isinstance(like, int) and not isinstance(like, bool) and text.isdecimal()
    return int(text) if numeric else text


def _put(place: int, field: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": f"/steps/{place}/{field}", "value": value}


def passage_actions(
    laid: tuple[ScreenBlock, ...], trace_id: str, language: Language
) -> Iterator[Action]:
    """All passages of a search that found more than are shown."""
    cut = {b.block.id for b in laid if b.block.type == "notice"}
    for shown in laid:
        if isinstance(shown.block, DocLinkBlock) and f"{shown.block.id}.cut" in cut:
            step = shown.block.id.split(".")[0]
            yield Action(
                kind="next_page",
                label=say("all_passages", language),
                command=f"canvas trace rows {trace_id} --step {step} --json",
            )
