"""A typed read of a graph over the catalog's meaning: what the planner fills, and two compilers
write, Cypher for Neo4j and SQL for the embedded graph. Both give the same rows in the same order.

A value of the form `$name` stands for a parameter of the query that holds the plan.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dagster_project.contracts.table_plan import FilterOp, Order, Scalar
from dagster_project.contracts.value import AggregateName, Value

GraphOperation = Literal["find", "neighbours", "reach", "path", "missing", "aggregate"]
"""find: nodes of a collection · neighbours: what is within a few hops, whichever way · reach:
everything that follows along the relations, each node once, with its least distance · path: the
shortest ways from one node to another · missing: nodes without a relation · aggregate: nodes
counted or measured by group."""
Direction = Literal["out", "in", "both"]
"""out: along the relation (`A depends_on B` leads from A to B) · in: against it."""
ParamName = Annotated[str, Field(pattern=r"^\$[a-z][a-z0-9_]*$")]
MAX_DEPTH = 20
Depth = Annotated[int, Field(ge=1, le=MAX_DEPTH)] | ParamName
_USUAL: dict[str, dict[str, object]] = {
    "neighbours": {"direction": "both"},
    "reach": {"max_depth": MAX_DEPTH},
    "path": {"max_depth": MAX_DEPTH},
}


class NodeFilter(Value):
    """A condition on a property of a node; values as in a table plan's filter."""

    property: str
    op: FilterOp
    values: tuple[Scalar, ...] = ()


class Nodes(Value):
    """Which nodes: of a collection, with these keys, that fit the filters. Empty is any node of
    an enabled collection."""

    label: str | None = None
    """A graph collection of the catalog; None for any of them."""
    keys: tuple[Scalar, ...] = ()
    """Values of the collection's key property."""
    filters: tuple[NodeFilter, ...] = ()


class GraphMeasure(Value):
    """`count` takes no property; `count_distinct`, `sum`, `min`, `max` and `avg` take one."""

    name: str
    aggregate: AggregateName
    property: str | None = None


class GraphPlan(Value):
    """One operation.

    Shape of the rows: `key`, `label` and `name` of a node, the asked properties, and `depth` for
    neighbours and reach, without the start. A path has one row per node on it: `path` (from 1),
    `hop` (from 0), `key`, `label`, `name`, and the `relation` and its `direction` that led there:
    the least number of hops between any start and any end, and a node that is both is a start. An
    aggregate has its groups and measures. Walks lead through every node; a node of no enabled
    collection is never a row, and on a path it has no key.
    """

    operation: GraphOperation
    start: Nodes
    """Where it begins; for find, missing and aggregate the nodes themselves."""
    found: Nodes = Nodes()
    """neighbours and reach: which of the nodes met are shown (all are walked through) · path: the
    other end · missing: what the absent relation would lead to."""
    relations: tuple[str, ...] = ()
    """Types that are followed; empty is every type the catalog knows."""
    direction: Direction = "out"
    """Where none is written: `both` for neighbours, `out` for the others."""
    max_depth: Depth = 1
    """Hops; for a path the longest that is looked for. Where none is written: as far as it may
    for reach and path, 1 for neighbours."""
    properties: tuple[str, ...] = ()
    """Shown beside key, label and name; empty is what the collections list, and none for a path.
    One called like a column of the rows is shown as `property_<name>`."""
    group_by: tuple[str, ...] = ()
    """aggregate: properties, or `label`."""
    measures: tuple[GraphMeasure, ...] = ()
    order: tuple[Order, ...] = ()
    """By a column of the rows, nothing last; without one by depth, label and key. A path has its
    own order: by its keys."""
    limit: int | None = Field(default=None, ge=1)
    """Of rows; for a path, of ways."""

    @model_validator(mode="before")
    @classmethod
    def _as_the_operation_goes(cls, given: object) -> object:
        """What is not written is what the operation usually means."""
        if not isinstance(given, dict):
            return given
        usual = _USUAL.get(str(given.get("operation")), {})
        return {**usual, **given}

    @model_validator(mode="after")
    def _operation_has_its_parts(self) -> GraphPlan:
        walks = self.operation in ("neighbours", "reach", "path")
        if walks and not (self.start.keys or self.start.filters):
            raise ValueError(f"{self.operation} needs `start.keys` or `start.filters`")
        if self.operation == "path" and not (self.found.keys or self.found.filters):
            raise ValueError("path needs `found.keys` or `found.filters`: the other end")
        if self.operation == "aggregate" and not self.measures:
            raise ValueError("aggregate needs `measures`")
        if self.operation != "aggregate" and (self.measures or self.group_by):
            raise ValueError(f"{self.operation} takes no `measures` and no `group_by`")
        return self
