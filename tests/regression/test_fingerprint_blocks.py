"""Fingerprints of graphs, paths and passages: what changes them and what does not."""

from __future__ import annotations

import pytest
from pipeline.graph_results import EDGES, IMPACT, PASSAGES, WAYS, compose_of, search, walk, ways
from traces.trace_examples import table_trace

from dagster_project.contracts.answer import ScreenBlock
from dagster_project.contracts.night import Fingerprint
from dagster_project.contracts.stage import StepResult
from dagster_project.regression.fingerprint import fingerprint


def shown(result: StepResult) -> Fingerprint:
    """Of a trace whose screen shows the first block of this result."""
    trace = table_trace(1)
    block = ScreenBlock(block=compose_of(result).blocks[0])
    screen = trace.answer.screen.model_copy(update={"blocks": (block,)})
    answer = trace.answer.model_copy(update={"screen": screen})
    return fingerprint(trace.model_copy(update={"answer": answer}))


@pytest.mark.parametrize(
    ("result", "other"),
    [
        (walk(), walk(rows=(IMPACT[1], IMPACT[0], IMPACT[2]), edges=EDGES[::-1])),
        (walk(), walk(edges=tuple(e.model_copy(update={"label": "x"}) for e in EDGES))),
        (ways(), ways(rows=(*((1, *r[1:]) for r in WAYS[3:]), *((2, *r[1:]) for r in WAYS[:3])))),
        (search(), search(rows=tuple((*r[:5], 0.1, *r[6:]) for r in PASSAGES))),
    ],
)
def test_what_makes_no_difference(result: StepResult, other: StepResult) -> None:
    """The order of nodes, relations and ways, what a relation is called, a score."""
    assert shown(result).blocks == shown(other).blocks


@pytest.mark.parametrize(
    ("result", "other"),
    [
        (walk(), walk(edges=EDGES[:2])),
        (walk(), walk(rows=IMPACT[:2])),
        (walk(), walk(rows=(*IMPACT[:2], (*IMPACT[2][:3], 1)))),
        (ways(), ways(rows=WAYS[:3])),
        (ways(), ways(rows=(*WAYS[:2], (*WAYS[2][:6], "out"), *WAYS[3:]))),
        (search(), search(rows=PASSAGES[::-1])),
        (search(), search(rows=(PASSAGES[0], (*PASSAGES[1][:3], "No.", *PASSAGES[1][4:])))),
    ],
)
def test_what_does(result: StepResult, other: StepResult) -> None:
    """A node, its distance, a relation, a way and where it points, the best passage, its words."""
    assert shown(result).blocks != shown(other).blocks


@pytest.mark.parametrize("result", [walk(), ways(), search()])
def test_they_are_facts(result: StepResult) -> None:
    """Each counts as a block of facts, with its reference or without."""
    found = shown(result)
    assert (found.blocks_of_facts, found.blocks_with_reference) == (1, 1)
    bare = shown(result.model_copy(update={"references": ()}))
    assert (bare.blocks_of_facts, bare.blocks_with_reference) == (1, 0)


def test_what_a_node_is_called_is_words() -> None:
    """Rows of a graph are the same in two languages; a key or a distance is not a word."""
    trace = table_trace(1)

    def rows_of(result: StepResult) -> dict[str, str]:
        outputs = tuple(
            o.model_copy(update={"result": o.result.model_copy(update={"steps": (result,)})})
            if o.stage == "execute"
            else o
            for o in trace.stage_outputs
        )
        return fingerprint(trace.model_copy(update={"stage_outputs": outputs})).rows

    korean = walk(rows=tuple((*row[:2], f"이름 {row[0]}", row[3]) for row in IMPACT))
    assert rows_of(korean) == rows_of(walk())
    other = walk(rows=tuple((*row[:3], 9) for row in IMPACT))
    assert rows_of(other) != rows_of(walk())
    plain = {"edges": (), "focus": (), "columns": walk().columns[:3]}
    named = walk(rows=tuple(row[:3] for row in IMPACT), **plain)
    renamed = walk(rows=tuple((*row[:2], "x") for row in IMPACT), **plain)
    assert rows_of(named) != rows_of(renamed)
