"""What the catalogs can express of a question: one table plan, a chain, or two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.plan import Feed, PlanStep
from dagster_project.contracts.table_plan import Dimension
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.chains import find_ranking, split_requests
from dagster_project.planner.link import Linked, Token, is_verbal
from dagster_project.planner.steps import table_step
from dagster_project.planner.table_plans import Asked, PlannedTable, plan_tables


@dataclass(frozen=True, slots=True)
class OpenPlans:
    """Table plans and the steps they become, in the same order."""

    planned: tuple[PlannedTable, ...]
    steps: tuple[PlanStep, ...]

    @property
    def score(self) -> float:
        return self.planned[0].score

    def not_used(self, linked: Linked) -> tuple[str, ...]:
        """Words that no step takes into account."""
        unheard = (
            word
            for word in linked.unknown_words
            if not is_verbal(word) and not self._searches(word)
        )
        return tuple(dict.fromkeys([*(w for p in self.planned for w in p.unused), *unheard]))

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
    """One table plan, a ranking that feeds another, or two side by side: the best catalog's."""
    best: OpenPlans | None = None
    every = assets.index.ambiguity_policy == "top_k"
    asked = Asked(linked, assets.policy.calendar, as_of, language, every)
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
