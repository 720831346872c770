"""What is computed: measures, and what they are grouped by."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.contracts.table_plan import Bucket, Difference, Dimension, Measure, TimeRange
from dagster_project.contracts.value import AggregateName
from dagster_project.planner.draft import Draft
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Token
from dagster_project.planner.text import is_hangul

_NUMERIC = ("integer", "number")
_EXTREMES: tuple[tuple[str, AggregateName], ...] = (("highest", "max"), ("lowest", "min"))


def add_measures(draft: Draft) -> None:
    """Fill measures, dimensions and differences. None at all means a listing."""
    counted = _counted_entity(draft)
    draft.ranked_by = [
        found for found in draft.meanings("superlative") if found[2].target.startswith("metric:")
    ]
    _dimensions(draft)
    _metrics(draft)
    _column_aggregates(draft)
    if not draft.measures:
        _counts(draft, counted)
    _which_groups(draft)
    _compared_entities(draft)
    _trend(draft)
    if draft.periods and (draft.measures or draft.cues("compare")):
        _compare_periods(draft)


# -- measures


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


# -- dimensions


def _dimensions(draft: Draft) -> None:
    """Group by what stands at a "by": 심각도별, per machine, each zone, 각 서버."""
    for index, token in draft.cues("by"):
        before = is_hangul(token.text[0]) and token.text != "각"
        near = draft.content_near(index, -1 if before else +1, reach=2)
        if near is None or not _group_by(draft, near[1]):
            continue
        draft.use(token)
    bucket = draft.linked.times.bucket
    if bucket is not None:
        _group_by_time(draft, bucket)


def _group_by(draft: Draft, token: Token) -> bool:
    meaning = draft.meaning(token)
    if meaning is None:
        return False
    entity = draft.entity_for(meaning)
    if entity is not None and draft.view.entity_column(draft.base, entity) is not None:
        for dimension in draft.entity_dimensions(entity):
            draft.add_dimension(dimension)
        if meaning.kind == "entity":
            draft.use(token)
        return True
    if meaning.kind == "column":
        _group_by_column(draft, token, meaning)
        return True
    return False


def _group_by_column(draft: Draft, token: Token, meaning: Meaning) -> None:
    column = draft.view.column(meaning.target)
    assert column is not None
    draft.add_dimension(Dimension(name=column.name, column=meaning.target))
    draft.use(token)


def _group_by_time(draft: Draft, bucket: Bucket) -> None:
    ref = draft.view.time_column(draft.base)
    if ref is not None:
        draft.dimensions.insert(0, Dimension(name=bucket, column=ref, bucket=bucket))


def _which_groups(draft: Draft) -> None:
    """ "Which zone has the most pumps", "the server with the highest CPU": groups by the noun."""
    ranked = any(draft.cues(n) for n in ("most", "least", "highest", "lowest", "superlative"))
    ranked = ranked or bool(draft.ranked_by) or bool(draft.meanings("superlative"))
    limited = bool(draft.cues("op"))
    if not draft.measures or draft.dimensions or draft.periods:
        return
    if (ranked or draft.cues("compare")) and _several_values(draft):
        return
    if not (ranked or limited or _each_of_a_kind(draft)):
        return
    for _, token, meaning in draft.meanings("column"):
        column = draft.view.column(meaning.target)
        if column is not None and column.role in ("dimension", "label", "key"):
            _group_by_column(draft, token, meaning)
            return
    nouns = draft.entity_nouns()
    entity = nouns[0][2] if nouns else draft.only_entity
    if entity is not None and (nouns or not draft.entities) and entity.table != draft.base:
        for dimension in draft.entity_dimensions(entity):
            draft.add_dimension(dimension)


def _several_values(draft: Draft) -> bool:
    """ "Servers or switches, which are more": groups by the column that the values are of."""
    for condition in draft.filters:
        column = draft.view.column(condition.column)
        if condition.op == "in" and column is not None and column.values:
            draft.add_dimension(Dimension(name=column.name, column=condition.column))
            return True
    return False


def _each_of_a_kind(draft: Draft) -> bool:
    """A metric of a kind of thing, with no word that adds them up, is read for each of them."""
    explicit = {m.aggregate for m in draft.measures} - {"latest"}
    asked = any(
        (cue := t.cue("aggregate")) is not None and cue.argument != "latest" for t in draft.tokens
    )
    one = len({e.key for e in draft.entities}) == 1
    metric = all(m.metric for m in draft.measures)
    return metric and bool(draft.entity_nouns()) and not one and not (asked and explicit)


def _compared_entities(draft: Draft) -> None:
    """Two machines in one question are shown apart."""
    keys = {(e.entity, e.key) for e in draft.entities}
    if len(keys) < 2 or not draft.measures or draft.dimensions:
        return
    entity = draft.view.entity(draft.entities[0].entity)
    if entity is not None and entity.table != draft.base:
        for dimension in draft.entity_dimensions(entity):
            draft.add_dimension(dimension)


# -- time


def _trend(draft: Draft) -> None:
    if not draft.cues("trend") or not draft.measures:
        return
    if any(d.bucket for d in draft.dimensions) or draft.periods:
        return
    draft.use(*(t for _, t in draft.cues("trend")))
    _group_by_time(draft, _bucket_for(draft.time))


def _bucket_for(span: TimeRange | None) -> Bucket:
    """A grain that gives some 20 to 100 points."""
    if span is None:
        return "day"
    length = span.end - span.start
    steps: tuple[tuple[timedelta, Bucket], ...] = (
        (timedelta(hours=3), "minute"),
        (timedelta(days=3), "hour"),
        (timedelta(days=100), "day"),
        (timedelta(days=400), "week"),
    )
    for limit, bucket in steps:
        if length <= limit:
            return bucket
    return "month"


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
