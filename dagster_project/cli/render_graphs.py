"""Graphs, paths and passages in a terminal. What came as data is shown, never obeyed."""

from __future__ import annotations

from rich.console import Console

from dagster_project.cli.cells import number_text
from dagster_project.cli.console import line, styled
from dagster_project.contracts.block import DocLinkBlock, GraphBlock, PathBlock
from dagster_project.contracts.value import Language
from dagster_project.pipeline.graph_tree import tree_lines, tree_of, way_text
from dagster_project.pipeline.passages import place_text
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.plain_text import one_line, visible_lines

_MOST_LINES = 60


def render_graphs(
    block: GraphBlock | PathBlock | DocLinkBlock, language: Language, console: Console
) -> None:
    match block:
        case GraphBlock():
            _graph(block, language, console)
        case PathBlock():
            _path(block, console)
        case DocLinkBlock():
            _passages(block, console)


def _graph(block: GraphBlock, language: Language, console: Console) -> None:
    """A tree from what the walk started at, a relation per line."""
    tree = tree_of(block)
    lines = list(tree_lines(tree))
    for depth, text in lines[:_MOST_LINES]:
        line(console, styled(text, "" if depth else "bold"), indent=2 + 2 * depth)
    if len(lines) > _MOST_LINES:
        line(console, styled(f"… +{len(lines) - _MOST_LINES}", "dim"), indent=2)
    if tree.beside:
        line(console, styled(say("beside_tree", language, count=tree.beside), "dim"), indent=2)


def _path(block: PathBlock, console: Console) -> None:
    """Each way on a line: `A -depends_on-> B <-runs_on- C`."""
    for way in block.paths:
        line(console, styled(way_text(way)), indent=2)


def _passages(block: DocLinkBlock, console: Console) -> None:
    """Each under its title and headings, every line of the quote marked as one."""
    for number, passage in enumerate(block.passages, start=1):
        if number > 1:
            line(console, "")
        line(console, styled(f"{number}. ", "cyan"), styled(place_text(passage), "bold"), indent=2)
        for text in visible_lines(passage.quote):
            line(console, styled("> ", "dim"), text.rstrip(), indent=5)
        found = f"{one_line(passage.link)} · {number_text(passage.score)}"
        line(console, styled(found, "dim"), indent=5)
