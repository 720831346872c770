"""Graphs, paths and passages of two blocks: what came, what went, what is told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dagster_project.contracts.block import Block, DocLinkBlock, GraphBlock, PathBlock
from dagster_project.contracts.trace_diff import Change

Held = Mapping[Any, object]
"""What names a thing, and what is told of it."""


def compare_held(left: Block, right: Block) -> list[Change]:
    """One change per kind of thing, which counts them. The order of nodes, relations and equally
    long ways says nothing; that of passages does: the best is first."""
    if isinstance(left, GraphBlock) and isinstance(right, GraphBlock):
        return [
            *_counted("/nodes", _nodes(left), _nodes(right)),
            *_counted("/edges", _edges(left), _edges(right)),
        ]
    if isinstance(left, PathBlock) and isinstance(right, PathBlock):
        return _counted("/paths", _ways(left), _ways(right))
    if isinstance(left, DocLinkBlock) and isinstance(right, DocLinkBlock):
        return _counted("/passages", _passages(left), _passages(right), ordered=True)
    return []


def _counted(path: str, left: Held, right: Held, *, ordered: bool = False) -> list[Change]:
    gone, come = len(left.keys() - right.keys()), len(right.keys() - left.keys())
    both = [name for name in left if name in right]
    told = sum(left[name] != right[name] for name in both)
    moved = ordered and both != [name for name in right if name in left]
    if not (gone or come or told or moved):
        return []
    facts = [f"+{come} −{gone} ~{told}"] + (["in another order"] if moved else [])
    return [Change(path=path, left=str(len(left)), right=f"{len(right)} ({', '.join(facts)})")]


def _nodes(block: GraphBlock) -> Held:
    return {node.id: (node.label, node.name, node.depth) for node in block.nodes}


def _edges(block: GraphBlock) -> Held:
    return {(edge.source, edge.type, edge.target): edge.label for edge in block.edges}


def _ways(block: PathBlock) -> Held:
    return {
        tuple((hop.node.id, hop.relation, hop.forward) for hop in way): [
            (hop.node.label, hop.node.name) for hop in way
        ]
        for way in block.paths
    }


def _passages(block: DocLinkBlock) -> Held:
    """A score is a cell of the step's rows, which are compared there."""
    numbered = _numbered((p.document, p.link) for p in block.passages)
    return {
        name: (p.title, p.headings, p.quote, p.page)
        for name, p in zip(numbered, block.passages, strict=True)
    }


def _numbered(names: Iterable[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """Two passages of one place stay apart."""
    seen: dict[tuple[str, str], int] = {}
    found: list[tuple[str, str, int]] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append((*name, seen[name]))
    return found
