"""Two graphs, paths or lists of passages: what came, what went, what is told otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.rows import AS_OF
from pipeline.graph_results import (
    EDGES,
    IMPACT,
    PASSAGES,
    WAYS,
    compose_of,
    search,
    walk,
    ways,
)

from dagster_project.contracts.block import Block, GraphBlock, PathBlock
from dagster_project.contracts.stage import StepResult
from dagster_project.traces.diff.blocks import compare_blocks
from dagster_project.traces.diff.pairing import Pairing

PAIRING = Pairing(left_id="A", right_id="B", left_as_of=AS_OF, right_as_of=AS_OF)


def told(left: Block, right: Block) -> dict[str, object]:
    diffs = compare_blocks((left,), (right,), PAIRING)
    return {change.path: change.right for diff in diffs for change in diff.changes}


def block(result: StepResult) -> Block:
    return compose_of(result).blocks[0]


@given(st.permutations(IMPACT), st.permutations(EDGES))
def test_the_order_of_a_graph_is_no_difference(
    rows: list[tuple[object, ...]], edges: list[object]
) -> None:
    """Nodes and relations are sets."""
    other = walk(rows=rows, edges=tuple(edges))  # pyright: ignore[reportArgumentType]
    assert told(block(walk()), block(other)) == {}


def test_the_order_of_ways_is_no_difference() -> None:
    """They are equally long; none comes first."""
    there = block(ways())
    assert isinstance(there, PathBlock)
    turned = there.model_copy(update={"paths": there.paths[::-1]})
    assert told(there, turned) == {}


def test_a_node_more_and_a_relation_less() -> None:
    """Each kind in one change that counts."""
    rows = (*IMPACT[:2], ("SRV-03", "server", "Gateway three", 2), ("SRV-04", "server", "x", 2))
    found = told(block(walk()), block(walk(rows=rows, edges=EDGES[:2])))
    assert found["/nodes"] == "5 (+1 −0 ~1)"
    assert found["/edges"] == "2 (+0 −1 ~0)"


def test_another_way() -> None:
    """A way is its nodes and relations; another relation is another way."""
    rows = (*WAYS[:5], (2, 2, "APP-01", "app", "ERP", "runs_on", "out"))
    assert told(block(ways()), block(ways(rows=rows))) == {"/paths": "2 (+1 −1 ~0)"}


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (PASSAGES[::-1], "2 (+0 −0 ~0, in another order)"),
        (PASSAGES[:1], "1 (+0 −1 ~0)"),
        ((PASSAGES[0], (*PASSAGES[1][:3], "Change the filter.", *PASSAGES[1][4:])), "2 (+0 −0 ~1)"),
    ],
)
def test_other_passages(rows: tuple[tuple[object, ...], ...], change: str) -> None:
    """Their order counts, and what is quoted."""
    other = search(rows=rows)  # pyright: ignore[reportArgumentType]
    assert told(block(search()), block(other)) == {"/passages": change}


def test_another_score_is_told_with_the_rows() -> None:
    """The reader sees the same quotes in the same order."""
    rows = tuple((*row[:5], 0.4, *row[6:]) for row in PASSAGES)
    assert told(block(search()), block(search(rows=rows))) == {}


def test_a_cut_graph_is_another_one() -> None:
    """That not all of it is shown is a difference."""
    there = block(walk())
    assert isinstance(there, GraphBlock)
    assert set(told(there, there.model_copy(update={"truncated": True}))) == {"/truncated"}
