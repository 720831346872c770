"""The shape of a step's result, by which a mapping chooses its blocks.

A plan tells its shape. A verified query's is read from what came back: `document`, `title`,
`quote` and `link` are passages; `path` and `hop` with a node's columns are a path; a node's `key`,
`label`, `name` and `depth` are a graph; all else goes by the types of the columns.
"""

from __future__ import annotations

from dagster_project.contracts.assets.mapping import ResultShape
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.pipeline.named_rows import NODE, PASSAGE, WALK, WAY, has_columns


def shape_of(step: PlanStep, result: StepResult) -> ResultShape:
    """A plan tells its shape; a verified query's is read from its rows."""
    if not result.rows:
        return "empty"
    if step.table_plan is not None:
        return _planned_shape(step.table_plan)
    if step.graph_plan is not None:
        return _shape_of_walk(step.graph_plan) or _shape_by_types(result)
    return _shape_by_names(result) or _shape_by_types(result)


def _shape_of_walk(plan: GraphPlan) -> ResultShape | None:
    if plan.operation in ("neighbours", "reach"):
        return "graph"
    return "path" if plan.operation == "path" else None


def _shape_by_names(result: StepResult) -> ResultShape | None:
    if has_columns(result, PASSAGE):
        return "passages"
    if has_columns(result, WAY):
        return "path"
    drawn = bool(result.edges or result.focus) and has_columns(result, NODE)
    return "graph" if drawn or has_columns(result, WALK) else None


def _shape_by_types(result: StepResult) -> ResultShape:
    types = [c.type for c in result.columns]
    numeric = sum(t in ("integer", "number") for t in types)
    if len(result.rows) == 1:
        return "scalar" if len(types) == 1 and numeric == 1 else "record"
    if types[0] == "timestamp" and numeric >= 1 and len(types) <= 1 + numeric:
        return "time_series"
    if len(types) == 1 + numeric and numeric:
        return "grouped"
    return "rows"


def _planned_shape(plan: TablePlan) -> ResultShape:
    if not plan.measures:
        return "rows"
    if any(d.bucket for d in plan.dimensions):
        return "time_series"
    if plan.differences and not plan.dimensions:
        return "comparison"
    if plan.dimensions:
        return "grouped"
    return "scalar" if len(plan.measures) == 1 else "record"
