"""What the control loop can change in a plan (C4). Pure: a plan in, a changed plan out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.block import ChartBlock
from dagster_project.contracts.plan import Choice, EntityMention, JsonPatch, Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult, PresentResult
from dagster_project.contracts.table_plan import Bucket, Dimension, Measure, TablePlan, TimeRange
from dagster_project.contracts.value import Language
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.next_actions import usual_spans, with_window
from dagster_project.pipeline.phrases import say, window_words

_WIDER = ((timedelta(days=7), "7d"), (timedelta(days=30), "30d"), (timedelta(days=365), "365d"))
_COARSER: dict[Bucket, Bucket] = {
    "minute": "hour",
    "hour": "day",
    "day": "week",
    "week": "month",
    "month": "year",
}
EVIDENCE_TAG = "evidence"
"""Tag of query assets that say something of any thing of an entity."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A changed plan, what it should bring, and what it gives up."""

    plan: Plan
    impact: str
    again: frozenset[str]
    gave_up: tuple[str, ...] = field(default=())
    instead_of: str = ""
    """What an earlier round gave up and this one goes beyond: no longer said."""


def wider_window(plan: Plan, language: Language) -> Remedy | None:
    """The next usual window, where the window was assumed and not asked for."""
    if not plan.time_assumed or plan.time_range is None:
        return None
    length = plan.time_range.end - plan.time_range.start
    wider = next((w for w in _WIDER if w[0] > length + timedelta(hours=1)), None)
    if wider is None:
        return None
    before = plan.time_range
    after = TimeRange(start=before.end - wider[0], end=before.end, text=wider[1])
    steps = tuple(_with_time(step, before, after) for step in plan.steps)
    words = {
        "before": window_words(before.text, language),
        "after": window_words(after.text, language),
    }
    return Remedy(
        plan=plan.model_copy(update={"steps": steps, "time_range": after}),
        impact=say("impact_wider", language, **words),
        again=frozenset(step.id for step in plan.steps),
        gave_up=(say("gave_window", language, after=words["after"]),),
        instead_of=say("gave_window", language, after=words["before"]),
    )


def _with_time(step: PlanStep, before: TimeRange, after: TimeRange) -> PlanStep:
    plan = step.table_plan
    if plan is not None and plan.time == before:
        return step.model_copy(update={"table_plan": plan.model_copy(update={"time": after})})
    params = {name: after if value == before else value for name, value in step.params.items()}
    return step.model_copy(update={"params": params})


def fewer_words(plan: Plan, language: Language) -> Remedy | None:
    """A search of several words without the last of them."""
    for place, step in enumerate(plan.steps):
        search = step.table_plan.search if step.table_plan else None
        if step.table_plan is None or search is None or len(search.words) < 2:
            continue
        dropped = search.words[-1]
        fewer = search.model_copy(update={"words": search.words[:-1]})
        changed = step.table_plan.model_copy(update={"search": fewer})
        steps = list(plan.steps)
        steps[place] = step.model_copy(update={"table_plan": changed})
        return Remedy(
            plan=plan.model_copy(update={"steps": tuple(steps)}),
            impact=say("impact_fewer", language, word=dropped),
            again=frozenset({step.id}),
            gave_up=(say("gave_word", language, word=dropped),),
        )
    return None


def other_windows(plan: Plan, question: str, language: Language) -> tuple[Choice, ...]:
    """Usual windows to ask about instead of one that lies outside the data."""
    said = plan.time_range.text if plan.time_range else ""
    return tuple(
        Choice(label=words, question=with_window(question, said, words, assumed=plan.time_assumed))
        for words in usual_spans(language)[1:4]
    )


def more_evidence(
    plan: Plan, executed: ExecuteResult, desk: Desk, language: Language
) -> Remedy | None:
    """A look-up that found no row gets what the site keeps as evidence of the thing itself."""
    required = [r for r in executed.steps if not r.optional]
    if plan.intent != "lookup" or len(plan.entities) != 1:
        return None
    if not required or any(r.rows for r in required):
        return None
    if plan.time_range is not None and not plan.time_assumed:
        return None
    entity = plan.entities[0]
    present = {step.query for step in plan.steps}
    found = _evidence_query(entity, present, desk)
    if found is None:
        return None
    query, param = found
    title = desk.planner.titles.get(query)
    purpose = title.shown(language) if title else query
    step = PlanStep(
        id=f"evidence_{query}", query=query, purpose=purpose, params={param: entity.key}
    )
    return Remedy(
        plan=plan.model_copy(update={"steps": (*plan.steps, step)}),
        impact=say("impact_evidence", language, purpose=purpose),
        again=frozenset({step.id}),
    )


