"""Steps for a scope: what relates to a thing, and what is asked of the things found."""

from __future__ import annotations

from dataclasses import replace

from dagster_project.catalog.view import CatalogView, column_of
from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.contracts.plan import Feed, PlanStep
from dagster_project.contracts.table_plan import Order, TablePlan
from dagster_project.contracts.value import GraphView, Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.chains import head_table, split_requests
from dagster_project.planner.draft import entity_dimensions
from dagster_project.planner.graph_scope import Scope
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.steps import table_step
from dagster_project.planner.table_plans import Asked, PlannedTable, plan_tables

GRAPH_STEP = "scope"
_PURPOSE: dict[GraphView, tuple[str, str]] = {
    "dependency": ("{thing}이(가) 의존하는 것", "what {thing} depends on"),
    "impact": ("{thing}의 영향 범위", "what depends on {thing}"),
    "composition": ("{thing}의 구성", "parts of {thing}"),
    "neighbors": ("{thing}와(과) 연결된 것", "what {thing} is connected to"),
    "path": ("{thing} 사이의 경로", "path between {thing}"),
    "summary": ("{thing}", "{thing}"),
}
_HOLDERS = ("{thing}이(가) 속한 것", "what {thing} is part of")
_EXTREMES = {"max": True, "min": False, "latest": True}
"""Asked over many things, an extreme is told with the thing that has it."""


def scope_step(scope: Scope, assets: PlannerAssets, language: Language) -> PlanStep:
    upward = scope.view == "composition" and scope.plan.direction == "in"
    ko, en = _HOLDERS if upward else _PURPOSE[scope.view]
    thing = (" ↔ " if scope.view == "path" else ", ").join(m.key for m in scope.mentions)
    return PlanStep(
        id=GRAPH_STEP,
        query=assets.open_graphs[scope.catalog],
        purpose=(ko if language == "ko" else en).format(thing=thing),
        graph_plan=scope.plan,
        graph_view=scope.view,
    )


def asked_of_scope(
    scope: Scope, asked: Asked, assets: PlannerAssets
) -> tuple[tuple[PlannedTable, ...], tuple[PlanStep, ...]]:
    """Table plans over the things found, each fed by the graph step; () when nothing is asked."""
    best: tuple[tuple[PlannedTable, ...], tuple[PlanStep, ...]] = ((), ())
    for view in assets.views:
        entity = view.entity(scope.entity)
        if view.name not in assets.open_queries or entity is None:
            continue
        if not any(head_table(t, view) or _is_asked_of(t, entity, view) for t in scope.rest):
            continue
        found = _over(scope, asked, view, assets)
        if found[0] and (not best[0] or found[0][0].score > best[0][0].score):
            best = found
    return best


def _is_asked_of(token: Token, entity: EntitySpec, view: CatalogView) -> bool:
    """A column of the things' own table: their age, the oldest of them."""
    own = f"{entity.table}."
    return any(
        m.catalog == view.name
        and m.kind in ("column", "superlative", "value")
        and m.target.startswith(own)
        and m.target != own + entity.key
        for m in token.meanings
    )


def _over(
    scope: Scope, asked: Asked, view: CatalogView, assets: PlannerAssets
) -> tuple[tuple[PlannedTable, ...], tuple[PlanStep, ...]]:
    planned: list[PlannedTable] = []
    steps: list[PlanStep] = []
    for part in split_requests(replace(asked.linked, tokens=scope.rest), view):
        for table in plan_tables(asked, part, view)[:1]:
            fed = _fed(table, scope, view, asked.language)
            if fed is None:
                continue
            own, feed = fed
            planned.append(own)
            name = f"s{len(steps) + 1}"
            steps.append(table_step(own, name, assets, asked.language, feeds=(feed,)))
    return tuple(planned), tuple(steps)


def _fed(
    planned: PlannedTable, scope: Scope, view: CatalogView, language: Language
) -> tuple[PlannedTable, Feed] | None:
    entity = view.entity(scope.entity)
    assert entity is not None
    column = view.entity_column(planned.plan.table, entity)
    if column is None:
        return None
    plan = planned.plan
    measures = plan.measures
    if len(measures) == 1 and not plan.dimensions and measures[0].aggregate in _EXTREMES:
        plan = plan.model_copy(
            update={
                "dimensions": tuple(entity_dimensions(view, plan.table, entity, language)),
                "order": (Order(by=measures[0].name, descending=_EXTREMES[measures[0].aggregate]),),
            }
        )
    keys = [d.name for d in plan.dimensions if d.column == column]
    feed = Feed(
        step=GRAPH_STEP,
        column="key",
        filter_column=column,
        returned_as=None if _is_cut(plan) else keys[0] if keys else column_of(column),
    )
    return replace(planned, plan=plan), feed


def _is_cut(plan: TablePlan) -> bool:
    """The best few, or those above a number: the others were found, too, and are not shown."""
    return plan.limit is not None or bool(plan.having)


def unheard_of_scope(scope: Scope, linked: Linked) -> tuple[str, ...]:
    """Content words that a graph step alone leaves aside."""
    return tuple(
        dict.fromkeys(
            token.text
            for token in scope.rest
            if token in linked.tokens and token.is_content and not _is_noun(token)
        )
    )


def _is_noun(token: Token) -> bool:
    """Machines, 설비: what the scope finds anyway."""
    return any(m.kind in ("entity", "collection", "table") for m in token.meanings)
