"""A typed graph plan to one statement with named parameters, in the dialect of its target.

Nothing of the question's text reaches the statement: names come from the catalog, values are
parameters.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from dagster_project.catalog.graph.compiled import CompiledGraph, GraphTarget
from dagster_project.catalog.graph.cypher import write_cypher
from dagster_project.catalog.graph.request import resolve
from dagster_project.catalog.graph.sql import write_sql
from dagster_project.catalog.graph.view import GraphSchema
from dagster_project.catalog.joined_columns import CompileSettings, PlanMismatch
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.graph_plan import GraphPlan

__all__ = ["CompileSettings", "CompiledGraph", "PlanMismatch", "compile_graph_plan"]


def compile_graph_plan(
    view: CatalogView, plan: GraphPlan, settings: CompileSettings, target: GraphTarget
) -> CompiledGraph:
    """Write the statement; each `$name` of the plan is already a value. Raises: PlanMismatch."""
    schema = _schema(view)
    request = resolve(schema, plan, settings, target)
    written = (
        write_cypher(schema, request)
        if target.dialect == "cypher"
        else write_sql(schema, request, target.schema)
    )
    keys = plan.start.keys + (plan.found.keys if plan.operation == "path" else ())
    return replace(written, focus=tuple(dict.fromkeys(str(key) for key in keys)))


@lru_cache(maxsize=64)
def _schema(view: CatalogView) -> GraphSchema:
    return GraphSchema(view.name, view.spec)