def _evidence_query(entity: EntityMention, present: set[str], desk: Desk) -> tuple[str, str] | None:
    """The first query tagged as evidence that needs nothing but the entity."""
    for version in desk.release.by_kind.get("query", ()):
        header, spec = version.asset.header, version.asset.spec
        if EVIDENCE_TAG not in header.tags or header.name in present:
            continue
        if not isinstance(spec, QuerySpec) or spec.form == "recipe":
            continue
        needed = [p for p in spec.params if p.required and p.default is None]
        if len(needed) == 1 and needed[0].type == "entity" and needed[0].entity == entity.entity:
            return header.name, needed[0].name
    return None


def coarser(plan: Plan, presented: PresentResult, language: Language) -> Remedy | None:
    """A time series that was cut, over the next coarser grain."""
    cut = {
        laid.block.id.split(".")[0]
        for laid in presented.screen.blocks
        if isinstance(laid.block, ChartBlock)
        and laid.block.type == "timeseries"
        and laid.block.truncated
    }
    for place, step in enumerate(plan.steps):
        bucketed = _bucket_of(step.table_plan) if step.id in cut else None
        if step.table_plan is None or bucketed is None or bucketed.bucket not in _COARSER:
            continue
        assert bucketed.bucket is not None
        grain = _COARSER[bucketed.bucket]
        steps = list(plan.steps)
        changed = _with_grain(step.table_plan, bucketed, grain)
        steps[place] = step.model_copy(update={"table_plan": changed})
        words = {"before": bucketed.bucket, "after": grain}
        return Remedy(
            plan=plan.model_copy(update={"steps": tuple(steps)}),
            impact=say("impact_coarser", language, **words),
            again=frozenset({step.id}),
            gave_up=(say("gave_grain", language, **words),),
        )
    return None


def _bucket_of(plan: TablePlan | None) -> Dimension | None:
    return next((d for d in plan.dimensions if d.bucket), None) if plan else None


def _with_grain(plan: TablePlan, bucketed: Dimension, grain: Bucket) -> TablePlan:
    coarse = Dimension(name=grain, column=bucketed.column, bucket=grain)
    dimensions = tuple(coarse if d == bucketed else d for d in plan.dimensions)
    order = tuple(
        o.model_copy(update={"by": grain}) if o.by == bucketed.name else o for o in plan.order
    )
    return plan.model_copy(update={"dimensions": dimensions, "order": order})


def listing_was_cut(plan: Plan, executed: ExecuteResult) -> bool:
    """A listing over time has more rows than are shown."""
    cut = {r.step for r in executed.steps if r.truncated}
    return any(
        s.id in cut and s.table_plan and not s.table_plan.measures and s.table_plan.limit is None
        for s in plan.steps
    )


def groupings(
    plan: Plan, executed: ExecuteResult, views: dict[str, CatalogView], language: Language
) -> tuple[Choice, ...]:
    """For a listing that was cut: count its rows by one of its columns instead."""
    results = {r.step: r for r in executed.steps}
    for place, step in enumerate(plan.steps):
        listing = step.table_plan
        cut = step.id in results and results[step.id].truncated
        if listing is None or listing.measures or not cut or listing.limit is not None:
            continue
        view = next((v for v in views.values() if listing.table in v.tables), None)
        if view is None:
            continue
        found: list[Choice] = []
        for ref, column in view.columns(listing.table).items():
            if column.values and not column.masked and len(found) < 3:
                label = column.names.shown(language, column.name)
                grouped = _counted(place, listing, Dimension(name=column.name, column=ref))
                found.append(Choice(label=say("by_count", language, column=label), patch=grouped))
        return tuple(found)
    return ()


def _counted(place: int, listing: TablePlan, dimension: Dimension) -> JsonPatch:
    counted = TablePlan(
        table=listing.table,
        measures=(Measure(name="count", aggregate="count"),),
        dimensions=(dimension,),
        filters=listing.filters,
        related=listing.related,
        search=listing.search,
        time=listing.time,
    )
    return (
        {"op": "replace", "path": "/intent", "value": "aggregate"},
        {
            "op": "replace",
            "path": f"/steps/{place}/table_plan",
            "value": counted.model_dump(mode="json"),
        },
    )
