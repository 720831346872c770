"""What is computed: measures of metrics and columns, counts, and differences of periods."""

from __future__ import annotations

from typing import cast

from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.contracts.table_plan import Difference, Measure
from dagster_project.contracts.value import AggregateName
from dagster_project.planner.draft import Draft
from dagster_project.planner.grouping import (
    add_dimensions,
    group_by_trend,
    group_compared_entities,
    group_what_is_ranked,
)
from dagster_project.planner.text import is_hangul

_NUMERIC = ("integer", "number")
_EXTREMES: tuple[tuple[str, AggregateName], ...] = (("highest", "max"), ("lowest", "min"))


def add_measures(draft: Draft) -> None:
    """Fill measures, dimensions and differences. None at all means a listing."""
    counted = _counted_entity(draft)
    draft.ranked_by = [
        found for found in draft.meanings("superlative") if found[2].target.startswith("metric:")
    ]
    add_dimensions(draft)
    _metrics(draft)
    _column_aggregates(draft)
    if not draft.measures:
        _counts(draft, counted)
    group_what_is_ranked(draft)
    group_compared_entities(draft)
    group_by_trend(draft)
    if draft.periods and (draft.measures or draft.cues("compare")):
        _compare_periods(draft)


def _metrics(draft: Draft) -> None:
    found = [(t, m) for _, t, m in draft.meanings("metric")]
    found += [(t, m) for _, t, m in draft.meanings("superlative") if m.target.startswith("metric:")]
    aggregates = _asked_aggregates(draft) if found else ()
    for token, meaning in found:
        name = meaning.target.removeprefix("metric:")
        metric = draft.view.metric(name)
        if metric is None:
            continue
        draft.use(token)
        for aggregate in aggregates or _default_aggregates(draft, metric.default_aggregate):
            draft.add_measure(Measure(name=f"{aggregate}_{name}", aggregate=aggregate, metric=name))


def _default_aggregates(draft: Draft, default: AggregateName) -> tuple[AggregateName, ...]:
    """Without a word for it: the present value; over an asked span, its range too."""
    for _, token in draft.cues("op"):
        cue = token.cue("op")
        if cue is not None:  # "over 90 %" asks whether it was ever so
            return ("max",) if cue.argument.startswith((">", "older")) else ("min",)
    if len({e.key for e in draft.entities}) == 1 and not draft.dimensions:
        for cue, aggregate in _EXTREMES:
            if draft.cues(cue):
                draft.use(*(t for _, t in draft.cues(cue)))
                return (aggregate,)
    superlative = bool(draft.ranked_by) or any(
        draft.cues(name) for name in ("highest", "lowest", "most", "least", "superlative")
    )
    grouped = bool(draft.dimensions) or draft.linked.times.bucket is not None
    if superlative or grouped or draft.cues("trend") or draft.cues("compare"):
        return (default,)
    if draft.time is not None:
        return tuple(dict.fromkeys((default, "min", "max")))
    return ("latest",) if len(draft.entities) == 1 else (default,)


def _asked_aggregates(draft: Draft) -> tuple[AggregateName, ...]:
    found: list[AggregateName] = []
    for _, token in draft.cues("aggregate"):
        cue = token.cue("aggregate")
        if cue is not None:
            found.append(cast(AggregateName, cue.argument))
            draft.use(token)
    return tuple(dict.fromkeys(found))


def _column_aggregates(draft: Draft) -> None:
    """Averages, sums and extremes of a numeric column."""
    if draft.measures:
        return
    numeric = [
        (token, meaning)
        for _, token, meaning in draft.meanings("column")
        if (column := draft.view.column(meaning.target)) is not None
        and column.type in _NUMERIC
        and meaning.target not in draft.view.keys
    ]
    if not numeric:
        return
    aggregates = _asked_aggregates(draft)
    grouped = bool(draft.dimensions) or bool(draft.cues("trend"))
    facts = draft.view.entity_at(draft.base) is None
    ranked = any(draft.cues(n) for n in ("most", "least", "highest", "lowest"))
    added_up = facts and (
        (ranked and draft.entity_nouns()) or draft.cues("how_much") or draft.cues("compare")
    )
    if not aggregates and not grouped and not added_up:
        return
    for token, meaning in numeric:
        column = draft.view.column(meaning.target)
        assert column is not None
        draft.use(token)
        for aggregate in aggregates or (column.default_aggregate or "sum",):
            draft.add_measure(
                Measure(
                    name=f"{aggregate}_{column.name}", aggregate=aggregate, column=meaning.target
                )
            )


def _counts(draft: Draft, counted: EntitySpec | None) -> None:
    facts = draft.view.entity_at(draft.base) is None
    asked = bool(draft.cues("count"))
    grouped = bool(draft.dimensions)
    most = any(draft.cues(name) for name in ("most", "least"))
    # "top 2 machines by faults": nothing else could be ranked
    by_count = bool(draft.cues("by")) and bool(draft.entity_nouns())
    most = most or (facts and by_count and any(draft.cues(n) for n in ("highest", "lowest")))
    sums = [c for t in draft.tokens if (c := t.cue("aggregate")) and c.argument == "sum"]
    total = facts and bool(sums)
    compared = facts and (bool(draft.periods) or _compares_counts(draft))
    trend = facts and (bool(draft.cues("trend")) or draft.linked.times.bucket is not None)
    if not (asked or grouped or most or total or compared or trend):
        return
    draft.use(*(t for name in ("count", "aggregate") for _, t in draft.cues(name)))
    own_table = counted is not None and counted.table == draft.base
    if counted is not None and not own_table and asked and not grouped:
        column = draft.view.entity_column(draft.base, counted)
        draft.add_measure(Measure(name="count_distinct", aggregate="count_distinct", column=column))
        return
    draft.add_measure(Measure(name="count", aggregate="count"))


def _compares_counts(draft: Draft) -> bool:
    """ "Machines with more than 5 failures": a comparison that no column has taken."""
    compared = any(any(t.kind == "number" for t in draft.tokens) for _ in draft.cues("op"))
    return compared and bool(draft.entity_nouns())


def _counted_entity(draft: Draft) -> EntitySpec | None:
    """The kind of thing that "how many" counts, when it is not the base's rows."""
    nouns = {index: entity for index, _, entity in draft.entity_nouns()}
    for index, token in draft.cues("count"):
        step = -1 if is_hangul(token.text[0]) else 1
        near = draft.content_near(index, step)
        if near is not None and near[0] in nouns:
            return nouns[near[0]]
    return None


def _compare_periods(draft: Draft) -> None:
    """The same measures over each of two spans, side by side, and their difference."""
    if not draft.measures:
        draft.add_measure(Measure(name="count", aggregate="count"))
    later, earlier = sorted(draft.periods[:2], key=lambda p: p.start, reverse=True)
    spread: list[Measure] = []
    for measure in draft.measures:
        pair = [
            measure.model_copy(update={"name": f"{measure.name}_{suffix}", "time": period})
            for suffix, period in (("later", later), ("earlier", earlier))
        ]
        spread += pair
        draft.differences.append(
            Difference(name=f"{measure.name}_change", left=pair[0].name, right=pair[1].name)
        )
    draft.measures = spread
    draft.use(*(t for _, t in draft.cues("compare")))
