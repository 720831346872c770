"""What a step would read of things that drifted from their approved baseline (B12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.pipeline.bound_step import BoundStep

QUARANTINE = "quarantine"
"""The rule of a policy decision that leaves such a step out."""


def in_quarantine(
    step: PlanStep,
    spec: QuerySpec,
    bound: BoundStep,
    view: CatalogView | None,
    quarantined: frozenset[str],
) -> tuple[str, ...]:
    """Objects that the step reads and that are in quarantine, sorted.

    Shape: `quarantined` holds `catalog:object`, where an object is a table, `label:`, `relation:`,
    `collection:` or `operation:` and its name, each maybe with `.column`.
    """
    if view is None or not quarantined:
        return ()
    prefix = f"{view.name}:"
    own = {name.removeprefix(prefix) for name in quarantined if name.startswith(prefix)}
    if not own:
        return ()
    return tuple(sorted(own & set(_read(step, spec, bound, view, own))))


def _read(
    step: PlanStep, spec: QuerySpec, bound: BoundStep, view: CatalogView, own: set[str]
) -> Iterator[str]:
    match spec.form:
        case "table_plan":
            plan = step.table_plan or spec.plan
            yield from bound.tables
            yield from _columns(plan) if plan is not None else ()
        case "template":
            yield from bound.tables
            yield from (name for name in own if _in_text(name, spec.text or "", bound.tables))
        case "graph_plan":
            plan = step.graph_plan or spec.graph
            yield from _of_graph(plan, bound, view) if plan is not None else ()
        case "search":
            yield from (f"collection:{name}" for name in bound.tables)
        case "http":
            paths = spec.http.path if spec.http else ""
            operations = (o for o in view.spec.api_operations if o.path == paths)
            yield from (f"operation:{one.id}" for one in operations)
        case "recipe":
            return


def _columns(plan: TablePlan) -> Iterator[str]:
    yield from plan.columns
    yield from (f.column for f in plan.filters)
    yield from (d.column for d in plan.dimensions)
    yield from (m.column for m in plan.measures if m.column)
    for related in plan.related:
        yield related.table
        yield from (f.column for f in related.filters)


def _in_text(name: str, text: str, tables: tuple[str, ...]) -> bool:
    """A column of a table that the statement reads, written in it."""
    table, _, column = name.rpartition(".")
    return table in tables and re.search(rf"\b{re.escape(column)}\b", text) is not None


def _of_graph(plan: GraphPlan, bound: BoundStep, view: CatalogView) -> Iterator[str]:
    """Labels it may meet, relations it follows, properties it shows or narrows by."""
    yield from (f"label:{label}" for label in bound.tables)
    followed = plan.relations or tuple(r.name for r in view.spec.relationships if r.enabled)
    if plan.operation in ("neighbours", "reach", "path", "missing"):
        yield from (f"relation:{name}" for name in followed)
    used = [c.name for c in bound.columns]
    used += [f.property for f in (*plan.start.filters, *plan.found.filters)]
    yield from (f"label:{label}.{name}" for label in bound.tables for name in used)
