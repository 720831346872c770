"""A graph plan with its values, within the limits of its view, for the source that will run it."""

from __future__ import annotations

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.catalog.graph.compile import compile_graph_plan
from dagster_project.catalog.graph.compiled import (
    NODE_ID,
    CompiledGraph,
    GraphDialect,
    GraphTarget,
)
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.graph_plan import GraphPlan, NodeFilter, Nodes
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.table_plan import Scalar
from dagster_project.contracts.value import GraphView
from dagster_project.pipeline.bind_template import given_values
from dagster_project.pipeline.bound_step import BoundStep, Picture, Probe

_USUAL_VIEW: dict[str, GraphView] = {"path": "path", "neighbours": "neighbors", "reach": "impact"}


def bind_graph(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    source: SourceSpec | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    """Raises: PlanMismatch, InvalidRequest."""
    plan = filled_plan(step, spec, settings, fed)
    if view is None or source is None:
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has no graph to run on;")
    limits = limits_of(step, plan, settings)
    depth = min(int(plan.max_depth), limits.max_depth)
    target = _target(source, limits, settings)
    plan = plan.model_copy(update={"max_depth": depth})
    compiled = compile_graph_plan(view, plan, settings, target)
    return BoundStep(
        text=compiled.text,
        params=compiled.params,
        columns=compiled.columns,
        tables=compiled.labels,
        max_rows=(
            min(plan.limit or target.max_rows, target.max_rows)
            if plan.operation != "path"
            else limits.max_paths * (depth + 1)
        ),
        count_text=compiled.count_text,
        hidden=(NODE_ID,),
        focus=compiled.focus,
        picture=_picture(compiled, view, limits, settings),
        probe=_probe(plan, view, settings, target),
    )


def filled_plan(
    step: PlanStep, spec: QuerySpec, settings: CompileSettings, fed: dict[str, list[object]]
) -> GraphPlan:
    """The step's own plan or the query's, each `$name` replaced. Raises: InvalidRequest."""
    plan = step.graph_plan or spec.graph
    if plan is None:
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has no graph plan to run;")
    given = given_values(step, spec, settings, fed)
    start, found = _filled(plan.start, given), _filled(plan.found, given)
    if "start" in fed:
        start = start.model_copy(update={"keys": tuple(fed["start"])})
    if "found" in fed:
        found = found.model_copy(update={"keys": tuple(fed["found"])})
    if plan.start.keys and not start.keys:
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has nothing to start from;")
    depth = plan.max_depth
    if isinstance(depth, str):
        depth = given.get(depth[1:])
        if not isinstance(depth, int) or depth < 1:
            raise InvalidRequest(f"step {step.id!r}: {depth!r} is no number of hops;")
    return plan.model_copy(update={"start": start, "found": found, "max_depth": depth})


def limits_of(step: PlanStep, plan: GraphPlan, settings: CompileSettings) -> GraphLimits:
    """What the policy allows this step's view."""
    view = step.graph_view or _USUAL_VIEW.get(plan.operation, "summary")
    return settings.graph_views.get(view) or GraphLimits()


def dialect_of(source: SourceSpec) -> GraphDialect:
    return "sql" if source.environment == "mock" else "cypher"


def _target(source: SourceSpec, limits: GraphLimits, settings: CompileSettings) -> GraphTarget:
    schemas = source.permissions.allowed_schemas
    return GraphTarget(
        dialect=dialect_of(source),
        schema=schemas[0] if schemas else "",
        max_rows=min(limits.max_nodes, settings.max_rows),
        max_edges=limits.max_edges,
        max_paths=limits.max_paths,
    )


def _filled(nodes: Nodes, given: dict[str, object]) -> Nodes:
    keys = tuple(value for key in nodes.keys for value in _values(key, given))
    filters: list[NodeFilter] = []
    for condition in nodes.filters:
        values = tuple(value for one in condition.values for value in _values(one, given))
        if values or not condition.values:  # an optional parameter without a value: no condition
            filters.append(condition.model_copy(update={"values": values}))
    return nodes.model_copy(update={"keys": keys, "filters": tuple(filters)})


def _values(written: Scalar, given: dict[str, object]) -> tuple[Scalar, ...]:
    if not (isinstance(written, str) and written.startswith("$")):
        return (written,)
    value = given.get(written[1:])
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return () if value is None else (value,)  # pyright: ignore[reportReturnType]


def _picture(
    compiled: CompiledGraph, view: CatalogView, limits: GraphLimits, settings: CompileSettings
) -> Picture | None:
    if not compiled.edges_text:
        return None
    labels = {r.name: r.names.shown(settings.language, r.name) for r in view.spec.relationships}
    return Picture(compiled.edges_text, compiled.edges_params, limits.max_edges, labels)


def _probe(
    plan: GraphPlan, view: CatalogView, settings: CompileSettings, target: GraphTarget
) -> Probe | None:
    """Looks for the named ends of a walk, to tell "no such thing" from "nothing there"."""
    if plan.operation not in ("neighbours", "reach", "path") or not plan.start.keys:
        return None
    keys = plan.start.keys + (plan.found.keys if plan.operation == "path" else ())
    same = plan.start.label == plan.found.label or plan.operation != "path"
    start = Nodes(label=plan.start.label if same else None, keys=keys)
    compiled = compile_graph_plan(view, GraphPlan(operation="find", start=start), settings, target)
    return Probe(compiled.text, compiled.params, len(set(keys)))
