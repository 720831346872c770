"""A graph plan resolved over its catalog: what both compilers write, each in its own dialect."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dagster_project.catalog.graph.columns import Columns, Measured, Shown
from dagster_project.catalog.graph.compiled import GraphTarget
from dagster_project.catalog.graph.reads import Picked, Read, Reader
from dagster_project.catalog.graph.view import GraphSchema, unknown
from dagster_project.catalog.joined_columns import CompileSettings, PlanMismatch
from dagster_project.contracts.graph_plan import Direction, GraphOperation, GraphPlan
from dagster_project.contracts.stage import ResultColumn
from sources.protocol import ColumnType


@dataclass(frozen=True, slots=True)
class Sort:
    """One column that rows are ordered by; nothing comes last either way."""

    name: str
    type: ColumnType
    descending: bool = False
    leads: bool = True
    """False for those that only put rows in order which are alike in all before."""


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """Everything a compiler needs; no name of it is unknown to the catalog."""

    operation: GraphOperation
    start: Picked
    found: Picked
    labels: tuple[str, ...]
    """Collections of the nodes that are rows."""
    key: Read
    name: Read | None
    shown: tuple[Shown, ...]
    groups: tuple[Shown, ...]
    measures: tuple[Measured, ...]
    relations: tuple[str, ...]
    direction: Direction
    max_depth: int
    columns: tuple[ResultColumn, ...]
    sorts: tuple[Sort, ...]
    limit: int
    """Of rows; for a path, of ways."""
    max_edges: int
    edge_labels: tuple[str, ...]
    """Of the start and of what is shown: between these a picture has its edges."""
    edge_key: Read


def resolve(
    schema: GraphSchema, plan: GraphPlan, settings: CompileSettings, target: GraphTarget
) -> GraphRequest:
    """Raises: PlanMismatch."""
    reader = Reader(schema, ZoneInfo(settings.time_zone))
    columns = Columns(reader, settings.language)
    start, found = reader.picked(plan.start), reader.picked(plan.found)
    labels = _row_labels(schema, plan, start, found)
    groups, measures = columns.groups(plan, labels), columns.measures(plan, labels)
    shown = () if plan.operation == "aggregate" else columns.properties(plan, labels)
    given = _columns(plan, columns, labels, (shown, groups, measures))
    related = plan.operation in ("neighbours", "reach", "path", "missing")
    relations = schema.known_relations(plan.relations) if related else ()
    if related and not relations:
        raise PlanMismatch(f"catalog {schema.name!r} has no relations;", "scan its graph")
    either = tuple(one for one in schema.labels if one in start.labels or one in labels)
    return GraphRequest(
        operation=plan.operation,
        start=start,
        found=found,
        labels=labels,
        key=reader.key(labels),
        name=reader.names(labels, settings.language),
        shown=shown,
        groups=groups,
        measures=measures,
        relations=relations,
        direction=plan.direction,
        max_depth=int(plan.max_depth),
        columns=given,
        sorts=_sorts(schema, plan, given),
        limit=_limit(plan, target),
        max_edges=target.max_edges,
        edge_labels=either,
        edge_key=reader.key(either),
    )


def _row_labels(
    schema: GraphSchema, plan: GraphPlan, start: Picked, found: Picked
) -> tuple[str, ...]:
    if plan.operation == "path":
        return schema.labels
    return found.labels if plan.operation in ("neighbours", "reach") else start.labels


def _columns(
    plan: GraphPlan,
    columns: Columns,
    labels: tuple[str, ...],
    parts: tuple[tuple[Shown, ...], tuple[Shown, ...], tuple[Measured, ...]],
) -> tuple[ResultColumn, ...]:
    shown, groups, measures = parts
    if plan.operation == "aggregate":
        return tuple(one.column for one in (*groups, *measures))
    heads = ("path", "hop") if plan.operation == "path" else ()
    tails = {"path": ("relation", "direction"), "neighbours": ("depth",), "reach": ("depth",)}
    behind = tails.get(plan.operation, ())
    own = tuple(one.column for one in shown)
    head = tuple(columns.head(name, labels) for name in (*heads, "key", "label", "name"))
    tail = tuple(columns.head(name) for name in behind)
    return (*head, *tail, *own) if plan.operation == "path" else (*head, *own, *tail)


def _sorts(
    schema: GraphSchema, plan: GraphPlan, columns: tuple[ResultColumn, ...]
) -> tuple[Sort, ...]:
    """As asked, then in an order of their own, so that equal rows come alike from every engine."""
    if plan.operation == "path":
        if plan.order:
            raise PlanMismatch("a path has its own order, by its keys;", "leave `order` out")
        return ()
    by_name = {column.name: column for column in columns}
    asked: dict[str, bool] = {}
    for order in plan.order:
        column = by_name.get(order.by)
        if column is None:
            raise unknown(schema.name, "column in the rows of this plan", order.by, by_name)
        if column.type == "json":
            raise PlanMismatch(f"column {order.by!r} is a list: rows are not ordered by it;")
        asked.setdefault(order.by, order.descending)
    usual = [name for name in ("depth", "label", "key") if name in by_name]
    if plan.operation == "aggregate":
        usual = []
    rest = [column.name for column in columns if column.type != "json"]
    order = {**asked, **{name: False for name in (*usual, *rest) if name not in asked}}
    leading = {*asked, *usual} if usual else set(order)
    return tuple(
        Sort(name, by_name[name].type, down, name in leading) for name, down in order.items()
    )


def _limit(plan: GraphPlan, target: GraphTarget) -> int:
    if plan.operation == "path":
        return min(plan.limit or target.max_paths, target.max_paths)
    if plan.limit is not None and plan.limit <= target.max_rows:
        return plan.limit
    return target.max_rows + 1  # one more than shown tells "there is more"
