"""Rows of a path → the ways between two things, hop by hop."""

from __future__ import annotations

from dagster_project.contracts.block import CellValue, GraphNode, PathBlock, PathHop
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.named_rows import (
    WAY,
    has_columns,
    labelled_rows,
    named_rows,
    text_of,
    whole_number,
)

_Row = tuple[int, PathHop]


def path_block(result: StepResult, max_nodes: int, evidence: dict[str, object]) -> PathBlock | None:
    """Whole ways only, at least one and at most `max_nodes` nodes of them. None when the columns
    are no path."""
    if not has_columns(result, WAY):
        return None
    ways = list(ways_of(result).values())
    longest = max((len(way) for way in ways), default=0)
    whole = [way for way in ways if len(way) == longest]
    shown = whole[: max(1, max_nodes // max(1, longest))]
    if not shown:
        return None
    return PathBlock(
        paths=tuple(shown),
        hops=longest - 1,
        truncated=result.truncated or len(shown) < len(ways),
        **evidence,  # pyright: ignore[reportArgumentType]
    )


def ways_of(result: StepResult) -> dict[str, tuple[PathHop, ...]]:
    """Each way's nodes in the order of their hops, by the number of the way."""
    ways: dict[str, list[_Row]] = {}
    for row, plain in zip(labelled_rows(result), named_rows(result), strict=True):
        hop = whole_number(plain["hop"])
        if hop is not None:
            ways.setdefault(text_of(plain["path"]), []).append((hop, _hop(row, plain, hop)))
    return {
        number: tuple(hop for _, hop in sorted(way, key=lambda each: each[0]))
        for number, way in ways.items()
    }


def _hop(row: dict[str, CellValue], plain: dict[str, CellValue], hop: int) -> PathHop:
    key = text_of(plain["key"])
    node = GraphNode(
        id=key, label=text_of(row["label"]), name=text_of(row["name"]) or key, depth=hop
    )
    relation = text_of(row["relation"]) or None
    return PathHop(node=node, relation=relation, forward=plain["direction"] != "in")
