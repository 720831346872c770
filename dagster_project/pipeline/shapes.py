"""The shape of a step's result, by which a mapping chooses its blocks."""

from __future__ import annotations

from dagster_project.contracts.assets.mapping import ResultShape
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.table_plan import TablePlan


def shape_of(step: PlanStep, result: StepResult) -> ResultShape:
    """A plan tells its shape; a verified query's is read from its rows."""
    if not result.rows:
        return "empty"
    if step.table_plan is not None:
        return _planned_shape(step.table_plan)
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
