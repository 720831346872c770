"""What measures are grouped by: what stands at a "by", what is ranked or compared, time."""

from __future__ import annotations

from datetime import timedelta

from dagster_project.contracts.table_plan import Bucket, Dimension, TimeRange
from dagster_project.planner.draft import Draft
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Token
from dagster_project.planner.text import is_hangul


def add_dimensions(draft: Draft) -> None:
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


def group_what_is_ranked(draft: Draft) -> None:
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


def group_compared_entities(draft: Draft) -> None:
    """Two machines in one question are shown apart."""
    keys = {(e.entity, e.key) for e in draft.entities}
    if len(keys) < 2 or not draft.measures or draft.dimensions:
        return
    entity = draft.view.entity(draft.entities[0].entity)
    if entity is not None and entity.table != draft.base:
        for dimension in draft.entity_dimensions(entity):
            draft.add_dimension(dimension)


def group_by_trend(draft: Draft) -> None:
    """추이, over time: by a grain that fits the span."""
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
