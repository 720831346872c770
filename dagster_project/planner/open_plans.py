"""What the catalogs can express of a question: documents, a graph and its things, or tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.plan import EntityMention, Feed, PlanStep
from dagster_project.contracts.table_plan import Dimension, TimeRange
from dagster_project.contracts.value import Intent, Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.chains import find_ranking, split_requests
from dagster_project.planner.document_steps import search_steps
from dagster_project.planner.graph_scope import Scope, find_scope
from dagster_project.planner.link import Linked, Token, is_verbal
from dagster_project.planner.scope_plans import asked_of_scope, scope_step, unheard_of_scope
from dagster_project.planner.steps import table_step
from dagster_project.planner.table_plans import Asked, PlannedTable, plan_tables


@dataclass(frozen=True, slots=True)
class OpenPlans:
    """The steps that the catalogs make of a question, and the table plans among them in order."""

    planned: tuple[PlannedTable, ...]
    steps: tuple[PlanStep, ...]
    scope: Scope | None = None
    documents: bool = False

    @property
    def score(self) -> float:
        return self.planned[0].score if self.planned else 1.0

    @property
    def intent(self) -> Intent:
        if self.documents:
            return "document"
        if self.planned:
            return self.planned[0].intent
        return "path" if self.scope is not None and self.scope.view == "path" else "expand"

    @property
    def entities(self) -> tuple[EntityMention, ...]:
        named = self.scope.mentions if self.scope is not None else ()
        return tuple(dict.fromkeys([*named, *(e for p in self.planned for e in p.entities)]))

    @property
    def time(self) -> TimeRange | None:
        return next((p.time for p in self.planned if p.time), None)

    @property
    def reasoning(self) -> str:
        tables = ", ".join(p.plan.table for p in self.planned)
        if self.documents:
            return "search in documents"
        if self.scope is None:
            return f"table plan over {tables}"
        graph = f"{self.scope.view} in graph {self.scope.catalog}"
        return f"{graph}, then table plan over {tables}" if tables else graph

    @property
    def considered(self) -> tuple[tuple[str, float], ...]:
        """What each step is, and how well it covers the question."""
        scores = {id(p.plan): p.score for p in self.planned}
        return tuple(
            (
                f"{s.query}({s.table_plan.table})" if s.table_plan else s.query,
                scores.get(id(s.table_plan), 1.0),
            )
            for s in self.steps
        )

    def not_used(self, linked: Linked) -> tuple[str, ...]:
        """Words that no step takes into account."""
        if self.documents:
            return ()
        tokens = linked.tokens if self.scope is None else self.scope.rest
        unheard = (
            token.text
            for token in tokens
            if token.kind == "unknown"
            and not is_verbal(token.text)
            and not self._searches(token.text)
        )
        alone = unheard_of_scope(self.scope, linked) if self.scope and not self.planned else ()
        own = (w for p in self.planned for w in p.unused)
        return tuple(dict.fromkeys([*own, *alone, *unheard]))

    def _searches(self, word: str) -> bool:
        texts = (
            str(text).lower()
            for p in self.planned
            for text in (
                *(p.plan.search.words if p.plan.search else ()),
                *(v for f in p.plan.filters for v in f.values),
            )
        )
        return any(text in word.lower() or word.lower() in text for text in texts)


def open_plans(
    linked: Linked, assets: PlannerAssets, as_of: datetime, language: Language
) -> OpenPlans | None:
    """Documents, a graph and what is asked of it, or tables: what the catalogs can express."""
    every = assets.index.ambiguity_policy == "top_k"
    asked = Asked(linked, assets.policy.calendar, as_of, language, every)
    if linked.cues("document") and assets.searches:
        return OpenPlans((), search_steps(linked, assets, language), documents=True)
    graphs = (view for view in assets.views if view.name in assets.open_graphs)
    scope = find_scope(linked, graphs)
    if scope is not None:
        planned, steps = asked_of_scope(scope, asked, assets)
        return OpenPlans(planned, (scope_step(scope, assets, language), *steps), scope)
    return _over_tables(asked, assets)


def _over_tables(asked: Asked, assets: PlannerAssets) -> OpenPlans | None:
    """One table plan, a ranking that feeds another, or two side by side: the best catalog's."""
    best: OpenPlans | None = None
    linked, language = asked.linked, asked.language
    for view in assets.views:
        if view.name not in assets.open_queries:
            continue

        def plan(tokens: tuple[Token, ...], view=view) -> PlannedTable | None:
            found = plan_tables(asked, tokens, view)
            return found[0] if found else None

        ranking = find_ranking(linked, view)
        if ranking is not None:
            first, second = plan(ranking.ranked), plan(ranking.asked)
            chained = _chain(first, second, assets, language) if first and second else None
            if chained is not None:
                found = chained
                best = found if best is None or found.score > best.score else best
                continue
        parts = [p for part in split_requests(linked, view) if (p := plan(part)) is not None]
        if parts and (best is None or parts[0].score > best.score):
            steps = tuple(table_step(p, f"s{i + 1}", assets, language) for i, p in enumerate(parts))
            best = OpenPlans(tuple(parts), steps)
    return best


def _chain(
    ranked: PlannedTable, asked: PlannedTable, assets: PlannerAssets, language: Language
) -> OpenPlans | None:
    """The ranking's keys go into a filter of what is asked."""
    view = next(v for v in assets.views if v.name == ranked.catalog)
    for entity in view.spec.entities:
        key = next((d for d in ranked.plan.dimensions if _is_key_of(d, entity.key)), None)
        column = view.entity_column(asked.plan.table, entity)
        if key is None or column is None:
            continue
        feed = Feed(step="s1", column=key.name, filter_column=column)
        steps = (
            table_step(ranked, "s1", assets, language),
            table_step(asked, "s2", assets, language, feeds=(feed,)),
        )
        return OpenPlans((ranked, asked), steps)
    return None


def _is_key_of(dimension: Dimension, key: str) -> bool:
    return dimension.bucket is None and dimension.name == key
