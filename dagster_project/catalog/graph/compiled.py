"""What both compilers of a graph plan give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dagster_project.contracts.stage import ResultColumn

GraphDialect = Literal["cypher", "sql"]
NODE_ID = "node_id"
"""Last column of what neighbours and reach give: the engine's own id of the node, never shown."""


@dataclass(frozen=True, slots=True)
class GraphTarget:
    """Where a graph plan will run."""

    dialect: GraphDialect
    schema: str = ""
    """Of the embedded graph's tables."""
    max_rows: int = 200
    """The statement gives one more when there are more, unless the plan asked for fewer."""
    max_edges: int = 500
    max_paths: int = 3


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """One statement, its values, and what comes back; a second one for the edges of a picture.

    `edges_text` has the parameters `edges_params` and, filled in when the rows are there, `nodes`:
    a list of their `node_id`. Shape of its rows: `source`, `type`, `target` (keys), in that order.
    It is empty where no picture follows. `count_text` counts all rows and is empty where the rows
    tell it.
    """

    text: str
    params: dict[str, object]
    columns: tuple[ResultColumn, ...]
    """Without `node_id`."""
    labels: tuple[str, ...]
    """Graph collections that the rows can be of."""
    count_text: str = ""
    edges_text: str = ""
    edges_params: dict[str, object] = field(default_factory=dict)
    focus: tuple[str, ...] = ()
    """Keys of the nodes it starts from, and for a path of its ends; empty where filters pick
    them."""
