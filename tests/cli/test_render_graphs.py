"""Graphs, paths and passages read well in a terminal, and a quote cannot steer it."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline.graph_results import WAYS, compose_of, passage, search, walk, ways
from pipeline.graphs import ANY_GRAPH, graph, grown_graph
from rich.cells import cell_len
from rich.console import Console

from dagster_project.cli.console import plain_console
from dagster_project.cli.render_blocks import render_block
from dagster_project.contracts.block import Block, GraphBlock, GraphEdge, GraphNode
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.value import Language
from dagster_project.pipeline.graph_tree import Branch, tree_of

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

GRAPH = """
GT-01 impact
  GT-01 Turbine 1
    <-의존- APP-01 ERP [응용]
    -구동-> SRV-02 Historian [서버]
      <-의존- SRV-03 Gateway 3 [서버]
"""
PATH = """
GT-01 impact
  SRV-02 Historian [서버] <-구동- GT-01 Turbine 1 [터빈] <-의존- APP-01 ERP [응용]
  SRV-02 Historian [서버] <-의존- SRV-03 Gateway 3 [서버] -의존-> APP-01 ERP [응용]
"""
PASSAGES = """
GT-01 impact
  1. GT-01 trip 7 › Restart after 30 min
     > Wait 30 min.
     > Go.
     doc:runbooks/gt/trip.md#restart · 0.91

  2. Oil, p. 4
     > Change the oil.
     doc:runbooks/gt/oil.pdf#p4 · 0.5
"""


def on_a_pipe(block: Block, language: Language = "en") -> str:
    out = io.StringIO()
    render_block(block, language, plain_console(out), folded=False)
    return out.getvalue()


def on_a_terminal(block: Block, width: int = 90) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, highlight=False, markup=False)
    render_block(block, "en", console, folded=False)
    return out.getvalue()


def first_block(result: StepResult) -> Block:
    return compose_of(result).blocks[0]


@pytest.mark.parametrize(
    ("result", "text"), [(walk(), GRAPH), (ways(), PATH), (search(), PASSAGES)]
)
def test_how_it_reads(result: StepResult, text: str) -> None:
    """A graph as a tree, each way on a line, each quote under its place; all whole on a pipe."""
    assert on_a_pipe(first_block(result)) == text


@pytest.mark.parametrize("result", [walk(), ways(), search()])
def test_it_fits_a_terminal(result: StepResult) -> None:
    """No line is wider than the window."""
    text = on_a_terminal(first_block(result), width=60)
    assert max(cell_len(line) for line in ESCAPE.sub("", text).splitlines()) <= 60


def test_a_large_graph_ends() -> None:
    """Sixty lines at most, then how many more; the relations that no branch shows are counted."""
    text = on_a_pipe(grown_graph(300), "ko")
    assert len(text.splitlines()) <= 66
    assert re.search(r"^  … \+\d+$", text, re.MULTILINE)
    assert re.search(r"그 밖의 관계 \d+개", text)


def branches(branch: Branch) -> list[Branch]:
    return [branch, *(each for below in branch.below for each in branches(below))]


@given(ANY_GRAPH)
def test_a_tree_holds_each_node_once(block: GraphBlock) -> None:
    """Circles, loops, islands and doubles: every node is shown in one place."""
    shown = [each.node.id for root in tree_of(block).roots for each in branches(root)]
    assert sorted(shown) == sorted({node.id for node in block.nodes})


def node(key: str, depth: int) -> GraphNode:
    return GraphNode(id=key, label="", name=key, depth=depth)


@pytest.mark.parametrize("forward", [True, False])
def test_a_branch_is_a_way_that_was_walked(forward: bool) -> None:
    """Among what depends on A: C depends on B and is a part of P, and hangs on B."""
    nodes = (node("A", 0), node("P", 1), node("B", 1), node("C", 2))
    pairs = (("A", "P", True), ("A", "B", True), ("P", "C", False), ("B", "C", True))
    edges = tuple(
        GraphEdge(source=a, target=b, type="t")
        if along is forward
        else GraphEdge(source=b, target=a, type="t")
        for a, b, along in pairs
    )
    (root,) = tree_of(graph(nodes, edges)).roots
    assert [(b.node.id, [c.node.id for c in b.below]) for b in root.below] == [
        ("P", []),
        ("B", ["C"]),
    ]
    assert tree_of(graph(nodes, edges)).beside == 1


def test_a_node_two_hops_away_never_hangs_on_the_start() -> None:
    """Where its own relation was cut off, it stands alone."""
    edges = (GraphEdge(source="A", target="C", type="t"),)
    roots = tree_of(graph((node("A", 0), node("C", 2)), edges)).roots
    assert [root.node.id for root in roots] == ["A", "C"]


def test_a_step_that_may_not_be_known_is_a_gap() -> None:
    """A way leads through a node whose collection the catalog leaves out."""
    rows = (*WAYS[:1], (1, 1, None, None, None, "runs_on", "in"), *WAYS[2:3])
    text = on_a_pipe(first_block(ways(rows=rows)))
    assert "<-구동- … <-의존- APP-01" in text


@given(st.text())
def test_a_quote_stays_behind_its_mark(quote: str) -> None:
    """Whatever it holds, no line of it looks like one of ours and none steers the terminal."""
    text = on_a_pipe(first_block(search(rows=(passage(quote),))))
    lines = text.splitlines()
    assert lines[2] == "  1. T"
    assert all(line.startswith("     >") for line in lines[3:-1])
    assert lines[-1] == "     doc:c/d.md#a · 0.5"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_a_quote_with_escapes_is_shown_not_obeyed() -> None:
    """The letters of an escape are there; the escape is not."""
    quote = "\x1b[2J\x1b]0;owned\x07ok \x9b31m [red]markup[/red] **bold**"
    text = ESCAPE.sub("", on_a_terminal(first_block(search(rows=(passage(quote),)))))
    assert "\x1b" not in text
    assert "[red]markup[/red] **bold**" in text
