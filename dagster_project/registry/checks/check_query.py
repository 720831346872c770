"""A query's parameters, plan and recipe must fit its catalog and the queries it calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dagster_project.contracts.assets.query import ParamSpec, QuerySpec, RecipeStep
from dagster_project.contracts.table_plan import Filter, TablePlan
from dagster_project.registry.checks.catalog_names import CatalogNames, twice
from dagster_project.registry.checks.check_graph import check_graph_plan
from dagster_project.registry.checks.check_marks import check_marks
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path


def check_query(spec: QuerySpec) -> Iterator[Problem]:
    """What needs no other asset."""
    yield from twice((p.name for p in spec.params), "parameter", ("spec", "params"))
    yield from twice((c.name for c in spec.output_schema), "column", ("spec", "output_schema"))
    yield from twice((s.id for s in spec.steps), "step", ("spec", "steps"), leaf="id")
    for i, param in enumerate(spec.params):
        if param.type == "enum" and not param.values and param.column is None:
            wrong = f"the enum {param.name!r} has neither `values` nor `column`"
            yield Problem("CFG025", ("spec", "params", i), wrong, "its allowed values")
    params = {p.name for p in spec.params}
    for name in spec.sample_params:
        yield from _no_param(name, params, "this query", ("spec", "sample_params", name))
    yield from check_marks(spec)
    columns = {c.name for c in spec.output_schema}
    for i, column in enumerate(spec.output_schema):
        if column.unit_column is not None and column.unit_column not in columns:
            at = ("spec", "output_schema", i, "unit_column")
            near = nearest(column.unit_column, columns)
            wrong = f"no output column {column.unit_column!r}"
            yield Problem("CFG041", at, wrong, listed(columns), near)


def check_against_catalog(
    spec: QuerySpec, names: CatalogNames, every: CatalogNames | None
) -> Iterator[Problem]:
    """Its catalog must know every table, column, entity and metric that the query names.

    The column of an enum may be another catalog's: a graph shares its values with tables. `every`
    is None where some catalog is missing from the picture.
    """
    for i, param in enumerate(spec.params):
        at = ("spec", "params", i)
        if param.entity is not None:
            yield from _known(names, every, param.entity).entity(param.entity, (*at, "entity"))
        if param.column is not None:
            known = names if spec.form in ("table_plan", "template") else every
            if known is not None:
                yield from known.column(param.column, (*at, "column"))
    for i, rule in enumerate(spec.references if spec.form in ("table_plan", "template") else ()):
        yield from names.table(rule.table, ("spec", "references", i, "table"))
    for field, graph in (("graph", spec.graph), ("sample_graph", spec.sample_graph)):
        if graph is not None:
            yield from check_graph_plan(graph, names, ("spec", field))
    for i, name in enumerate(spec.search.collections if spec.search else ()):
        yield from names.document(name, ("spec", "search", "collections", i))
    for field, plan in (("plan", spec.plan), ("sample_plan", spec.sample_plan)):
        if plan is not None:
            yield from _plan(plan, names, ("spec", field))


def _known(names: CatalogNames, every: CatalogNames | None, entity: str) -> CatalogNames:
    """The names to hold an entity against: all catalogs', unless its own knows it."""
    own = entity in names.entities or entity in names.graph_entities
    return names if own or every is None else every


def _plan(plan: TablePlan, names: CatalogNames, at: Path) -> Iterator[Problem]:
    yield from names.table(plan.table, (*at, "table"))
    for i, measure in enumerate(plan.measures):
        if measure.column is not None:
            yield from names.column(measure.column, (*at, "measures", i, "column"))
        if measure.metric is not None:
            yield from names.metric(measure.metric, (*at, "measures", i, "metric"))
    for i, dimension in enumerate(plan.dimensions):
        yield from names.column(dimension.column, (*at, "dimensions", i, "column"))
    for i, column in enumerate(plan.columns):
        yield from names.column(column, (*at, "columns", i))
    yield from _filters(plan.filters, names, (*at, "filters"))
    for i, related in enumerate(plan.related):
        yield from names.table(related.table, (*at, "related", i, "table"))
        yield from _filters(related.filters, names, (*at, "related", i, "filters"))


def _filters(filters: tuple[Filter, ...], names: CatalogNames, at: Path) -> Iterator[Problem]:
    for i, condition in enumerate(filters):
        yield from names.column(condition.column, (*at, i, "column"))


def check_recipe(spec: QuerySpec, queries: Mapping[str, QuerySpec]) -> Iterator[Problem]:
    """Each step's parameters exist in its query, and each `$` value leads somewhere.

    `queries` holds the queries that are known and good; steps over others are passed by.
    """
    if spec.form != "recipe":
        return
    used: set[str] = set()
    earlier: dict[str, QuerySpec | None] = {}
    for i, step in enumerate(spec.steps):
        at = ("spec", "steps", i, "params")
        query = queries.get(step.query)
        if query is not None:
            yield from _step_params(step, query, at)
        for name, value in step.params.items():
            if isinstance(value, str) and value.startswith("$"):
                used.add(value[1:])
                yield from _source_of(value[1:], spec, earlier, (*at, name))
        earlier[step.id] = query
    for i, param in enumerate(spec.params):
        if param.name not in used:
            wrong = f"parameter {param.name!r} reaches no step"
            expected = f"`${param.name}` in a step, or the parameter gone"
            yield Problem("CFG053", ("spec", "params", i, "name"), wrong, expected)


def _step_params(step: RecipeStep, query: QuerySpec, at: Path) -> Iterator[Problem]:
    params = {p.name for p in query.params}
    for name in step.params:
        yield from _no_param(name, params, f"query {step.query!r}", (*at, name))
    for param in query.params:
        if _must_be_given(param) and param.name not in step.params:
            wrong = f"step {step.id!r} leaves {param.name!r} of {step.query!r} open"
            yield Problem("CFG055", at, wrong, f"a value for {param.name!r}")


def _must_be_given(param: ParamSpec) -> bool:
    return param.required and param.default is None


def _source_of(
    value: str, spec: QuerySpec, earlier: Mapping[str, QuerySpec | None], at: Path
) -> Iterator[Problem]:
    step, dot, column = value.partition(".")
    params = {p.name for p in spec.params} | {"as_of"}
    if not dot:
        if value not in params:
            wrong = f"${value}: the recipe has no such parameter"
            yield Problem("CFG055", at, wrong, listed(params), _dollar(nearest(value, params)))
    elif step not in earlier:
        wrong = f"${value}: no earlier step {step!r}"
        near = nearest(step, earlier)
        yield Problem("CFG055", at, wrong, listed(earlier), _dollar(near and f"{near}.{column}"))
    elif (query := earlier[step]) is not None and query.output_schema:
        columns = {c.name for c in query.output_schema}
        if column not in columns:
            near = nearest(column, columns)
            wrong = f"${value}: step {step!r} has no column {column!r}"
            hint = _dollar(near and f"{step}.{near}")
            yield Problem("CFG055", at, wrong, listed(columns), hint)


def _dollar(name: str | None) -> str | None:
    return f"${name}" if name else None


def _no_param(name: str, params: set[str], where: str, at: Path) -> Iterator[Problem]:
    if name not in params:
        near = nearest(name, params)
        yield Problem("CFG054", at, f"{where} has no parameter {name!r}", listed(params), near)
