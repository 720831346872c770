"""Chosen queries as the steps of a plan."""

from __future__ import annotations

from dagster_project.contracts.assets.query import QuerySpec, RecipeStep
from dagster_project.contracts.plan import Feed, PlanStep
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.table_plans import PlannedTable
from dagster_project.planner.templates import ParamValue, TemplateMatch


def template_steps(
    match: TemplateMatch, assets: PlannerAssets, language: Language
) -> tuple[PlanStep, ...]:
    """One step, or the steps of a recipe with its parameters handed down."""
    template = match.template
    if template.spec.form != "recipe":
        purpose = purpose_of(template.query, assets, language)
        return (
            PlanStep(id=template.query, query=template.query, purpose=purpose, params=match.params),
        )
    return tuple(_recipe_step(step, match.params, assets, language) for step in template.spec.steps)


def _recipe_step(
    step: RecipeStep, given: dict[str, ParamValue], assets: PlannerAssets, language: Language
) -> PlanStep:
    params: dict[str, ParamValue] = {}
    feeds: list[Feed] = []
    for name, value in step.params.items():
        if not (isinstance(value, str) and value.startswith("$")):
            params[name] = value
            continue
        source, _, column = value[1:].partition(".")
        if column:
            back = step.returned_as.get(name)
            feeds.append(Feed(step=source, column=column, param=name, returned_as=back))
        elif source in given:
            params[name] = given[source]
    return PlanStep(
        id=step.id,
        query=step.query,
        purpose=purpose_of(step.query, assets, language),
        params=params,
        feeds=tuple(feeds),
        depends_on=tuple(dict.fromkeys(f.step for f in feeds)),
        optional=step.optional,
    )


def table_step(
    planned: PlannedTable,
    step_id: str,
    assets: PlannerAssets,
    language: Language,
    feeds: tuple[Feed, ...] = (),
) -> PlanStep:
    """An open table plan as a step; its purpose names what is measured, or the table."""
    view = next(v for v in assets.views if v.name == planned.catalog)
    table = view.tables[planned.plan.table]
    entity = view.entity_at(table.name)
    names = table.names if table.names.all() or entity is None else entity.names
    metrics = [
        view.metric(m) for m in dict.fromkeys(m.metric for m in planned.plan.measures if m.metric)
    ]
    measured = ", ".join(m.names.shown(language, m.name) for m in metrics if m)
    words = planned.plan.search.words if planned.plan.search else ()
    searched = f" ({', '.join(words)})" if words else ""
    return PlanStep(
        id=step_id,
        query=assets.open_queries[planned.catalog],
        purpose=(measured or names.shown(language, table.name.split(".")[-1])) + searched,
        table_plan=planned.plan,
        feeds=feeds,
        depends_on=tuple(dict.fromkeys(f.step for f in feeds)),
    )


def purpose_of(query: str, assets: PlannerAssets, language: Language) -> str:
    title = assets.titles.get(query)
    return title.shown(language) if title else query


def spec_of(query: str, assets: PlannerAssets) -> QuerySpec:
    return assets.queries[query]
