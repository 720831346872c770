"""What a graph step needs beside its rows: relations among them, and whether its start exists."""

from __future__ import annotations

from dagster_project.contracts.block import GraphEdge
from dagster_project.pipeline.bound_step import Picture, Probe
from sources.errors import SourceError
from sources.protocol import BoundQuery, Source


def read_edges(
    picture: Picture,
    nodes: tuple[object, ...],
    source: Source,
    timeout_seconds: float,
    allowed: frozenset[str],
) -> tuple[GraphEdge, ...]:
    """Relations among the nodes and the start, at most `max_edges`. Raises: SourceError."""
    query = BoundQuery(
        text=picture.text,
        params={**picture.params, "nodes": list(nodes)},
        max_rows=picture.max_edges,
        timeout_seconds=timeout_seconds,
        allowed_tables=allowed,
    )
    return tuple(
        GraphEdge(
            source=str(start),
            target=str(end),
            type=str(kind),
            label=picture.relation_labels.get(str(kind), str(kind)),
        )
        for start, kind, end in source.run(query).rows
    )


def is_absent(
    probe: Probe, source: Source, timeout_seconds: float, allowed: frozenset[str]
) -> bool:
    """Whether a thing that a walk starts from, or leads to, is not in the graph at all."""
    query = BoundQuery(
        text=probe.text,
        params=probe.params,
        max_rows=probe.wanted,
        timeout_seconds=timeout_seconds,
        allowed_tables=allowed,
    )
    try:
        return len(source.run(query).rows) < probe.wanted
    except SourceError:
        return False  # it was asked once and answered; why it now does not is another question
